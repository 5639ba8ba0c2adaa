// SPDX-License-Identifier: LGPL-2.1-or-later
// One camera: what it is, how it fares, a new try, its data, taking it away.
import { useLingui } from '@lingui/react/macro';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Div, FormItem, Group, Header, SimpleCell, Snackbar } from '@vkontakte/vkui';
import { type FormEvent, useState } from 'react';
import { useLocation } from 'wouter';
import { fieldText, problemText } from '../../api/problems';
import { cameraQuery, probeQuery } from '../../api/queries';
import { request } from '../../api/request';
import type { Camera, Probe } from '../../api/types';
import { Field, FormError, textOf } from '../../forms/Field';
import { Page } from '../../shell/Page';
import { Loaded } from '../../shell/states';
import { since } from '../../texts/dates';
import { FoundView, ProbeFailed, ProbeRunning } from '../camera-new/ProbeView';
import { stateName } from '../cameras/facts';

function Check({ camera }: { camera: Camera }) {
  const { t } = useLingui();
  const cache = useQueryClient();
  const [probeId, setProbeId] = useState<string | null>(null);
  const probe = useQuery(probeQuery(probeId)).data;
  const start = useMutation({
    mutationFn: () => request<Probe>('/api/v1/camera-probes', { method: 'POST', body: { camera: camera.id } }),
    onSuccess: (made) => {
      cache.setQueryData(['probe', made.id], (known: Probe | undefined) => known ?? made);
      setProbeId(made.id);
    },
  });
  const cancel = () => {
    if (probeId) request(`/api/v1/camera-probes/${probeId}`, { method: 'DELETE' }).catch(() => undefined);
    setProbeId(null);
  };
  const found = probe?.state === 'done' ? probe.found : camera.probe;
  const still = probe?.state === 'done' && probe.found?.has_still
    ? `/api/v1/camera-probes/${probe.id}/still`
    : camera.has_still ? `/api/v1/cameras/${camera.id}/still?${camera.state_since}` : null;
  return (
    <>
      {found && <FoundView found={found} still={still} name={camera.name} title={probe?.state === 'done' ? undefined : t`Последняя проверка`} />}
      {probe?.state === 'running' && <ProbeRunning probe={probe} onCancel={cancel} />}
      {probe?.state === 'failed' && <ProbeFailed probe={probe} />}
      <FormError error={start.error} />
      <Div><Button size="l" mode="secondary" stretched loading={start.isPending} disabled={probe?.state === 'running'} onClick={() => { setProbeId(null); start.mutate(); }}>{t`Проверить камеру`}</Button></Div>
    </>
  );
}

function Change({ camera, onSaved }: { camera: Camera; onSaved: () => void }) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const save = useMutation({
    mutationFn: (body: object) => request<Camera>(`/api/v1/cameras/${camera.id}`, { method: 'PATCH', body }),
    onSuccess: (changed) => {
      cache.setQueryData(['camera', camera.id], changed);
      void cache.invalidateQueries({ queryKey: ['cameras'] });
      onSaved();
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const password = String(form.get('password') ?? '');
    save.mutate({ name: textOf(form, 'name'), url: textOf(form, 'url'), login: textOf(form, 'login'), ...(password && { password }) });
  };
  const errorOf = (name: string) => fieldText(i18n, save.error, name);
  return (
    <form noValidate onSubmit={submit}>
      <Field label={t`Название`} name="name" defaultValue={camera.name} maxLength={60} error={errorOf('name')} />
      <Field label={t`Адрес RTSP`} name="url" defaultValue={camera.url} inputMode="url" autoComplete="off" spellCheck={false} error={errorOf('url')} />
      <Field optional label={t`Логин камеры`} name="login" defaultValue={camera.login} autoComplete="off" spellCheck={false} error={errorOf('login')} />
      <Field required={false} label={t`Новый пароль камеры`} name="password" type="password" autoComplete="new-password" hint={t`Пустое поле: пароль остаётся прежним`} error={errorOf('password')} />
      <FormError error={save.error} fields={['name', 'url', 'login', 'password']} />
      <FormItem><Button size="l" stretched type="submit" loading={save.isPending}>{t`Сохранить`}</Button></FormItem>
    </form>
  );
}

function Remove({ camera, onProblem }: { camera: Camera; onProblem: (text: string) => void }) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const [, go] = useLocation();
  const [asking, setAsking] = useState(false);
  const remove = useMutation({
    mutationFn: () => request<void>(`/api/v1/cameras/${camera.id}`, { method: 'DELETE' }),
    onSuccess: () => {
      go('/cameras', { replace: true });
      cache.removeQueries({ queryKey: ['camera', camera.id] });
      void cache.invalidateQueries({ queryKey: ['cameras'] });
    },
    onError: (error) => onProblem(problemText(i18n, error)),
  });
  return (
    <Div>
      <Button size="l" stretched mode="tertiary" appearance="negative" loading={remove.isPending} onClick={() => setAsking(true)}>{t`Убрать камеру`}</Button>
      {asking && (
        <Alert
          usePortal
          title={t`Убрать камеру «${camera.name}»?`}
          description={t`Прошедшие трансляции останутся.`}
          dismissLabel={t`Закрыть`}
          onClosed={() => setAsking(false)}
          actions={[
            { title: t`Отмена`, mode: 'cancel' },
            { title: t`Убрать`, mode: 'destructive', action: () => remove.mutate() },
          ]}
        />
      )}
    </Div>
  );
}

export default function CameraPage({ id }: { id: string }) {
  const { t, i18n } = useLingui();
  const camera = useQuery(cameraQuery(id));
  const [said, setSaid] = useState<string | null>(null);
  return (
    <Page form title={camera.data?.name ?? t`Камера`} back={{ to: '/cameras', label: t`К камерам` }}>
      <Loaded query={camera}>
        {(data) => (
          <>
            <SimpleCell multiline subtitle={data.state === 'unknown' ? undefined : since(i18n, data.state_since)}>{stateName(i18n, data.state)}</SimpleCell>
            <Check camera={data} />
            <Group mode="plain" header={<Header Component="h2">{t`Данные камеры`}</Header>}>
              <Change camera={data} onSaved={() => setSaid(t`Сохранено`)} />
            </Group>
            <Remove camera={data} onProblem={setSaid} />
          </>
        )}
      </Loaded>
      {said && <Snackbar onClosed={() => setSaid(null)}>{said}</Snackbar>}
    </Page>
  );
}
