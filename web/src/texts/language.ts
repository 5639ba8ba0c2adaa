// SPDX-License-Identifier: LGPL-2.1-or-later
// The language of the page: chosen in the profile, else remembered here, else the browser's.
import { i18n } from '@lingui/core';
import type { Language } from '../api/types';

const KEY = 'urok.language';

export function rememberedLanguage(): Language {
  const kept = localStorage.getItem(KEY);
  if (kept === 'ru' || kept === 'en') return kept;
  return navigator.languages.some((l) => l.startsWith('ru')) || !navigator.language.startsWith('en') ? 'ru' : 'en';
}

export async function loadCatalogue(language: Language): Promise<void> {
  const { messages } = language === 'en' ? await import('../locales/en.po') : await import('../locales/ru.po');
  i18n.loadAndActivate({ locale: language, messages });
  document.documentElement.lang = language;
}

export async function setLanguage(language: Language): Promise<void> {
  localStorage.setItem(KEY, language);
  await loadCatalogue(language);
}
