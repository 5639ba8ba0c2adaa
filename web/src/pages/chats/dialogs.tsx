// SPDX-License-Identifier: LGPL-2.1-or-later
// Who has read a message.
import { plural } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { Div, Footnote, SimpleCell } from '@vkontakte/vkui';
import { readersQuery } from '../../api/queries';
import type { Person } from '../../api/types';
import { Dialog } from '../../shell/Dialog';
import { Face } from '../../shell/Face';
import { Loaded } from '../../shell/states';
import { people } from '../../texts/dates';

const PersonCell = ({ person }: { person: Person }) => (
  <li><SimpleCell multiline before={<Face name={person.display_name} person={person} />}>{person.display_name}</SimpleCell></li>
);

function Readers({ chatId, message }: { chatId: string; message: string }) {
  const { t, i18n } = useLingui();
  const readers = useQuery(readersQuery(chatId, message));
  return (
    <Loaded query={readers}>
      {({ items, read_count, unread_count }) => (
        <>
          <Div>
            <Footnote Component="p">
              {read_count === 0 ? t`Пока никто не прочитал` : t`Прочитали: ${people(i18n, read_count)}`}
              {unread_count > 0 && t`. Ещё не прочитали: ${plural(unread_count, { one: '# человек', few: '# человека', many: '# человек', other: '# человека' })}`}
            </Footnote>
          </Div>
          <ul className="plain">{items.map((person) => <PersonCell key={person.id} person={person} />)}</ul>
        </>
      )}
    </Loaded>
  );
}

export function ReadersDialog({ chatId, message, onClose }: { chatId: string; message: string | null; onClose: () => void }) {
  const { t } = useLingui();
  return (
    <Dialog id="readers" title={t`Кто прочитал`} open={message !== null} onClose={onClose}>
      {message && <Readers chatId={chatId} message={message} />}
    </Dialog>
  );
}
