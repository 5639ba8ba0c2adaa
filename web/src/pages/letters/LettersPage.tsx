// SPDX-License-Identifier: LGPL-2.1-or-later
// Letters that the school's mail server has not taken: why, and what to do about each.
import { useLingui } from '@lingui/react/macro';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { Icon56MailOutline } from '@vkontakte/icons';
import { Button, ButtonGroup, Div, FormStatus, Group, Header, RichCell, Snackbar, Text } from '@vkontakte/vkui';
import { useState } from 'react';
import { problemText } from '../../api/problems';
import { lettersQuery } from '../../api/queries';
import { request } from '../../api/request';
import type { Letter, Letters } from '../../api/types';
import { Dialog } from '../../shell/Dialog';
import { LinkButton } from '../../shell/LinkCell';
import { Page } from '../../shell/Page';
import { Empty, Failed, Loading } from '../../shell/states';
import { useDialog } from '../../shell/useDialog';
import { moment } from '../../texts/dates';
import { mailReason } from '../../texts/mail';

type State = Letter['state'];
type Say = (text: string) => void;

/** One letter, or all of them, now. */
function useTries(say: Say) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (letter: Letter | null) => request(letter ? `/api/v1/letters/${letter.id}/tries` : '/api/v1/letter-tries', { method: 'POST', body: {} }),
    onSuccess: (_, letter) => say(letter ? t`Письмо для ${letter.to} отправляется` : t`Письма отправляются`),
    onError: (error) => say(problemText(i18n, error)),
    onSettled: () => cache.invalidateQueries({ queryKey: ['letters'] }),
  });
}

function Row({ letter, tries, onDiscard }: { letter: Letter; tries: ReturnType<typeof useTries>; onDiscard: () => void }) {
  const { t, i18n } = useLingui();
  const said = letter.reason ? mailReason(i18n, letter.reason, letter.server_code) : t`Ещё не отправлялось.`;
  const next = letter.next_try_at && letter.tries > 0 ? t`Следующая попытка: ${moment(i18n, letter.next_try_at)}` : '';
  return (
    <li>
      <RichCell
        multiline
        overTitle={letter.subject}
        subtitle={said}
        extraSubtitle={[t`Написано: ${moment(i18n, letter.posted_at)}`, next].filter(Boolean).join(' · ')}
        actions={(
          <ButtonGroup mode="horizontal" gap="s" stretched>
            <Button size="s" mode="secondary" disabled={tries.isPending} aria-label={t`Отправить снова письмо для ${letter.to}`} onClick={() => tries.mutate(letter)}>{t`Отправить снова`}</Button>
            <Button size="s" mode="tertiary" appearance="negative" aria-label={t`Удалить письмо для ${letter.to}`} onClick={onDiscard}>{t`Удалить`}</Button>
          </ButtonGroup>
        )}
      >
        {letter.to}
      </RichCell>
    </li>
  );
}

function List({ state, title, hint, tries, onDiscard }: { state: State; title: string; hint: string; tries: ReturnType<typeof useTries>; onDiscard: (letter: Letter) => void }) {
  const { t } = useLingui();
  const found = useInfiniteQuery(lettersQuery(state));
  const items = found.data?.pages.flatMap((page) => page.items) ?? [];
  if (items.length === 0) return null;
  return (
    <Group header={<Header Component="h2" indicator={found.data?.pages[0]?.[state]}>{title}</Header>}>
      <Div><Text className="quiet">{hint}</Text></Div>
      <ul className="plain" aria-label={title}>
        {items.map((letter) => <Row key={letter.id} letter={letter} tries={tries} onDiscard={() => onDiscard(letter)} />)}
      </ul>
      {found.hasNextPage && (
        <Div><Button size="l" stretched mode="secondary" loading={found.isFetchingNextPage} onClick={() => void found.fetchNextPage()}>{t`Показать ещё`}</Button></Div>
      )}
    </Group>
  );
}

function Discard({ letter, onClose, say }: { letter: Letter; onClose: () => void; say: Say }) {
  const { t, i18n } = useLingui();
  const cache = useQueryClient();
  const discard = useMutation({
    mutationFn: () => request(`/api/v1/letters/${letter.id}`, { method: 'DELETE' }),
    onSuccess: () => {
      onClose();
      say(t`Письмо для ${letter.to} удалено`);
    },
    onSettled: () => cache.invalidateQueries({ queryKey: ['letters'] }),
  });
  return (
    <>
      <Div><Text>{t`Письмо «${letter.subject}» для ${letter.to} не будет отправлено. Если оно ещё нужно, его придётся написать заново.`}</Text></Div>
      {discard.isError && <Div><FormStatus mode="error" className="status" role="alert">{problemText(i18n, discard.error)}</FormStatus></Div>}
      <Div><Button size="l" stretched appearance="negative" loading={discard.isPending} onClick={() => discard.mutate()}>{t`Удалить письмо`}</Button></Div>
    </>
  );
}

/** What concerns all of them. */
function Way({ letters, tries }: { letters: Letters; tries: ReturnType<typeof useTries> }) {
  const { t, i18n } = useLingui();
  const left = letters.waiting + letters.undelivered;
  if (!letters.set_up) {
    return (
      <Empty icon={<Icon56MailOutline />} title={t`Почта школы не настроена`} action={<LinkButton size="m" to="/school">{t`К настройкам школы`}</LinkButton>}>
        {t`Впишите почтовый сервер в раздел [mail] файла urok.conf, затем проверьте почту на странице «Школа».`}
      </Empty>
    );
  }
  if (left === 0) {
    return (
      <Empty icon={<Icon56MailOutline />} title={t`Все письма доставлены`} action={<LinkButton size="m" mode="secondary" to="/school">{t`Проверить почту`}</LinkButton>}>
        {t`Здесь появятся письма, которые почтовый сервер не принял.`}
      </Empty>
    );
  }
  return (
    <Div>
      {letters.reason && (
        <FormStatus mode="error" className="status" role="status" title={t`Почтовый сервер сейчас не принимает письма`}>
          {mailReason(i18n, letters.reason, letters.server_code)}{' '}{t`Письма ждут и уйдут сами, когда он ответит.`}
        </FormStatus>
      )}
      <Button className="letters__all" size="l" stretched mode="secondary" loading={tries.isPending} onClick={() => tries.mutate(null)}>{t`Отправить все снова`}</Button>
    </Div>
  );
}

export default function LettersPage() {
  const { t } = useLingui();
  const waiting = useInfiniteQuery(lettersQuery('waiting'));
  const undelivered = useInfiniteQuery(lettersQuery('undelivered'));
  const [said, say] = useState<string | null>(null);
  const [discarded, discard, close] = useDialog('discard');
  const tries = useTries(say);
  const all = [...(waiting.data?.pages ?? []), ...(undelivered.data?.pages ?? [])].flatMap((page) => page.items);
  const letter = all.find(({ id }) => id === discarded);
  const onDiscard = (one: Letter) => discard(one.id);
  const state = waiting.data?.pages[0];
  return (
    <Page title={t`Письма`} back={{ to: '/school', label: t`К школе` }}>
      {waiting.isPending && <Loading />}
      {waiting.isError && !waiting.data && <Failed error={waiting.error} onRetry={() => void waiting.refetch()} />}
      {state && (
        <>
          <Way letters={state} tries={tries} />
          <List state="undelivered" title={t`Не доставлены`} hint={t`Сами они больше не отправляются. Проверьте адрес, отправьте письмо снова или удалите его. Через 30 дней они удаляются.`} tries={tries} onDiscard={onDiscard} />
          <List state="waiting" title={t`Ждут отправки`} hint={t`Они отправляются сами, пока почтовый сервер их не возьмёт, но не дольше недели.`} tries={tries} onDiscard={onDiscard} />
        </>
      )}
      <Dialog id="discard" title={t`Удалить письмо?`} open={letter !== undefined} onClose={close}>
        {letter && <Discard letter={letter} onClose={close} say={say} />}
      </Dialog>
      {said && <Snackbar onClosed={() => say(null)}>{said}</Snackbar>}
    </Page>
  );
}
