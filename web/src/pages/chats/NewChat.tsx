// SPDX-License-Identifier: LGPL-2.1-or-later
// «Новый чат»: with one person; the staff makes groups too, administrators channels.
import { useLingui } from '@lingui/react/macro';
import { FormItem, FormStatus, SimpleCell, Tabs, TabsItem } from '@vkontakte/vkui';
import { useState } from 'react';
import { problemText } from '../../api/problems';
import { useOpenChat } from '../../chats/useOpenChat';
import { has, useMe } from '../../session/session';
import { Dialog } from '../../shell/Dialog';
import { Face } from '../../shell/Face';
import { roleNames } from '../../texts/roles';
import { ChannelForm, GroupForm } from './MadeForms';
import { FoundPeople } from './PeoplePicker';

type What = 'person' | 'group' | 'channel';

function WithPerson() {
  const { i18n } = useLingui();
  const opening = useOpenChat();
  return (
    <>
      {opening.isError && <FormItem><FormStatus mode="error" className="status" role="alert">{problemText(i18n, opening.error)}</FormStatus></FormItem>}
      <FoundPeople wish="direct">
        {(person) => (
          <SimpleCell multiline disabled={opening.isPending} before={<Face name={person.display_name} person={person} />} subtitle={roleNames(i18n, person.roles)} onClick={() => opening.mutate(person.id)}>
            {person.display_name}
          </SimpleCell>
        )}
      </FoundPeople>
    </>
  );
}

function Choice() {
  const { t } = useLingui();
  const me = useMe();
  const [what, setWhat] = useState<What>('person');
  const names: Record<What, string> = { person: t`Человеку`, group: t`Группа`, channel: t`Канал` };
  const offered: What[] = has(me, 'administrator') ? ['person', 'group', 'channel'] : has(me, 'teacher') ? ['person', 'group'] : ['person'];
  return (
    <>
      {offered.length > 1 && (
        <Tabs layoutFillMode="shrinked">
          {offered.map((name) => (
            <TabsItem key={name} id={`new-${name}`} aria-controls="new-chat-what" selected={what === name} onClick={() => setWhat(name)}>{names[name]}</TabsItem>
          ))}
        </Tabs>
      )}
      <div {...(offered.length > 1 && { id: 'new-chat-what', role: 'tabpanel', 'aria-labelledby': `new-${what}` })}>
        {what === 'person' && <WithPerson />}
        {what === 'group' && <GroupForm />}
        {what === 'channel' && <ChannelForm />}
      </div>
    </>
  );
}

export default function NewChat({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useLingui();
  return <Dialog id="new-chat" title={t`Новый чат`} open={open} onClose={onClose}><Choice /></Dialog>;
}
