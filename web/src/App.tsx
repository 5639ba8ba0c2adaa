// SPDX-License-Identifier: LGPL-2.1-or-later
// Which page stands at which path, and who gets there.
import { useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { lazy, type ReactNode, Suspense, useEffect } from 'react';
import { Redirect, Route, Switch, useLocation } from 'wouter';
import { meQuery, schoolQuery } from './api/queries';
import { NoAnswer, Problem } from './api/request';
import type { Language, Me } from './api/types';
import { BroadcastsPage } from './pages/broadcasts/BroadcastsPage';
import { ChatsPage } from './pages/chats/ChatsPage';
import { has, SessionProvider, useMe } from './session/session';
import { ErrorBoundary } from './shell/ErrorBoundary';
import { Shell } from './shell/Shell';
import { Failed, Loading, NotFound } from './shell/states';
import { setTheme } from './shell/theme';
import { loadCatalogue, offeredLanguage, rememberedLanguage, setLanguage } from './texts/language';

const signInPage = () => import('./pages/sign-in/SignInPage');
// Fetched at once where it is needed, and never by who is signed in.
if (location.pathname === '/sign-in') signInPage().catch(() => undefined); // the page tells of it

const SignInPage = lazy(async () => ({ default: (await signInPage()).SignInPage }));
const InsecurePage = lazy(async () => ({ default: (await import('./pages/sign-in/InsecurePage')).InsecurePage }));
const HelpPage = lazy(async () => ({ default: (await import('./pages/help/HelpPage')).HelpPage }));
const BackupsPage = lazy(() => import('./pages/backups/BackupsPage'));
const KeyPage = lazy(() => import('./pages/backups/KeyPage'));
const BroadcastPage = lazy(() => import('./pages/broadcast/BroadcastPage'));
const BroadcastNewPage = lazy(() => import('./pages/broadcast-new/BroadcastNewPage'));
const CameraNewPage = lazy(() => import('./pages/camera-new/CameraNewPage'));
const CameraPage = lazy(() => import('./pages/camera/CameraPage'));
const CamerasPage = lazy(() => import('./pages/cameras/CamerasPage'));
const CertificatePage = lazy(() => import('./pages/certificate/CertificatePage'));
const ChildPage = lazy(() => import('./pages/child/ChildPage'));
const ChildrenPage = lazy(() => import('./pages/children/ChildrenPage'));
const ClassPage = lazy(() => import('./pages/class/ClassPage'));
const ClassesPage = lazy(() => import('./pages/classes/ClassesPage'));
const LettersPage = lazy(() => import('./pages/letters/LettersPage'));
const InvitePage = lazy(() => import('./pages/invite/InvitePage'));
const CarryPage = lazy(() => import('./pages/carry/CarryPage'));
const CloudPage = lazy(() => import('./pages/cloud/CloudPage'));
const ConflictsPage = lazy(() => import('./pages/cloud/ConflictsPage'));
const QuarantinePage = lazy(() => import('./pages/cloud/QuarantinePage'));
const ComplaintsPage = lazy(() => import('./pages/complaints/ComplaintsPage'));
const MePage = lazy(() => import('./pages/me/MePage'));
const MorePage = lazy(() => import('./pages/more/MorePage'));
const AddPeoplePage = lazy(() => import('./pages/people/AddPeoplePage'));
const AwayPage = lazy(() => import('./pages/people/AwayPage'));
const CardPage = lazy(() => import('./pages/person/CardPage'));
const CorrectionsPage = lazy(() => import('./pages/corrections/CorrectionsPage'));
const ConsentKindsPage = lazy(() => import('./pages/consents/ConsentKindsPage'));
const PersonalPage = lazy(() => import('./pages/personal/PersonalPage'));
const WaitingPage = lazy(() => import('./pages/personal/WaitingPage'));
const PersonPage = lazy(() => import('./pages/person/PersonPage'));
const PeoplePage = lazy(() => import('./pages/people/PeoplePage'));
const MySchoolsPage = lazy(() => import('./pages/schools/MySchoolsPage'));
const CloudEntryPage = lazy(() => import('./pages/schools/CloudEntryPage'));
const FirstPasswordPage = lazy(() => import('./pages/schools/FirstPasswordPage'));
const PromotionPage = lazy(() => import('./pages/promotion/PromotionPage'));
const RetentionPage = lazy(() => import('./pages/retention/RetentionPage'));
const SchoolPage = lazy(() => import('./pages/school/SchoolPage'));
const ServerPage = lazy(() => import('./pages/server/ServerPage'));
const SpacePage = lazy(() => import('./pages/space/SpacePage'));
const YearsPage = lazy(() => import('./pages/years/YearsPage'));
const FirstStepsPage = lazy(() => import('./pages/first-steps/FirstStepsPage'));
const SetupPage = lazy(() => import('./pages/setup/SetupPage'));

/** A page inside the shell: its wait and its strangers stay there. */
function Inside({ children, allowed = true }: { children: ReactNode; allowed?: boolean }) {
  return <Shell><Suspense fallback={<Loading />}>{allowed ? children : <NotFound />}</Suspense></Shell>;
}

function Pages() {
  const me = useMe();
  const staff = has(me, 'teacher', 'administrator');
  const administrator = has(me, 'administrator');
  return (
    <Switch>
      <Route path="/"><Redirect to={me.waits_for_consent ? '/waiting' : '/chats'} replace /></Route>
      <Route path="/chats/:id?">{({ id }) => <ChatsPage id={id} />}</Route>
      <Route path="/broadcasts"><Inside><BroadcastsPage /></Inside></Route>
      <Route path="/broadcasts/new"><Inside allowed={staff}><BroadcastNewPage /></Inside></Route>
      <Route path="/broadcasts/:id">{({ id }) => <Inside><BroadcastPage key={id} id={id} /></Inside>}</Route>
      <Route path="/classes"><Inside allowed={staff}><ClassesPage /></Inside></Route>
      <Route path="/classes/:id">{({ id }) => <Inside><ClassPage id={id} /></Inside>}</Route>
      <Route path="/first-steps"><Inside allowed={administrator}><FirstStepsPage /></Inside></Route>
      <Route path="/years"><Inside allowed={administrator}><YearsPage /></Inside></Route>
      <Route path="/years/:id/promotion">{({ id }) => <Inside allowed={administrator}><PromotionPage key={id} year={id} /></Inside>}</Route>
      <Route path="/children"><Inside allowed={has(me, 'parent')}><ChildrenPage /></Inside></Route>
      <Route path="/children/:id">{({ id }) => <Inside allowed={has(me, 'parent')}><ChildPage id={id} /></Inside>}</Route>
      <Route path="/people"><Inside allowed={administrator}><PeoplePage /></Inside></Route>
      <Route path="/people/away"><Inside allowed={administrator}><AwayPage /></Inside></Route>
      <Route path="/people/new"><Inside allowed={administrator}><AddPeoplePage /></Inside></Route>
      <Route path="/people/:id">{({ id }) => <Inside>{administrator ? <PersonPage key={id} id={id} /> : <CardPage key={id} id={id} />}</Inside>}</Route>
      <Route path="/corrections"><Inside allowed={staff}><CorrectionsPage /></Inside></Route>
      <Route path="/complaints"><Inside allowed={staff}><ComplaintsPage /></Inside></Route>
      <Route path="/cameras"><Inside allowed={administrator}><CamerasPage /></Inside></Route>
      <Route path="/cameras/new"><Inside allowed={administrator}><CameraNewPage /></Inside></Route>
      <Route path="/cameras/:id">{({ id }) => <Inside allowed={administrator}><CameraPage key={id} id={id} /></Inside>}</Route>
      <Route path="/school"><Inside allowed={administrator}><SchoolPage /></Inside></Route>
      <Route path="/letters"><Inside allowed={administrator}><LettersPage /></Inside></Route>
      <Route path="/certificate"><Inside allowed={administrator}><CertificatePage /></Inside></Route>
      <Route path="/server"><Inside allowed={administrator}><ServerPage /></Inside></Route>
      <Route path="/server/space"><Inside allowed={administrator}><SpacePage /></Inside></Route>
      <Route path="/server/backups"><Inside allowed={administrator}><BackupsPage /></Inside></Route>
      <Route path="/server/backups/key"><Inside allowed={administrator}><KeyPage /></Inside></Route>
      <Route path="/server/carry"><Inside allowed={administrator}><CarryPage /></Inside></Route>
      <Route path="/server/cloud"><Inside allowed={administrator}><CloudPage /></Inside></Route>
      <Route path="/server/cloud/conflicts"><Inside allowed={administrator}><ConflictsPage /></Inside></Route>
      <Route path="/server/cloud/quarantine"><Inside allowed={administrator}><QuarantinePage /></Inside></Route>
      <Route path="/me"><Inside><MePage /></Inside></Route>
      <Route path="/me/data"><Inside><PersonalPage /></Inside></Route>
      <Route path="/me/schools"><Inside><MySchoolsPage /></Inside></Route>
      <Route path="/me/away"><Inside><CloudEntryPage /></Inside></Route>
      <Route path="/me/password"><Inside><FirstPasswordPage /></Inside></Route>
      <Route path="/people/:id/data">{({ id }) => <Inside allowed={administrator}><PersonalPage key={id} id={id} /></Inside>}</Route>
      <Route path="/school/consents"><Inside allowed={administrator}><ConsentKindsPage /></Inside></Route>
      <Route path="/school/retention"><Inside allowed={administrator}><RetentionPage /></Inside></Route>
      <Route path="/waiting"><Inside><WaitingPage /></Inside></Route>
      <Route path="/more"><Inside><MorePage /></Inside></Route>
      <Route path="/help"><Inside><HelpPage /></Inside></Route>
      <Route><Inside><NotFound /></Inside></Route>
    </Switch>
  );
}

/** What the person chose holds on each device where they sign in. */
function usePreferences(me: Me | undefined, offered: readonly Language[] | undefined): void {
  const { language, theme } = me ?? {};
  useEffect(() => {
    if (!offered) return;
    if (language && offered.includes(language)) void setLanguage(language);
    else if (!offered.includes(rememberedLanguage())) void loadCatalogue(offeredLanguage(rememberedLanguage(), offered));
  }, [language, offered]);
  useEffect(() => {
    if (theme) setTheme(theme);
  }, [theme]);
}

function Front({ children }: { children: ReactNode }) {
  const [path] = useLocation();
  const failed = <Failed error={new NoAnswer()} onRetry={() => location.reload()} />;
  return (
    <main className="front">
      <ErrorBoundary place={path} fallback={failed}><Suspense fallback={<Loading />}>{children}</Suspense></ErrorBoundary>
    </main>
  );
}

function SignedOut() {
  const [path] = useLocation();
  const back = path === '/' ? '' : `?${new URLSearchParams({ back: path + location.search })}`;
  return (
    <Switch>
      <Route path="/sign-in"><Front><SignInPage /></Front></Route>
      <Route path="/help"><Front><HelpPage out /></Front></Route>
      <Route><Redirect to={`/sign-in${back}`} replace /></Route>
    </Switch>
  );
}

export function App() {
  const { t } = useLingui();
  const school = useQuery(schoolQuery);
  const me = useQuery({ ...meQuery, enabled: school.data?.set_up === true });
  const [path] = useLocation();
  usePreferences(me.data, school.data?.languages);

  if (!window.isSecureContext) return <Front><InsecurePage /></Front>;
  if (!school.data) {
    return <Front>{school.isError ? <Failed error={school.error} onRetry={() => void school.refetch()} /> : <Loading />}</Front>;
  }
  if (!school.data.set_up) {
    if (path === '/help') return <Front><HelpPage out /></Front>;
    return <Front>{path === '/setup' ? <SetupPage /> : <Redirect to="/setup" replace />}</Front>;
  }
  // Who holds an invitation, and in whose browser: the page itself says what then.
  if (path === '/i' && (me.data || (me.error instanceof Problem && me.error.status === 401))) {
    return <Front><InvitePage me={me.data} /></Front>;
  }
  if (me.data) {
    // A one-time link opened beside a session: the page says who is signed in here, and asks.
    if (path === '/sign-in' && location.hash.length > 1) return <Front><SignInPage signedInAs={me.data} /></Front>;
    if (path === '/sign-in' || path === '/setup') return <Redirect to={me.data.waits_for_consent ? '/waiting' : '/chats'} replace />;
    return (
      <SessionProvider me={me.data} waiting={<main className="front"><Loading /></main>}>
        <Pages />
      </SessionProvider>
    );
  }
  const signedOut = me.error instanceof Problem && me.error.status === 401;
  if (signedOut) return <SignedOut />;
  if (me.isError) return <Front><Failed error={me.error} onRetry={() => void me.refetch()} /></Front>;
  return <main className="front" aria-label={t`Урок`}><Loading /></main>;
}
