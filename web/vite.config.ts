// SPDX-License-Identifier: LGPL-2.1-or-later
// How the web app is built: nothing inline, so that the page's policy can be `default-src 'self'`.
import { lingui } from '@lingui/vite-plugin';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { gzipFiles } from './gzip-files';
import { namePages } from './name-pages';
import { preloadTexts } from './preload-texts';
import { usedCss } from './used-css';

export default defineConfig({
  plugins: [
    react({ babel: { plugins: ['@lingui/babel-plugin-lingui-macro'] } }),
    lingui({ failOnMissing: true, failOnCompileError: true }),
    usedCss(),
    preloadTexts(),
    namePages(),
    gzipFiles(),
  ],
  build: {
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
  },
  server: { port: 5173, strictPort: true },
});
