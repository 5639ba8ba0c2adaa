// SPDX-License-Identifier: LGPL-2.1-or-later
// Starting a broadcast: camera, title, audience. What was chosen last time is filled in.
import { useLingui } from '@lingui/react/macro';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Icon28VideocamOutline, Icon56VideoOutline } from '@vkontakte/icons';
import { Button, Checkbox, Div, FormItem, Radio } from '@vkontakte/vkui';
import { type FormEvent, useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import { fieldText } from '../../api/problems';
import { camerasQuery, classesQuery } from '../../api/queries';
import { newKey, request } from '../../api/request';
import type { Audience, Broadcast, Camera, ClassRow } from '../../api/types';
import { keptFor } from '../../chats/kept';
import { Field, FormError, textOf } from '../../forms/Field';
import { has, useMe } from '../../session/session';
import { LinkButton } from '../../shell/LinkCell';
import { Page } from '../../shell/Page';
import { Empty, Loaded } from '../../shell/states';

interface Choice {
  camera: string;
  title: string;
  audience: Audience;
}

/** Which camera is marked when none was chosen before. */
const ORDER = ['ok', 'unknown', 'broadcasting', 'lost'] as const;

const NO_CHOICE: Choice | null = null;

function CameraChoice({ camera, checked }: { camera: Camera; checked: boolean }) {
  const { t } = useLingui();
  const busy = camera.state === 'broadcasting';
  const note = busy ? t`Сейчас в эфире` : camera.state === 'lost' ? t`Нет связи с камерой` : undefined;
  return (
    <div className="camera-choice">
      <Radio name="camera" value={camera.id} defaultChecked={checked} description={note}>{camera.name}</Radio>
      {camera.has_still
        ? <img className="camera-choice__still" src={`/api/v1/cameras/${camera.id}/still`} alt="" loading="lazy" />
        : <span className="camera-choice__still thumb"><Icon28VideocamOutline /></span>}
    </div>
  );
}

function ClassChoice({ row, audience }: { row: ClassRow; audience: Audience }) {
  const { t } = useLingui();
  return (
    <div role="group" aria-label={t`${row.title} класс`} className="class-choice">
      <span className="class-choice__title" aria-hidden="true">{row.title}</span>
      <Checkbox name="classes" value={row.id} defaultChecked={audience.classes?.includes(row.id)}>{t`ученики`}</Checkbox>
      <Checkbox name="parents_of" value={row.id} defaultChecked={audience.parents_of?.includes(row.id)}>{t`родители`}</Checkbox>
    </div>
  );
}

/** One's own classes; the others behind a button, unless one of them is chosen. */
function Classes({ rows, audience }: { rows: ClassRow[]; audience: Audience }) {
  const { t } = useLingui();
  const chosen = (row: ClassRow) => !!audience.classes?.includes(row.id) || !!audience.parents_of?.includes(row.id);
  const [all, setAll] = useState(() => !rows.some((r) => r.mine) || rows.some((r) => !r.mine && chosen(r)));
  return (
    <>
      {rows.map((row) => (row.mine || all) && <ClassChoice key={row.id} row={row} audience={audience} />)}
      {!all && rows.some((r) => !r.mine) && <Div><Button size="m" mode="tertiary" onClick={() => setAll(true)}>{t`Показать все классы`}</Button></Div>}
    </>
  );
}

function audienceOf(form: FormData): Audience {
  const classes = form.getAll('classes').map(String);
  const parents = form.getAll('parents_of').map(String);
  return {
    school: form.has('school'),
    staff: form.has('staff'),
    classes,
    parents_of: parents,
  };
}

const isNobody = (a: Audience) => !a.school && !a.staff && !a.classes?.length && !a.parents_of?.length;

function StartForm({ cameras, classes }: { cameras: Camera[]; classes: ClassRow[] }) {
  const { t, i18n } = useLingui();
  const me = useMe();
  const cache = useQueryClient();
  const [, go] = useLocation();
  const kept = keptFor<Choice | null>(me.id, 'broadcast', NO_CHOICE);
  const last = useMemo(() => kept.get(), [kept]);
  const [nobody, setNobody] = useState(false);
  const [untitled, setUntitled] = useState(false);
  const own = classes.find((c) => c.mine);
  const audience: Audience = last?.audience ?? { classes: own ? [own.id] : [], parents_of: [] };
  const camera = cameras.find((c) => c.id === last?.camera && c.state !== 'lost') ?? ORDER.map((state) => cameras.find((c) => c.state === state)).find(Boolean);
  const title = last?.title ?? (own ? t`Урок, ${own.title}` : '');
  const start = useMutation({
    mutationFn: ({ choice, key }: { choice: Choice; key: string }) => request<Broadcast>('/api/v1/broadcasts', { method: 'POST', body: choice, key }),
    onSuccess: (broadcast, { choice }) => {
      kept.set(choice);
      cache.setQueryData(['broadcast', broadcast.id], broadcast);
      void cache.invalidateQueries({ queryKey: ['broadcasts'] });
      go(`/broadcasts/${broadcast.id}`, { replace: true });
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const choice: Choice = { camera: String(form.get('camera')), title: textOf(form, 'title'), audience: audienceOf(form) };
    setNobody(isNobody(choice.audience));
    setUntitled(choice.title === '');
    if (choice.title === '') event.currentTarget.querySelector<HTMLInputElement>('input[name=title]')?.focus();
    else if (!isNobody(choice.audience)) start.mutate({ choice, key: newKey() });
  };
  return (
    <form noValidate onSubmit={submit}>
      <fieldset className="fieldset">
        <legend className="fieldset__legend">{t`Камера`}</legend>
        {cameras.map((c) => <CameraChoice key={c.id} camera={c} checked={c === camera} />)}
      </fieldset>
      <Field label={t`Название`} name="title" defaultValue={title} maxLength={120} error={untitled ? t`Заполните это поле.` : fieldText(i18n, start.error, 'title')} />
      <fieldset className="fieldset">
        <legend className="fieldset__legend">{t`Кто увидит`}</legend>
        <Checkbox name="school" defaultChecked={audience.school}>{t`Вся школа`}</Checkbox>
        <Checkbox name="staff" defaultChecked={audience.staff}>{t`Сотрудники`}</Checkbox>
        <Classes rows={classes} audience={audience} />
      </fieldset>
      {nobody && <FormItem status="error"><p role="alert" className="failed">{t`Отметьте, кто увидит трансляцию.`}</p></FormItem>}
      <FormError error={start.error} fields={['title']} />
      <FormItem><Button size="l" stretched type="submit" loading={start.isPending}>{t`Начать`}</Button></FormItem>
    </form>
  );
}

export default function BroadcastNewPage() {
  const { t } = useLingui();
  const me = useMe();
  const cameras = useQuery(camerasQuery);
  const classes = useQuery(classesQuery);
  return (
    <Page form title={t`Новая трансляция`} back={{ to: '/broadcasts', label: t`К трансляциям` }}>
      <Loaded query={cameras}>
        {(found) => found.items.length === 0 ? (
          <Empty
            icon={<Icon56VideoOutline />}
            title={t`Камер пока нет`}
            action={has(me, 'administrator') ? <LinkButton size="m" to="/cameras/new">{t`Добавить камеру`}</LinkButton> : <LinkButton size="m" to="/help">{t`Помощь`}</LinkButton>}
          >
            {t`Камеры добавляет администратор.`}
          </Empty>
        ) : (
          <Loaded query={classes}>{(rows) => <StartForm cameras={found.items} classes={rows.items} />}</Loaded>
        )}
      </Loaded>
    </Page>
  );
}
