// SPDX-License-Identifier: LGPL-2.1-or-later
// Forms of the chats that people make: a group, a channel of the school.
import { useLingui } from '@lingui/react/macro';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Button, Checkbox, FormItem } from '@vkontakte/vkui';
import { type FormEvent, useState } from 'react';
import { fieldText } from '../../api/problems';
import { classesQuery } from '../../api/queries';
import { request } from '../../api/request';
import type { Chat, Person } from '../../api/types';
import { useShowChat } from '../../chats/useOpenChat';
import { Field, FormError, textOf } from '../../forms/Field';
import { PeoplePicker } from './PeoplePicker';

type Reader = 'staff' | 'parents' | 'pupils';

const isStaff = (person: Person): boolean => person.roles.includes('teacher') || person.roles.includes('administrator');

/** Title and description, as every made chat has them. */
function Heads({ error, chat }: { error: unknown; chat?: Chat }) {
  const { t, i18n } = useLingui();
  return (
    <>
      <Field label={t`Название`} name="title" maxLength={80} defaultValue={chat?.title} error={fieldText(i18n, error, 'title')} />
      <Field label={t`О чём он`} name="about" maxLength={300} optional defaultValue={chat?.about} error={fieldText(i18n, error, 'about')} />
    </>
  );
}

const headsOf = (event: FormEvent<HTMLFormElement>) => {
  event.preventDefault();
  const form = new FormData(event.currentTarget);
  return { title: textOf(form, 'title'), about: textOf(form, 'about') };
};

function Submit({ busy, children }: { busy: boolean; children: string }) {
  return <FormItem><Button type="submit" size="l" stretched loading={busy}>{children}</Button></FormItem>;
}

export function GroupForm() {
  const { t } = useLingui();
  const show = useShowChat();
  const [members, setMembers] = useState<Person[]>([]);
  const making = useMutation({
    mutationFn: (heads: { title: string; about: string }) =>
      request<Chat>('/api/v1/chats', { method: 'POST', body: { ...heads, members: members.map((p) => p.id) } }),
    onSuccess: show,
  });
  return (
    <form onSubmit={(event) => making.mutate(headsOf(event))}>
      <Heads error={making.error} />
      <PeoplePicker label={t`Участники`} chosen={members} onChange={setMembers} />
      <FormError error={making.error} fields={['title', 'about']} />
      <Submit busy={making.isPending}>{t`Создать группу`}</Submit>
    </form>
  );
}

interface Audience {
  readers: Reader[];
  classes: string[];
}

/** Who reads: kinds of people, and for parents and pupils, if wanted, classes. */
function AudienceFields({ audience, onChange }: { audience: Audience; onChange: (audience: Audience) => void }) {
  const { t } = useLingui();
  const classes = useQuery(classesQuery).data?.items ?? [];
  const names: Record<Reader, string> = { staff: t`Сотрудники`, parents: t`Родители`, pupils: t`Ученики` };
  const toggled = <T,>(list: readonly T[], item: T): T[] => (list.includes(item) ? list.filter((x) => x !== item) : [...list, item]);
  const narrowed = audience.readers.some((r) => r !== 'staff');
  return (
    <>
      <FormItem Component="fieldset" className="bare" top={t`Кто читает`} topComponent="legend">
        {(Object.keys(names) as Reader[]).map((reader) => (
          <Checkbox key={reader} checked={audience.readers.includes(reader)} onChange={() => onChange({ ...audience, readers: toggled(audience.readers, reader) })}>{names[reader]}</Checkbox>
        ))}
      </FormItem>
      {narrowed && classes.length > 0 && (
        <FormItem Component="fieldset" className="bare" top={t`Из каких классов (не выбрано — из всех)`} topComponent="legend">
          <div className="class-boxes">
            {classes.map((c) => (
              <Checkbox key={c.id} checked={audience.classes.includes(c.id)} onChange={() => onChange({ ...audience, classes: toggled(audience.classes, c.id) })}>{c.title}</Checkbox>
            ))}
          </div>
        </FormItem>
      )}
    </>
  );
}

const cleaned = ({ readers, classes }: Audience): Audience => ({ readers, classes: readers.some((r) => r !== 'staff') ? classes : [] });

export function ChannelForm() {
  const { t, i18n } = useLingui();
  const show = useShowChat();
  const [audience, setAudience] = useState<Audience>({ readers: ['staff', 'parents', 'pupils'], classes: [] });
  const [writers, setWriters] = useState<Person[]>([]);
  const making = useMutation({
    mutationFn: (heads: { title: string; about: string }) =>
      request<Chat>('/api/v1/channels', { method: 'POST', body: { ...heads, ...cleaned(audience), writers: writers.map((p) => p.id) } }),
    onSuccess: show,
  });
  const unread = fieldText(i18n, making.error, 'readers') && t`Отметьте, кто читает канал.`;
  return (
    <form onSubmit={(event) => making.mutate(headsOf(event))}>
      <Heads error={making.error} />
      <AudienceFields audience={audience} onChange={setAudience} />
      {unread && <FormItem status="error" bottom={unread} />}
      <PeoplePicker label={t`Кто пишет`} chosen={writers} onChange={setWriters} fits={isStaff} />
      <FormError error={making.error} fields={['title', 'about']} />
      <Submit busy={making.isPending}>{t`Создать канал`}</Submit>
    </form>
  );
}

/** Another title, description, audience. */
export function ChangeForm({ chat, onDone }: { chat: Chat; onDone: () => void }) {
  const { t } = useLingui();
  const [audience, setAudience] = useState<Audience>({ readers: chat.readers ?? [], classes: chat.classes.map((c) => c.id) });
  const changing = useMutation({
    mutationFn: (heads: { title: string; about: string }) =>
      request<Chat>(`/api/v1/chats/${chat.id}`, { method: 'PATCH', body: chat.kind === 'channel' ? { ...heads, ...cleaned(audience) } : heads }),
    onSuccess: onDone,
  });
  return (
    <form onSubmit={(event) => changing.mutate(headsOf(event))}>
      <Heads error={changing.error} chat={chat} />
      {chat.kind === 'channel' && <AudienceFields audience={audience} onChange={setAudience} />}
      <FormError error={changing.error} fields={['title', 'about']} />
      <Submit busy={changing.isPending}>{t`Сохранить`}</Submit>
    </form>
  );
}
