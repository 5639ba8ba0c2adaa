// SPDX-License-Identifier: LGPL-2.1-or-later
// What opens over a conversation: fetched when it is first asked for, as it is a tenth of the app.
export { ComplaintDialog, OpeningsDialog } from './ComplaintDialog';
export { InfoDialog } from './ChatInfo';
export { ReadersDialog } from './dialogs';
export { MessageMenu } from './MessageMenu';
