// SPDX-License-Identifier: LGPL-2.1-or-later
// A picture that is chosen, sent with its progress, replaced, removed: one's own, or the school's.
import { useLingui } from '@lingui/react/macro';
import { useMutation } from '@tanstack/react-query';
import { Button, Div, FormStatus, Progress, VisuallyHidden } from '@vkontakte/vkui';
import { type ChangeEvent, useRef, useState } from 'react';
import { problemText } from '../api/problems';
import { Problem, request } from '../api/request';
import { Cancelled, type Upload, upload } from '../api/upload';

const BYTES_MAX = 20 * 1024 * 1024;

type Sending = { share: number; cancel: () => void };

interface PictureChoiceProps<T> {
  /** Where it is sent to and removed from; the answer to sending is what `path` answers. */
  address: string;
  path: string;
  /** There is one. */
  has: boolean;
  /** What it is called in buttons: «Заменить картинку». */
  words: { choose: string; replace: string; file: string; saved: string; removed: string };
  keep: (changed: T) => void;
  say: (text: string) => void;
}

/** Sends a file; one at a time. */
function usePicture<T>({ address, path, words, keep, say }: PictureChoiceProps<T>) {
  const [sending, setSending] = useState<Sending | null>(null);
  const send = useMutation({
    mutationFn: (file: File) => {
      if (file.size > BYTES_MAX) throw new Problem(413, 'too-large', '', 'picture');
      const onProgress = (share: number) => setSending((now) => now && { ...now, share });
      const on: Upload<T> = upload<T>(address, file, onProgress);
      setSending({ share: 0, cancel: on.cancel });
      return on.answer;
    },
    onSuccess: (changed) => {
      keep(changed);
      say(words.saved);
    },
    onSettled: () => setSending(null),
  });
  const remove = useMutation({
    mutationFn: async () => {
      await request<void>(address, { method: 'DELETE' });
      return request<T>(path);
    },
    onSuccess: (changed) => {
      keep(changed);
      say(words.removed);
    },
  });
  return { sending, send, remove };
}

function Way({ sending }: { sending: Sending }) {
  const { t } = useLingui();
  const percent = Math.round(sending.share * 100);
  const words = percent < 100 ? t`Отправлено ${percent} %` : t`Школа готовит картинку…`;
  return (
    <Div>
      <p className="picture__words" role="status">{words}</p>
      <Progress aria-label={t`Отправка картинки`} value={percent} />
      <Button className="picture__cancel" size="m" mode="secondary" onClick={sending.cancel}>{t`Отменить`}</Button>
    </Div>
  );
}

export function PictureChoice<T>(props: PictureChoiceProps<T>) {
  const { t, i18n } = useLingui();
  const { has, words } = props;
  const { sending, send, remove } = usePicture(props);
  const input = useRef<HTMLInputElement>(null);
  const error = send.error instanceof Cancelled ? remove.error : send.error ?? remove.error;
  const isTooLarge = error instanceof Problem && error.reason === 'too-large';
  const choose = (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.currentTarget.files?.[0];
    // The same file again is a choice too.
    event.currentTarget.value = '';
    if (file) send.mutate(file);
  };
  if (sending) return <Way sending={sending} />;
  return (
    <>
      <Div className="picture__choice">
        <VisuallyHidden>
          <input ref={input} type="file" tabIndex={-1} accept="image/jpeg,image/png,image/webp" aria-label={words.file} onChange={choose} />
        </VisuallyHidden>
        <Button size="m" mode="secondary" onClick={() => input.current?.click()}>{has ? words.replace : words.choose}</Button>
        {has && <Button size="m" mode="tertiary" appearance="negative" loading={remove.isPending} onClick={() => remove.mutate()}>{t`Убрать`}</Button>}
      </Div>
      {error && (
        <Div>
          <FormStatus mode="error" className="status" role="alert">{isTooLarge ? t`Файл больше 20 МБ. Выберите поменьше.` : problemText(i18n, error)}</FormStatus>
        </Div>
      )}
    </>
  );
}
