// SPDX-License-Identifier: LGPL-2.1-or-later
// What people do in a conversation, by what they see there.
import type { Visitor } from '../lib/browser.ts';

export async function openChat({ page }: Visitor, chat: { id: string; title: string }): Promise<void> {
  if (!new URL(page.url()).pathname.startsWith('/chats')) await page.getByRole('link', { name: /^Чаты/ }).first().click();
  await page.locator(`a[href="/chats/${chat.id}"]`).first().click();
  await page.getByRole('heading', { level: 1, name: chat.title }).waitFor();
  await page.getByRole('textbox', { name: 'Сообщение' }).waitFor();
}

export const article = ({ page }: Visitor, text: string) => page.getByRole('article').filter({ hasText: text }).last();

/** Writes and sends; the field is empty again when it is on its way. */
export async function say({ page }: Visitor, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Сообщение' }).fill(text);
  await page.getByRole('button', { name: 'Отправить' }).click();
}

/** At the end of the conversation, whether it was opened there or above; a button that goes by itself is not waited for. */
export async function toEnd({ page }: Visitor, last: any): Promise<void> {
  const down = page.getByRole('button', { name: /^Вниз/ });
  await down.or(last).first().waitFor();
  await down.evaluateAll((found: any[]) => found[0]?.click());
  await last.waitFor();
}

/** Focus comes after what it is moved to. */
export const hasFocus = async ({ page }: Visitor, name: string): Promise<void> => page.waitForFunction(
  (said: string) => (document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent) === said, name);

/** One item of a message's menu. */
export async function act(visitor: Visitor, text: string, item: string): Promise<void> {
  const row = article(visitor, text);
  await row.hover();
  await row.getByRole('button', { name: 'Действия с сообщением' }).click();
  await visitor.page.getByText(item, { exact: true }).last().click();
}
