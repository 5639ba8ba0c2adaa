// SPDX-License-Identifier: LGPL-2.1-or-later
// The school's cameras: picture, state in words, since when.
import { useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { Icon16ErrorCircleFill, Icon28VideocamOutline, Icon56VideoOutline } from '@vkontakte/icons';
import { Div } from '@vkontakte/vkui';
import { camerasQuery } from '../../api/queries';
import type { Camera } from '../../api/types';
import { LinkButton, LinkRichCell } from '../../shell/LinkCell';
import { Page } from '../../shell/Page';
import { Empty, Loaded } from '../../shell/states';
import { since } from '../../texts/dates';
import { foundText, playableText, stateName } from './facts';

function Row({ camera }: { camera: Camera }) {
  const { i18n } = useLingui();
  const state = stateName(i18n, camera.state);
  const bad = camera.state === 'lost';
  return (
    <li>
      <LinkRichCell
        to={`/cameras/${camera.id}`}
        multiline
        before={camera.has_still
          ? <img className="thumb" src={`/api/v1/cameras/${camera.id}/still?${camera.state_since}`} alt="" loading="lazy" />
          : <span className="thumb"><Icon28VideocamOutline /></span>}
        overTitle={<span className={bad ? 'state failed' : camera.state === 'broadcasting' ? 'state state_on' : 'state'}>{bad && <Icon16ErrorCircleFill />}{state}</span>}
        subtitle={camera.probe ? (camera.probe.playable ? foundText(i18n, camera.probe) : playableText(i18n, camera.probe)) : undefined}
        extraSubtitle={camera.state === 'unknown' ? undefined : since(i18n, camera.state_since)}
      >
        {camera.name}
      </LinkRichCell>
    </li>
  );
}

export default function CamerasPage() {
  const { t } = useLingui();
  const cameras = useQuery(camerasQuery);
  return (
    <Page title={t`Камеры`}>
      <Loaded query={cameras}>
        {({ items }) => items.length === 0 ? (
          <Empty icon={<Icon56VideoOutline />} title={t`Камер пока нет`} action={<LinkButton size="m" to="/cameras/new">{t`Добавить камеру`}</LinkButton>}>
            {t`Понадобятся адрес камеры, её логин и пароль.`}
          </Empty>
        ) : (
          <>
            <Div><LinkButton size="l" to="/cameras/new">{t`Добавить камеру`}</LinkButton></Div>
            <ul className="plain">{items.map((camera) => <Row key={camera.id} camera={camera} />)}</ul>
          </>
        )}
      </Loaded>
    </Page>
  );
}
