// SPDX-License-Identifier: LGPL-2.1-or-later
// The player: moving picture, sound, how far behind it is, keys, what to say when there is no picture.
import { useLingui } from '@lingui/react/macro';
import {
  Icon24Fullscreen, Icon24FullscreenExit, Icon24Pause, Icon24Play, Icon24VolumeOutline, Icon28VolumeOutline, Icon24MuteOutline,
} from '@vkontakte/icons';
import { Button, Spinner } from '@vkontakte/vkui';
import { type KeyboardEvent, type ReactNode, useCallback, useEffect, useRef, useState } from 'react';
import type { BroadcastState } from '../../api/types';
import { noteActivity } from '../../session/activity';
import { number } from '../../texts/dates';
import type { Source } from './hls-source';

const BEHIND_S = 5;
const SEEK_S = 5;
const VOLUME_STEP = 0.1;

function Control({ label, onClick, children }: { label: string; onClick: () => void; children: ReactNode }) {
  return <button type="button" className="player__control" aria-label={label} title={label} onClick={onClick}>{children}</button>;
}

/** Reads the player's state four times a second, for the words under the picture. */
function useLatency(source: React.RefObject<Source | null>): number | null {
  const [latency, setLatency] = useState<number | null>(null);
  useEffect(() => {
    const timer = setInterval(() => {
      const now = source.current?.latencyS() ?? null;
      setLatency(now === null ? null : Math.round(now * 10) / 10);
    }, 500);
    return () => clearInterval(timer);
  }, [source]);
  return latency;
}

export function Player({ playlist, state, serverNow, title }: {
  playlist: string; state: BroadcastState; serverNow: () => number; title: string;
}) {
  const { t, i18n } = useLingui();
  const box = useRef<HTMLDivElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const source = useRef<Source | null>(null);
  const [playing, setPlaying] = useState(false);
  const [moving, setMoving] = useState(false);
  const [muted, setMuted] = useState(false);
  const [silenced, setSilenced] = useState(false);
  const [full, setFull] = useState(false);
  const [unable, setUnable] = useState(false);
  const latency = useLatency(source);
  const ready = state !== 'starting';

  // With sound if the browser lets it, else muted with one large button.
  const start = useCallback(async () => {
    const el = video.current;
    if (!el) return;
    try {
      await el.play();
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== 'NotAllowedError') return;
      el.muted = true;
      setSilenced(true);
      await el.play().catch(() => undefined);
    }
  }, []);

  useEffect(() => {
    const el = video.current;
    if (!el || !ready) return;
    let stopped = false;
    void import('./hls-source').then(({ attach }) => {
      if (stopped) return;
      source.current = attach(el, playlist, serverNow);
      setUnable(source.current === null);
    });
    const onReady = () => void start();
    el.addEventListener('loadedmetadata', onReady);
    return () => {
      stopped = true;
      el.removeEventListener('loadedmetadata', onReady);
      source.current?.stop();
      source.current = null;
    };
  }, [playlist, ready, serverNow, start]);

  useEffect(() => {
    const onFull = () => setFull(document.fullscreenElement === box.current);
    document.addEventListener('fullscreenchange', onFull);
    return () => document.removeEventListener('fullscreenchange', onFull);
  }, []);

  const toggle = () => {
    const el = video.current;
    if (!el) return;
    if (el.paused) {
      source.current?.goLive();
      void start();
    } else el.pause();
  };
  const toggleSound = () => {
    const el = video.current;
    if (!el) return;
    el.muted = !el.muted;
    if (!el.muted) setSilenced(false);
  };
  const toggleFull = () => {
    if (document.fullscreenElement) void document.exitFullscreen();
    else void box.current?.requestFullscreen?.().catch(() => undefined);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const el = video.current;
    if (!el || event.ctrlKey || event.altKey || event.metaKey) return;
    const onButton = (event.target as HTMLElement).tagName === 'BUTTON';
    const keys: Record<string, () => void> = {
      KeyF: toggleFull,
      KeyM: toggleSound,
      ArrowUp: () => { el.volume = Math.min(1, el.volume + VOLUME_STEP); },
      ArrowDown: () => { el.volume = Math.max(0, el.volume - VOLUME_STEP); },
      ArrowLeft: () => { el.currentTime -= SEEK_S; },
      ArrowRight: () => source.current?.goLive(),
      ...(!onButton && { Space: toggle }),
    };
    const action = keys[event.code];
    if (action) {
      event.preventDefault();
      action();
    }
  };

  const words = [
    unable && t`Этот браузер не покажет трансляцию. Обновите его.`,
    state === 'starting' && t`Подключаемся к камере`,
    state === 'camera_lost' && t`Нет картинки с камеры. Подключаемся снова.`,
    state === 'no_space' && t`На сервере школы нет места для картинки. Она продолжится сама.`,
  ].find(Boolean);
  return (
    <div className={state === 'camera_lost' || state === 'no_space' ? 'player player_lost' : 'player'} ref={box} tabIndex={0} role="group" aria-label={t`Плеер: ${title}. Пробел — пауза, M — звук, F — на весь экран`} onKeyDown={onKeyDown}>
      <video
        ref={video}
        playsInline
        aria-label={title}
        onPlay={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
        onPlaying={() => setMoving(true)}
        onWaiting={() => setMoving(false)}
        onTimeUpdate={() => { setMoving(true); noteActivity(); }}
        onVolumeChange={(event) => setMuted(event.currentTarget.muted)}
      />
      {state === 'live' && <span className="on-air on-air_over">{t`ЭФИР`}</span>}
      <div role="status" className="player__status">
        {words && <span className="player__words">{!unable && <Spinner size="m" noColor>{null}</Spinner>}{words}</span>}
        {!words && !moving && <Spinner size="l" noColor>{t`Загружается`}</Spinner>}
      </div>
      {silenced && !words && (
        <div className="player__sound"><Button size="l" before={<Icon28VolumeOutline />} onClick={toggleSound}>{t`Включить звук`}</Button></div>
      )}
      <div className="player__bar">
        <Control label={playing ? t`Пауза` : t`Смотреть`} onClick={toggle}>{playing ? <Icon24Pause /> : <Icon24Play />}</Control>
        <Control label={muted ? t`Включить звук` : t`Выключить звук`} onClick={toggleSound}>{muted ? <Icon24MuteOutline /> : <Icon24VolumeOutline />}</Control>
        {latency !== null && moving && state === 'live' && <span className="player__latency">{t`отставание ${number(i18n, latency, 1)} с`}</span>}
        <span className="grow" />
        {latency !== null && (latency > BEHIND_S || !playing) && state === 'live' && (
          <Button size="s" appearance="overlay" mode="primary" onClick={() => source.current?.goLive()}>{t`К эфиру`}</Button>
        )}
        <Control label={full ? t`Выйти из полного экрана` : t`На весь экран`} onClick={toggleFull}>{full ? <Icon24FullscreenExit /> : <Icon24Fullscreen />}</Control>
      </div>
    </div>
  );
}
