// SPDX-License-Identifier: LGPL-2.1-or-later
// Where one writes: a new message, an answer, a change of an old one.
import { useLingui } from '@lingui/react/macro';
import { Icon20ReplyOutline, Icon20WriteOutline, Icon24Dismiss } from '@vkontakte/icons';
import { Caption, Footnote, IconButton, WriteBar, WriteBarIcon } from '@vkontakte/vkui';
import { type KeyboardEvent, useEffect, useRef } from 'react';
import { useTouch } from '../../shell/useMedia';
import { number } from '../../texts/dates';
import type { Writing } from './useWriting';

const MOST = 4_000;
const COUNT_FROM = 3_600;

export function Composer({ writing }: { writing: Writing }) {
  const { text, replyTo, editing } = writing;
  const { t, i18n } = useLingui();
  const touch = useTouch();
  const area = useRef<HTMLTextAreaElement>(null);
  const length = [...text.trim()].length;
  const tooLong = length > MOST;
  const quoted = editing ?? replyTo;
  const ready = length > 0 && !tooLong && !writing.busy;

  useEffect(() => {
    if (quoted) {
      area.current?.focus();
      const end = area.current?.value.length ?? 0;
      area.current?.setSelectionRange(end, end);
    }
  }, [quoted]);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Enter' && !event.shiftKey && (!touch || event.ctrlKey)) {
      event.preventDefault();
      if (ready) writing.send();
    } else if (event.key === 'Escape' && quoted) {
      event.preventDefault();
      writing.cancel();
    } else if (event.key === 'ArrowUp' && text === '' && !quoted) {
      event.preventDefault();
      writing.editLast();
    }
  };

  return (
    <div className="composer">
      {quoted && (
        <div className="composer__quote">
          {editing ? <Icon20WriteOutline /> : <Icon20ReplyOutline />}
          <Caption Component="p" className="composer__quoted">
            {editing ? t`Изменение:` : t`Ответ: ${quoted.author.short_name}`} <span className="quiet">{quoted.text}</span>
          </Caption>
          <IconButton label={editing ? t`Отменить изменение` : t`Отменить ответ`} onClick={writing.cancel}><Icon24Dismiss /></IconButton>
        </div>
      )}
      {length >= COUNT_FROM && (
        <Footnote Component="p" role={tooLong ? 'alert' : undefined} className={tooLong ? 'composer__count failed' : 'composer__count quiet'}>
          {tooLong ? t`${number(i18n, length)} из ${number(i18n, MOST)} знаков. Сократите текст.` : t`${number(i18n, length)} из ${number(i18n, MOST)}`}
        </Footnote>
      )}
      <WriteBar
        getRef={area}
        placeholder={t`Сообщение`}
        value={text}
        onChange={(event) => writing.setText(event.target.value)}
        onKeyDown={onKeyDown}
        slotProps={{ textArea: { 'aria-label': t`Сообщение`, ...({ 'data-region': true } as object) } }}
        after={<WriteBarIcon mode={editing ? 'done' : 'send'} label={editing ? t`Сохранить` : t`Отправить`} disabled={!ready} onClick={writing.send} />}
      />
    </div>
  );
}
