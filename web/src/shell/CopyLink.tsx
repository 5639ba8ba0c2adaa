// SPDX-License-Identifier: LGPL-2.1-or-later
// A link to give away: seen whole, copied by a press.
import { useLingui } from '@lingui/react/macro';
import { Button, FormItem, Input } from '@vkontakte/vkui';
import { useId, useRef, useState } from 'react';

export function CopyLink({ url }: { url: string }) {
  const { t } = useLingui();
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    input.current?.select();
    // The press selected it, so that where the browser refuses, the keys copy it.
    setCopied(await navigator.clipboard.writeText(url).then(() => true, () => false));
  };
  return (
    <div className="stack_wide">
      <FormItem top={t`Ссылка`} htmlFor={id} noPadding>
        <Input id={id} getRef={input} readOnly value={url} />
      </FormItem>
      <Button size="l" stretched onClick={() => void copy()}>{copied ? t`Скопировано` : t`Скопировать ссылку`}</Button>
      <div role="status" className="quiet">{copied ? t`Ссылка скопирована. Вставьте её в сообщение.` : ''}</div>
    </div>
  );
}
