// SPDX-License-Identifier: LGPL-2.1-or-later
// Starts the web app.
import '@vkontakte/vkui/dist/vkui.css';
import './contrast.css';
import './app.css';
import { i18n } from '@lingui/core';
import { I18nProvider, useLingui } from '@lingui/react';
import { QueryClientProvider } from '@tanstack/react-query';
import { AdaptivityProvider, AppRoot, ConfigProvider } from '@vkontakte/vkui';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App';
import { meQuery, queryClient, schoolQuery } from './api/queries';
import { useColorScheme } from './shell/theme';
import { useWide } from './shell/useMedia';
import { rememberedLanguage, loadCatalogue } from './texts/language';

function Root() {
  const wide = useWide();
  const scheme = useColorScheme();
  const { i18n: texts } = useLingui();
  return (
    <ConfigProvider platform={wide ? 'vkcom' : 'android'} colorScheme={scheme} locale={texts.locale}>
      <AdaptivityProvider>
        <AppRoot layout="plain" userSelectMode="enabled">
          <App />
        </AppRoot>
      </AdaptivityProvider>
    </ConfigProvider>
  );
}

function start(): void {
  createRoot(document.getElementById('root')!).render(
    <StrictMode>
      <I18nProvider i18n={i18n}>
        <QueryClientProvider client={queryClient}>
          <Root />
        </QueryClientProvider>
      </I18nProvider>
    </StrictMode>,
  );
}

// What every page asks first comes while the texts do. No await here: it would cut the app into thirty files, as a part of
// it must not wait for another part that waits.
void queryClient.prefetchQuery(schoolQuery);
if (location.pathname !== '/sign-in') void queryClient.prefetchQuery(meQuery);
void loadCatalogue(rememberedLanguage()).then(start);
