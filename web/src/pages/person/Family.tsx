// SPDX-License-Identifier: LGPL-2.1-or-later
// Who is whose parent here: done by hand, and undone.
import { useLingui } from '@lingui/react/macro';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Div, Group, Header, Text } from '@vkontakte/vkui';
import { useState } from 'react';
import { request } from '../../api/request';
import type { Account, Person } from '../../api/types';
import { FormError } from '../../forms/Field';
import { Dialog } from '../../shell/Dialog';
import { Face } from '../../shell/Face';
import { LinkCell } from '../../shell/LinkCell';
import { useDialog } from '../../shell/useDialog';
import { AddParent } from './AddParent';

type Link = { child: Person; parent: Person };

function useUnlink(say: (text: string) => void) {
  const { t } = useLingui();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ child, parent }: Link) => request<void>(`/api/v1/people/${child.id}/parents/${parent.id}`, { method: 'DELETE' }),
    onSuccess: () => {
      say(t`Больше не связаны`);
      for (const key of ['account', 'class', 'children', 'people']) void cache.invalidateQueries({ queryKey: [key] });
    },
  });
}

function Row({ person, link, subtitle, onUnlink }: { person: Person; link: Link; subtitle?: string; onUnlink: (link: Link) => void }) {
  const { t } = useLingui();
  return (
    <li className="row-with-action">
      <LinkCell to={`/people/${person.id}`} multiline before={<Face name={person.display_name} person={person} />} subtitle={subtitle}>{person.display_name}</LinkCell>
      <Button size="s" mode="secondary" appearance="negative" aria-label={t`Отвязать: ${person.display_name}`} onClick={() => onUnlink(link)}>{t`Отвязать`}</Button>
    </li>
  );
}

function Question({ link, onYes, onClosed }: { link: Link; onYes: () => void; onClosed: () => void }) {
  const { t } = useLingui();
  return (
    <Alert
      usePortal
      title={t`Отвязать ${link.parent.display_name} от ${link.child.display_name}?`}
      description={t`Родитель сразу перестанет видеть ребёнка, его класс и чат родителей этого класса.`}
      dismissLabel={t`Закрыть`}
      onClosed={onClosed}
      actions={[{ title: t`Отмена`, mode: 'cancel' }, { title: t`Отвязать`, mode: 'destructive', action: onYes }]}
    />
  );
}

export function Family({ account, say }: { account: Account; say: (text: string) => void }) {
  const { t } = useLingui();
  const [asked, ask] = useState<Link | null>(null);
  const [adding, add, close] = useDialog('parent');
  const unlink = useUnlink(say);
  const isPupil = account.roles.includes('pupil');
  if (!isPupil && account.children.length === 0) return null;
  return (
    <>
      {isPupil && (
        <Group mode="plain" header={<Header Component="h2">{t`Родители`}</Header>}>
          {account.parents.length === 0
            ? <Div><Text className="quiet">{t`Родители не подключены. Ученик берёт приглашение для родителя в своём профиле.`}</Text></Div>
            : <ul className="plain">{account.parents.map((parent) => <Row key={parent.id} person={parent} link={{ child: account, parent }} onUnlink={ask} />)}</ul>}
          <Div><Button size="l" stretched mode="secondary" onClick={() => add()}>{t`Добавить родителя`}</Button></Div>
          <Dialog id="add-parent" title={t`Родитель: ${account.display_name}`} open={adding !== null} onClose={close}>
            <AddParent
              child={account}
              onDone={(parent) => {
                close();
                say(t`Теперь родитель: ${parent.display_name}`);
              }}
            />
          </Dialog>
        </Group>
      )}
      {account.children.length > 0 && (
        <Group mode="plain" header={<Header Component="h2">{t`Дети`}</Header>}>
          <ul className="plain">
            {account.children.map((child) => (
              <Row key={child.id} person={child} link={{ child, parent: account }} subtitle={child.class ? t`${child.class.title} класс` : undefined} onUnlink={ask} />
            ))}
          </ul>
        </Group>
      )}
      <FormError error={unlink.error} />
      {asked && <Question link={asked} onYes={() => unlink.mutate(asked)} onClosed={() => ask(null)} />}
    </>
  );
}
