// SPDX-License-Identifier: LGPL-2.1-or-later
// Adding a camera: name and address, a try that shows what it found, then one press.
import { useLingui } from '@lingui/react/macro';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, FormItem } from '@vkontakte/vkui';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { fieldText, reasonText } from '../../api/problems';
import { probeQuery } from '../../api/queries';
import { newKey, request } from '../../api/request';
import type { Camera, Probe, Reason } from '../../api/types';
import { Field, FormError, textOf } from '../../forms/Field';
import { Page } from '../../shell/Page';
import { FoundView, ProbeFailed, ProbeRunning } from './ProbeView';

/** Which field a refused camera is about. */
const FIELD_OF: Partial<Record<Reason, string>> = {
  'camera-bad-address': 'url',
  'camera-forbidden-address': 'url',
  'camera-name-not-found': 'url',
  'camera-refused': 'url',
  'camera-no-such-path': 'url',
  'camera-no-answer': 'url',
  'camera-wrong-password': 'password',
};

const credentials = (form: FormData) => {
  const login = textOf(form, 'login');
  const password = String(form.get('password') ?? '');
  return { url: textOf(form, 'url'), ...(login && { login }), ...(password && { password }) };
};

export default function CameraNewPage() {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const [, go] = useLocation();
  const form = useRef<HTMLFormElement>(null);
  const [probeId, setProbeId] = useState<string | null>(null);
  const [empty, setEmpty] = useState<string[]>([]);
  const probe = useQuery(probeQuery(probeId)).data;
  const start = useMutation({
    mutationFn: (body: object) => request<Probe>('/api/v1/camera-probes', { method: 'POST', body }),
    onSuccess: (made) => {
      cache.setQueryData(['probe', made.id], (known: Probe | undefined) => known ?? made);
      setProbeId(made.id);
    },
  });
  const add = useMutation({
    mutationFn: (body: object) => request<Camera>('/api/v1/cameras', { method: 'POST', body, key: newKey() }),
    onSuccess: (camera) => {
      void cache.invalidateQueries({ queryKey: ['cameras'] });
      go(`/cameras/${camera.id}`, { replace: true });
    },
  });
  const running = probe?.state === 'running' || start.isPending;
  const found = probe?.state === 'done' ? probe.found : null;
  const failedAt = probe?.state === 'failed' && probe.reason ? FIELD_OF[probe.reason] : undefined;

  // The error stands at its field, and focus goes there.
  useEffect(() => {
    if (failedAt) form.current?.querySelector<HTMLInputElement>(`input[name=${failedAt}]`)?.focus();
  }, [failedAt, probe?.id]);
  useEffect(() => {
    if (empty[0]) form.current?.querySelector<HTMLInputElement>(`input[name=${empty[0]}]`)?.focus();
  }, [empty]);

  const forgetProbe = () => {
    if (probeId && running) request(`/api/v1/camera-probes/${probeId}`, { method: 'DELETE' }).catch(() => undefined);
    setProbeId(null);
    start.reset();
  };
  const errorOf = (name: string) => {
    if (empty.includes(name)) return t`Заполните это поле.`;
    if (failedAt === name && probe?.reason) return reasonText(i18n, probe.reason);
    return fieldText(i18n, start.error, name) ?? fieldText(i18n, add.error, name);
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const missing = (found ? ['name', 'url'] : ['url']).filter((f) => !textOf(data, f));
    setEmpty(missing);
    if (missing.length > 0) return;
    if (found && probeId) add.mutate({ name: textOf(data, 'name'), ...credentials(data), probe: probeId });
    else {
      setProbeId(null);
      start.mutate(credentials(data));
    }
  };
  // Another address is another camera: what was found does not hold for it.
  const onChange = (event: FormEvent<HTMLFormElement>) => {
    if (probeId && (event.target as HTMLInputElement).name !== 'name') forgetProbe();
  };

  return (
    <Page form title={t`Новая камера`} back={{ to: '/cameras', label: t`К камерам` }}>
      <form noValidate ref={form} onSubmit={submit} onChange={onChange}>
        <Field label={t`Название`} name="name" placeholder={t`Кабинет 12`} maxLength={60} autoComplete="off" error={errorOf('name')} />
        <Field label={t`Адрес RTSP`} name="url" inputMode="url" autoComplete="off" autoCapitalize="none" spellCheck={false} hint={t`Например, rtsp://10.17.0.14:554/stream1`} error={errorOf('url')} />
        <Field optional label={t`Логин камеры`} name="login" autoComplete="off" autoCapitalize="none" spellCheck={false} error={errorOf('login')} />
        <Field optional label={t`Пароль камеры`} name="password" type="password" autoComplete="new-password" error={errorOf('password')} />
        {probe?.state === 'running' && <ProbeRunning probe={probe} onCancel={forgetProbe} />}
        {found && probe && <FoundView found={found} still={found.has_still ? `/api/v1/camera-probes/${probe.id}/still` : null} name="" />}
        {probe?.state === 'failed' && <ProbeFailed probe={probe} />}
        <FormError error={start.error ?? add.error} fields={['name', 'url', 'login', 'password']} />
        <FormItem>
          <Button size="l" stretched type="submit" loading={start.isPending || add.isPending} disabled={running}>
            {found ? t`Добавить` : t`Проверить`}
          </Button>
        </FormItem>
      </form>
    </Page>
  );
}
