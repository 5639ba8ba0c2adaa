// SPDX-License-Identifier: LGPL-2.1-or-later
// One's own picture: chosen, sent with its progress, replaced, removed.
import { useLingui } from '@lingui/react/macro';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button, Div, FormStatus, Progress, SimpleCell, VisuallyHidden } from '@vkontakte/vkui';
import { type ChangeEvent, useRef, useState } from 'react';
import { problemText } from '../../api/problems';
import { Problem, request } from '../../api/request';
import type { Me } from '../../api/types';
import { Cancelled, type Upload, upload } from '../../api/upload';
import { has } from '../../session/session';
import { Face } from '../../shell/Face';

const BYTES_MAX = 20 * 1024 * 1024;
const ADDRESS = '/api/v1/me/picture';

type Sending = { share: number; cancel: () => void };

/** Sends a file; one at a time. */
function usePicture(say: (text: string) => void) {
  const { t } = useLingui();
  const cache = useQueryClient();
  const [sending, setSending] = useState<Sending | null>(null);
  const keep = (me: Me) => {
    cache.setQueryData(['me'], me);
    for (const key of ['chats', 'messages', 'people']) void cache.invalidateQueries({ queryKey: [key] });
  };
  const send = useMutation({
    mutationFn: (file: File) => {
      if (file.size > BYTES_MAX) throw new Problem(413, 'too-large', '', 'picture');
      const onProgress = (share: number) => setSending((now) => now && { ...now, share });
      const on: Upload<Me> = upload<Me>(ADDRESS, file, onProgress);
      setSending({ share: 0, cancel: on.cancel });
      return on.answer;
    },
    onSuccess: (me) => {
      keep(me);
      say(t`Картинка сохранена`);
    },
    onSettled: () => setSending(null),
  });
  const remove = useMutation({
    mutationFn: async () => {
      await request<void>(ADDRESS, { method: 'DELETE' });
      return request<Me>('/api/v1/me');
    },
    onSuccess: (me) => {
      keep(me);
      say(t`Картинка убрана`);
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

function Choice({ me, onFile, onRemove, removing }: { me: Me; onFile: (file: File) => void; onRemove: () => void; removing: boolean }) {
  const { t } = useLingui();
  const input = useRef<HTMLInputElement>(null);
  const choose = (event: ChangeEvent<HTMLInputElement>) => {
    const file = event.currentTarget.files?.[0];
    // The same file again is a choice too.
    event.currentTarget.value = '';
    if (file) onFile(file);
  };
  return (
    <Div className="picture__choice">
      <VisuallyHidden>
        <input ref={input} type="file" tabIndex={-1} accept="image/jpeg,image/png,image/webp" aria-label={t`Файл с картинкой`} onChange={choose} />
      </VisuallyHidden>
      <Button size="m" mode="secondary" onClick={() => input.current?.click()}>{me.picture ? t`Заменить картинку` : t`Выбрать картинку`}</Button>
      {me.picture && <Button size="m" mode="tertiary" appearance="negative" loading={removing} onClick={onRemove}>{t`Убрать`}</Button>}
    </Div>
  );
}

export function Picture({ me, subtitle, say }: { me: Me; subtitle: string; say: (text: string) => void }) {
  const { t, i18n } = useLingui();
  const { sending, send, remove } = usePicture(say);
  const error = send.error instanceof Cancelled ? remove.error : send.error ?? remove.error;
  const isTooLarge = error instanceof Problem && error.reason === 'too-large';
  return (
    <>
      <SimpleCell multiline before={<Face name={me.display_name} person={me} size={96} />} subtitle={subtitle}>{me.display_name}</SimpleCell>
      {has(me, 'pupil') ? <Div className="quiet">{t`Своя картинка появится, когда на неё смогут согласиться родители.`}</Div>
        : sending ? <Way sending={sending} />
          : <Choice me={me} onFile={(file) => send.mutate(file)} onRemove={() => remove.mutate()} removing={remove.isPending} />}
      {error && !sending && (
        <Div>
          <FormStatus mode="error" className="status" role="alert">{isTooLarge ? t`Файл больше 20 МБ. Выберите поменьше.` : problemText(i18n, error)}</FormStatus>
        </Div>
      )}
    </>
  );
}
