// SPDX-License-Identifier: LGPL-2.1-or-later
// A probe as it goes on: what is being done, what was found, what is wrong.
import { useLingui } from '@lingui/react/macro';
import { Icon28CheckCircleOutline, Icon28ErrorCircleOutline } from '@vkontakte/icons';
import { Button, FormItem, FormStatus, SimpleCell, Spinner } from '@vkontakte/vkui';
import { reasonText } from '../../api/problems';
import type { Found, Probe } from '../../api/types';
import { foundText, playableText } from '../cameras/facts';

export function ProbeRunning({ probe, onCancel }: { probe: Probe; onCancel: () => void }) {
  const { t } = useLingui();
  const steps: Record<Probe['step'], string> = {
    resolving: t`Ищем камеру в сети`,
    connecting: t`Соединяемся с камерой`,
    receiving: t`Ждём картинку`,
    done: t`Готово`,
  };
  return (
    <FormItem>
      <div role="status">
        <SimpleCell
          before={<Spinner size="m" noColor>{null}</Spinner>}
          subtitle={t`Обычно это занимает до 10 секунд`}
          after={<Button size="m" mode="secondary" onClick={onCancel}>{t`Отменить`}</Button>}
          multiline
        >
          {steps[probe.step]}
        </SimpleCell>
      </div>
    </FormItem>
  );
}

export function FoundView({ found, still, name, title }: { found: Found; still: string | null; name: string; title?: string }) {
  const { t, i18n } = useLingui();
  return (
    <div role="status">
      <SimpleCell multiline before={found.playable ? <Icon28CheckCircleOutline className="good" /> : <Icon28ErrorCircleOutline className="failed" />} subtitle={foundText(i18n, found)}>
        {title ?? (found.playable ? t`Камера найдена` : t`Камера найдена, но показать её нельзя`)}
      </SimpleCell>
      <FormItem><p className={found.playable ? 'quiet plain-text' : 'failed plain-text'}>{playableText(i18n, found)}</p></FormItem>
      {still && <FormItem><img className="still" src={still} alt={t`Кадр с камеры ${name}`} /></FormItem>}
    </div>
  );
}

export function ProbeFailed({ probe }: { probe: Probe }) {
  const { i18n } = useLingui();
  return (
    <FormItem>
      <FormStatus mode="error" className="status">{reasonText(i18n, probe.reason ?? 'camera-no-answer')}</FormStatus>
    </FormItem>
  );
}
