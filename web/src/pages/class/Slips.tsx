// SPDX-License-Identifier: LGPL-2.1-or-later
// Slips on paper for those who have not come in yet.
import { useLingui } from '@lingui/react/macro';
import { useMutation } from '@tanstack/react-query';
import { Button, Div, FormStatus, Group, Header, Text } from '@vkontakte/vkui';
import { problemText } from '../../api/problems';
import { Problem } from '../../api/request';
import { download } from '../../api/download';

type Whom = 'all' | 'pupils' | 'parents';

export function Slips({ id }: { id: string }) {
  const { t, i18n } = useLingui();
  const print = useMutation({
    mutationFn: (whom: Whom) => download(`/api/v1/classes/${id}/slips`, { whom, language: i18n.locale }, t`Листки`),
  });
  const nobody = print.error instanceof Problem && print.error.reason === 'nobody-to-invite';
  const names: Record<Whom, string> = { all: t`Листки для всех`, pupils: t`Только ученикам`, parents: t`Только родителям` };
  return (
    <Group mode="plain" header={<Header Component="h3">{t`Листки на бумаге`}</Header>}>
      <Div className="stack_wide">
        <Text>{t`PDF: по листку тому, кто ещё не входил, с QR-кодом и кодом. Разрежьте и раздайте. Листки, которые печатали раньше, перестанут действовать.`}</Text>
        {print.error && <FormStatus mode={nobody ? 'default' : 'error'} className="status" role="alert">{nobody ? t`Все уже вошли: печатать некому.` : problemText(i18n, print.error)}</FormStatus>}
        {(Object.keys(names) as Whom[]).map((whom) => (
          <Button key={whom} size="l" stretched mode={whom === 'all' ? 'primary' : 'secondary'} loading={print.isPending && print.variables === whom} disabled={print.isPending} onClick={() => print.mutate(whom)}>{names[whom]}</Button>
        ))}
        <div role="status" className="quiet">{print.isSuccess ? t`Файл скачан. Откройте его и напечатайте.` : ''}</div>
      </Div>
    </Group>
  );
}
