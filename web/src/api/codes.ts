// SPDX-License-Identifier: LGPL-2.1-or-later
// What a code opens. One that was typed by hand may belong to the other page: nobody has to know which is which.
import type { Invitation } from './types';
import { Problem, request } from './request';

type Look<T> = T | { elsewhere: string };

/** A link's code is three times as long. */
const isTyped = (code: string): boolean => code.replaceAll(/[\s-]/g, '').length <= 16;

const look = <T>(path: string, code: string): Promise<T> => request<T>(path, { method: 'POST', body: { code } });
const lookAtInvitation = (code: string): Promise<Invitation> => look('/api/v1/invitations/look', code);
const lookAtSignIn = (code: string): Promise<{ display_name: string }> => look('/api/v1/sign-in-codes/look', code);

/** What `first` says; where it knows nothing of what was typed, the way to the page that does. */
async function lookOr<T>(code: string, first: (code: string) => Promise<T>, elsewhere: (code: string) => Promise<string>): Promise<Look<T>> {
  try {
    return await first(code);
  } catch (error) {
    if (!(error instanceof Problem) || error.status >= 500 || error.reason === 'codes-closed' || !isTyped(code)) throw error;
    return { elsewhere: await elsewhere(code).catch(() => Promise.reject(error)) };
  }
}

export const invitationOf = (code: string) => lookOr(code, lookAtInvitation, async () => {
  await lookAtSignIn(code);
  return `/sign-in#${encodeURIComponent(code)}`;
});
export const signInOf = (code: string) => lookOr(code, lookAtSignIn, async () => {
  // The six digits of a profile are used up by the look, which gives what they stand for.
  const invitation = await lookAtInvitation(code);
  return `/i#${encodeURIComponent(invitation.code)}`;
});
