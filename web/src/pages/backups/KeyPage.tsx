// SPDX-License-Identifier: LGPL-2.1-or-later
// The recovery key of the school's copies: shown once to be printed, and taken when its end was read from the paper.
import { useLingui } from '@lingui/react/macro';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Div, FormItem, Group, Text, Title } from '@vkontakte/vkui';
import { type FormEvent, useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { fieldText } from '../../api/problems';
import { backupsQuery, schoolQuery } from '../../api/queries';
import { Problem, request } from '../../api/request';
import type { Backups, RecoveryKey } from '../../api/types';
import { Field, FormError, passwordOf, textOf } from '../../forms/Field';
import { OwnPassword, usePasswordFault } from '../../forms/OwnPassword';
import { Page } from '../../shell/Page';
import { Qr } from '../../shell/Qr';
import { Loaded } from '../../shell/states';
import { birthday, day } from '../../texts/dates';

const PATH = '/api/v1/backups/recovery-key';
const ENDING = 6;

/** As people copy it by hand: what all keys begin with, then six characters at a time; the last six are asked for. */
function groupsOf(secret: string): string[] {
  const start = secret.lastIndexOf('-') + 2;
  return [secret.slice(0, start), ...(secret.slice(start).match(/.{1,6}(?=(.{6})*$)/g) ?? [])];
}

function Sheet({ made }: { made: RecoveryKey }) {
  const { t, i18n } = useLingui();
  const school = useQuery(schoolQuery).data?.name ?? '';
  const today = birthday(i18n, new Date().toLocaleDateString('sv'));
  const { maker } = made;
  return (
    <Div className="slip key-sheet">
      <Title level="2" Component="h2">{t`Ключ восстановления: ${school}`}</Title>
      <Text>{t`Этим ключом школу восстанавливают из резервной копии, если сервер сломался, сгорел или украден. Без него копию не открыть.`}</Text>
      <Qr text={made.secret} label={t`QR-код ключа восстановления`} size={240} />
      <code className="key-sheet__key">{groupsOf(made.secret).map((group, i) => <span key={i}>{group}</span>)}</code>
      <Text>{t`Ключ пишется без пробелов. На новом сервере его вписывают в файл и выполняют:`}</Text>
      <code className="command">{t`urokctl restore КОПИЯ --key ФАЙЛ`}</code>
      <Text>{t`При восстановлении покажут метку сервера, который сделал копию. Она должна быть такой: ${maker}`}</Text>
      <Text>{t`Храните лист в сейфе, не рядом с сервером. У кого есть и этот лист, и копия, тот прочтёт всё, что есть в школе.`}</Text>
      <Text>{t`Сделан: ${today}. Открывает копии, сделанные с этого дня.`}</Text>
    </Div>
  );
}

/** The only time that it can be seen: whoever goes away before it is on paper is asked by the browser. */
function Shown({ made, onTaken, onGone }: { made: RecoveryKey; onTaken: () => void; onGone: () => void }) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const take = useMutation({
    mutationFn: (ending: string) => request(PATH, { method: 'PUT', body: { public: made.public, ending } }),
    onSuccess: () => {
      for (const key of ['backups', 'server']) void cache.invalidateQueries({ queryKey: [key] });
      onTaken();
    },
    onError: (error) => {
      if (error instanceof Problem && error.status === 404) onGone();
    },
  });
  useEffect(() => {
    const stay = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', stay);
    return () => removeEventListener('beforeunload', stay);
  }, []);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    take.mutate(textOf(new FormData(event.currentTarget), 'ending').replaceAll(/\s/g, '').toUpperCase());
  };
  return (
    <Group mode="plain">
      <Sheet made={made} />
      <Div><Button size="l" stretched onClick={() => print()}>{t`Напечатать`}</Button></Div>
      <form noValidate onSubmit={submit}>
        <Field label={t`Последние 6 знаков ключа, с листа`} name="ending" hint={t`Так видно, что лист напечатан и читается. До этого действует прежний ключ.`} autoComplete="off" autoCapitalize="characters" spellCheck={false} maxLength={ENDING * 2} error={fieldText(i18n, take.error, 'ending')} />
        <FormError error={take.error} fields={['ending']} />
        <FormItem><Button size="l" stretched mode="secondary" type="submit" loading={take.isPending}>{t`Лист напечатан`}</Button></FormItem>
      </form>
      <Div><Text className="quiet">{t`Больше этот ключ не покажут: сервер его не хранит.`}</Text></Div>
    </Group>
  );
}

/** What it is for, and the own password once more: whoever has this key reads every copy that is made from now on. */
function Ask({ recovery, error, isPending, isGone, onAsk }: {
  recovery: Backups['recovery_key']; error: unknown; isPending: boolean; isGone: boolean; onAsk: (password: string) => void;
}) {
  const { t, i18n } = useLingui();
  const fault = usePasswordFault(error);
  const when = recovery.made_at ? day(i18n, recovery.made_at) : '';
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    onAsk(passwordOf(new FormData(event.currentTarget)));
  };
  return (
    <Group mode="plain">
      {isGone && <Div><Text role="alert" className="failed">{t`Тот ключ больше не действует: его показали больше часа назад, или знаки не совпали много раз. Сделайте новый, а лист выбросьте.`}</Text></Div>}
      {recovery.made ? (
        <>
          <Div><Text>{t`Ключ напечатан: ${when}. Лист нужен в день, когда сервер сломается.`}</Text></Div>
          <Div><Text>{t`Новый ключ делают, если лист потеряли или его видел чужой. Копии, сделанные раньше, откроет только прежний лист: не выбрасывайте его полгода.`}</Text></Div>
        </>
      ) : (
        <>
          <Div><Text>{t`Копии школы зашифрованы. Открыть их может только этот сервер, а если он сломается, то никто.`}</Text></Div>
          <Div><Text>{t`Напечатайте ключ восстановления и положите его в сейф: с ним школа вернётся из копии на любом другом сервере.`}</Text></Div>
        </>
      )}
      <form noValidate onSubmit={submit}>
        <OwnPassword hint={t`Ключ покажут один раз. Приготовьте принтер.`} error={error} />
        <FormError error={error} words={fault} />
        <FormItem><Button size="l" stretched type="submit" loading={isPending}>{recovery.made ? t`Сделать новый ключ` : t`Показать ключ`}</Button></FormItem>
      </form>
    </Group>
  );
}

function Body({ recovery }: { recovery: Backups['recovery_key'] }) {
  const [, go] = useLocation();
  const make = useMutation({
    mutationFn: (password: string) => request<RecoveryKey>(PATH, { method: 'POST', body: { password } }),
    // Kept for as long as this page shows it.
    gcTime: 0,
  });
  const [isGone, setGone] = useState(false);
  const drop = () => {
    make.reset();
    setGone(true);
  };
  if (make.data) return <Shown made={make.data} onTaken={() => go('/server/backups')} onGone={drop} />;
  return <Ask recovery={recovery} error={make.error} isPending={make.isPending} isGone={isGone} onAsk={make.mutate} />;
}

export default function KeyPage() {
  const { t } = useLingui();
  const backups = useQuery(backupsQuery);
  return (
    <Page form title={t`Ключ восстановления`} back={{ to: '/server/backups', label: t`К копиям` }}>
      <Loaded query={backups}>{(data) => <Body recovery={data.recovery_key} />}</Loaded>
    </Page>
  );
}
