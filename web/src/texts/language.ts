// SPDX-License-Identifier: LGPL-2.1-or-later
// The language of the page: chosen in the profile, else remembered here, else the browser's.
import { i18n } from '@lingui/core';
import type { Language } from '../api/types';

export const LANGUAGES: readonly Language[] = ['ru', 'en'];

/** In itself, for who reads no other. */
export const languageName = (language: Language): string => (language === 'ru' ? 'Русский' : 'English');

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

/** What was wanted, as far as the school offers it. */
export const offeredLanguage = (wanted: Language, offered: readonly Language[]): Language =>
  offered.includes(wanted) ? wanted : offered[0] ?? wanted;

export async function setLanguage(language: Language): Promise<void> {
  localStorage.setItem(KEY, language);
  await loadCatalogue(language);
}
