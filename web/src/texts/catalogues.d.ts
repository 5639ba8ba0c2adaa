// SPDX-License-Identifier: LGPL-2.1-or-later
// What the build makes of a message catalogue.
declare module '*.po' {
  import type { Messages } from '@lingui/core';
  export const messages: Messages;
}
