// SPDX-License-Identifier: LGPL-2.1-or-later
// The head of a page: its h1, the title of the document, the way back, and where focus goes.
import { PanelHeader, PanelHeaderBack } from '@vkontakte/vkui';
import { useQuery } from '@tanstack/react-query';
import { type ReactNode, useEffect, useRef } from 'react';
import { useLocation } from 'wouter';
import { schoolQuery } from '../api/queries';

let firstPage = true;

/** Says the page's name, in the document's title and to a screen reader. */
export function usePageTitle(title: string) {
  const heading = useRef<HTMLHeadingElement>(null);
  const [path] = useLocation();
  const school = useQuery(schoolQuery).data?.name ?? 'Урок';
  useEffect(() => {
    document.title = title ? `${title} · ${school}` : school;
  }, [title, school]);
  useEffect(() => {
    // The browser itself reads a page that was loaded; here only what changed inside it.
    if (!firstPage) heading.current?.focus({ preventScroll: true });
    firstPage = false;
    scrollTo(0, 0);
  }, [path]);
  return heading;
}

interface Back {
  to: string;
  label: string;
}

export function BackButton({ back }: { back: Back }) {
  const [, go] = useLocation();
  return <PanelHeaderBack hideLabelOnVKCom label={back.label} onClick={() => go(back.to)} />;
}

export function PageHeader({ title, back, after, children }: { title: string; back?: Back; after?: ReactNode; children?: ReactNode }) {
  const heading = usePageTitle(title);
  return (
    <PanelHeader fixed={false} delimiter="separator" typographyProps={{ Component: 'div' }} before={back && <BackButton back={back} />} after={after}>
      {children ?? <h1 className="head" tabIndex={-1} ref={heading}>{title}</h1>}
    </PanelHeader>
  );
}

/** An ordinary page: head, and a column of at most 760 px, or 440 for forms. */
export function Page({ title, back, after, form, wide, children }: {
  title: string; back?: Back; after?: ReactNode; form?: boolean; wide?: boolean; children: ReactNode;
}) {
  return (
    <>
      <PageHeader title={title} back={back} after={after} />
      <div className={wide ? 'page page_wide' : form ? 'page page_form' : 'page'}>{children}</div>
    </>
  );
}
