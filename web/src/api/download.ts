// SPDX-License-Identifier: LGPL-2.1-or-later
// A file that the daemon makes: asked for like anything else, and kept by the browser.
import { NoAnswer, problemFrom } from './request';

export async function download(path: string, body: unknown, name: string): Promise<void> {
  let response: Response;
  try {
    response = await fetch(path, {
      method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body), credentials: 'same-origin',
    });
  } catch {
    throw new NoAnswer('network');
  }
  const type = response.headers.get('Content-Type');
  if (!response.ok) throw problemFrom(response.status, type, await response.json().catch(() => null), response.headers.get('Retry-After'));
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement('a');
  link.href = url;
  link.download = `${name}.pdf`;
  link.click();
  URL.revokeObjectURL(url);
}
