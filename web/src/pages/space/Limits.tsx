// SPDX-License-Identifier: LGPL-2.1-or-later
// How much files and backups may take: what is set, and a dialog that says what would go before anything is set.
import { plural } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Div, FormItem, Group, Header, NativeSelect, SimpleCell, Text } from '@vkontakte/vkui';
import { type FormEvent, useId, useState } from 'react';
import { spaceLimitQuery, spaceQuery } from '../../api/queries';
import { request } from '../../api/request';
import type { Space, SpaceLimitPreview, WhenFull } from '../../api/types';
import { Field, FormError } from '../../forms/Field';
import { Dialog } from '../../shell/Dialog';
import { size } from '../server/facts';

type Item = Space['items'][number];
type Kind = 'files' | 'backups';

const GIGABYTE = 1e9;
const LEAST_BYTES = 1e8;

const bytesOf = (text: string): number => Math.round(Number(text.replace(',', '.')) * GIGABYTE);

function useNames() {
  const { t } = useLingui();
  return { files: t`Файлы`, backups: t`Резервные копии` };
}

function useWords(kind: Kind) {
  const { t, i18n } = useLingui();
  return (found: SpaceLimitPreview): string => {
    const used = size(i18n, found.used_bytes);
    const freed = size(i18n, found.freed_bytes);
    const going = found.copies > 0 && t`Вместе со следующей копией ${plural(found.copies, {
      one: 'удалится # самая старая', few: 'удалятся # самые старые', many: 'удалятся # самых старых', other: 'удалятся # самые старые',
    })}, освободится ${freed}.`;
    const full = !found.fits && (kind === 'backups'
      ? t`Сейчас занято ${used}: новых копий не будет, пока предел не увеличат.`
      : t`Сейчас занято ${used}: новые файлы приниматься не будут.`);
    return [going, full].filter(Boolean).join(' ') || t`Сейчас занято ${used}: ничего не удалится.`;
  };
}

function Form({ item, kind, onSet }: { item: Item; kind: Kind; onSet: (limit: Item['limit']) => void }) {
  const { t } = useLingui();
  const cache = useQueryClient();
  const id = useId();
  const words = useWords(kind);
  const [text, setText] = useState(item.limit ? String(item.limit.most_bytes / GIGABYTE) : '');
  const [whenFull, setWhenFull] = useState<WhenFull>(item.limit?.when_full ?? 'refuse');
  const bytes = bytesOf(text);
  const isNone = text.trim() === '';
  const isRight = isNone || bytes >= LEAST_BYTES;
  const preview = useQuery({ ...spaceLimitQuery(kind, bytes, whenFull), enabled: isRight && !isNone, placeholderData: keepPreviousData });
  const set = useMutation({
    mutationFn: () => request<{ limit: Item['limit'] }>(`/api/v1/server/space/${kind}/limit`, { method: 'PUT', body: { most_bytes: isNone ? null : bytes, when_full: isNone ? 'refuse' : whenFull } }),
    onSuccess: ({ limit }) => {
      void cache.invalidateQueries({ queryKey: spaceQuery.queryKey });
      onSet(limit);
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isRight) set.mutate();
  };
  return (
    <form noValidate onSubmit={submit}>
      <Field
        label={t`Не больше, ГБ`} name="most" inputMode="decimal" value={text} onChange={(event) => setText(event.target.value)} required={false}
        hint={t`Пусто — без предела`} error={isRight ? undefined : t`Нужно число не меньше 0,1`}
      />
      {kind === 'backups' && (
        <FormItem top={t`Когда предел достигнут`} htmlFor={id}>
          <NativeSelect id={id} value={whenFull} onChange={(event) => setWhenFull(event.target.value as WhenFull)}>
            <option value="refuse">{t`Не делать новых копий и предупредить`}</option>
            <option value="oldest-go">{t`Удалять самые старые копии`}</option>
          </NativeSelect>
        </FormItem>
      )}
      <Div aria-live="polite"><Text>{isNone ? t`Предела не будет.` : isRight && preview.data ? words(preview.data) : ''}</Text></Div>
      {kind === 'backups' && whenFull === 'oldest-go' && !isNone && <Div><Text className="quiet">{t`Новейшая копия и последняя проверенная остаются всегда.`}</Text></Div>}
      <FormError error={set.error} />
      <FormItem><Button size="l" stretched type="submit" loading={set.isPending}>{t`Сохранить`}</Button></FormItem>
    </form>
  );
}

function useLimitText() {
  const { t, i18n } = useLingui();
  return (item: Item): string => {
    if (!item.limit) return t`Без предела`;
    const most = size(i18n, item.limit.most_bytes);
    if (item.limit.when_full === 'oldest-go') return t`Не больше ${most}, потом удаляются самые старые`;
    return item.kind === 'backups' ? t`Не больше ${most}, потом новые копии не делаются` : t`Не больше ${most}, потом новые файлы не принимаются`;
  };
}

export function Limits({ items, say }: { items: Item[]; say: (text: string) => void }) {
  const { t } = useLingui();
  const names = useNames();
  const limitText = useLimitText();
  const [open, setOpen] = useState<Kind | null>(null);
  const shown = items.find(({ kind }) => kind === open);
  const onSet = (limit: Item['limit']) => {
    setOpen(null);
    say(limit ? t`Предел установлен` : t`Предела больше нет`);
  };
  return (
    <Group mode="plain" header={<Header Component="h2">{t`Сколько можно занять`}</Header>}>
      <ul className="plain">
        {items.filter((item): item is Item & { kind: Kind } => item.kind === 'files' || item.kind === 'backups').map((item) => (
          <li key={item.kind}>
            <SimpleCell multiline chevron="always" subtitle={limitText(item)} onClick={() => setOpen(item.kind)}>{names[item.kind]}</SimpleCell>
          </li>
        ))}
      </ul>
      <Dialog id="limit" title={open ? names[open] : ''} open={open !== null} onClose={() => setOpen(null)}>
        {open && shown && <Form key={open} item={shown} kind={open} onSet={onSet} />}
      </Dialog>
    </Group>
  );
}
