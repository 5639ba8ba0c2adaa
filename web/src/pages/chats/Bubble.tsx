// SPDX-License-Identifier: LGPL-2.1-or-later
// One message, sent or on its way.
import { useLingui } from '@lingui/react/macro';
import {
  Icon16CheckDoubleOutline, Icon16CheckOutline, Icon16ClockOutline, Icon16ErrorCircleFill, Icon20MoreVertical,
} from '@vkontakte/icons';
import { Button, Caption, Footnote, IconButton, Subhead, Text } from '@vkontakte/vkui';
import { memo, useRef } from 'react';
import { reasonText } from '../../api/problems';
import type { Message, Quote } from '../../api/types';
import type { Pending } from '../../chats/outbox';
import { Face } from '../../shell/Face';
import { clock } from '../../texts/dates';

function QuoteLine({ quote, onJump }: { quote: Quote; onJump?: (id: string) => void }) {
  const { t } = useLingui();
  const inside = (
    <>
      <Footnote weight="2" Component="span" className="quote__who">{quote.author_name}</Footnote>
      <Footnote Component="span" className="quote__text">{quote.deleted ? t`Сообщение удалено` : quote.text}</Footnote>
    </>
  );
  if (!onJump) return <span className="quote">{inside}</span>;
  return <button type="button" className="quote quote_link" onClick={() => onJump(quote.id)}>{inside}</button>;
}

const mark = { role: 'img', 'aria-hidden': false } as const;

function Ticks({ message }: { message: Message }) {
  const { t } = useLingui();
  if (!message.mine || message.deleted) return null;
  if (message.read) return <Icon16CheckDoubleOutline {...mark} aria-label={t`Прочитано`} />;
  return <Icon16CheckOutline {...mark} aria-label={t`Отправлено`} />;
}

interface BubbleProps {
  message: Message;
  head: boolean;
  marked: boolean;
  onMenu: (message: Message, opener: HTMLElement) => void;
  onJump: (id: string) => void;
}

export const Bubble = memo(function Bubble({ message, head, marked, onMenu, onJump }: BubbleProps) {
  const { t, i18n } = useLingui();
  const more = useRef<HTMLElement>(null);
  const { mine, author, deleted } = message;
  const gone = message.expired ? t`Удалено по сроку хранения` : t`Сообщение удалено`;
  return (
    <article className={`row${mine ? ' row_mine' : ''}${head ? ' row_head' : ''}${marked ? ' row_marked' : ''}`} aria-label={`${mine ? t`Вы` : author.display_name}, ${clock(i18n, message.sent_at)}`}>
      {!mine && <span className="row__face">{head && <Face name={author.display_name} person={author} size={36} />}</span>}
      <div className="bubble">
        {!mine && head && <Subhead weight="2" Component="p" className="bubble__who">{author.display_name}</Subhead>}
        {message.reply_to && !deleted && <QuoteLine quote={message.reply_to} onJump={onJump} />}
        <Text className={deleted ? 'bubble__text quiet' : 'bubble__text'}>{deleted ? gone : message.text}</Text>
        <span className="bubble__meta">
          {message.edited_at && !deleted && <Caption Component="span">{t`изменено`}</Caption>}
          <Caption Component="time" {...({ dateTime: message.sent_at } as object)}>{clock(i18n, message.sent_at)}</Caption>
          <Ticks message={message} />
        </span>
      </div>
      {!deleted && (
        <IconButton getRootRef={more} className="row__more" label={t`Действия с сообщением`} aria-haspopup="menu" onClick={() => more.current && onMenu(message, more.current)}>
          <Icon20MoreVertical />
        </IconButton>
      )}
    </article>
  );
});

export function PendingBubble({ pending, onAgain, onDrop }: { pending: Pending; onAgain: (key: string) => void; onDrop: (key: string) => void }) {
  const { t, i18n } = useLingui();
  return (
    <article className="row row_mine row_head" aria-label={pending.failed ? t`Вы, не отправлено` : t`Вы, отправляется`}>
      <div className="bubble">
        {pending.replyTo && <QuoteLine quote={pending.replyTo} />}
        <Text className="bubble__text">{pending.text}</Text>
        {pending.failed ? (
          <div className="bubble__failed" role="alert">
            <Caption Component="p" className="failed"><Icon16ErrorCircleFill /> {t`Не отправлено`}. {reasonText(i18n, pending.failed)}</Caption>
            <Button size="s" mode="tertiary" onClick={() => onAgain(pending.key)}>{t`Повторить`}</Button>
            <Button size="s" mode="tertiary" appearance="negative" onClick={() => onDrop(pending.key)}>{t`Удалить`}</Button>
          </div>
        ) : (
          <span className="bubble__meta">
            <Caption Component="time">{clock(i18n, pending.at)}</Caption>
            <Icon16ClockOutline {...mark} aria-label={t`Отправляется`} />
          </span>
        )}
      </div>
    </article>
  );
}
