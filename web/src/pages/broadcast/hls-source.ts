// SPDX-License-Identifier: LGPL-2.1-or-later
// Brings a live playlist into a video element: hls.js where the browser has media sources, else the
// browser's own player (Safari on older phones).
import Hls from 'hls.js/light';

/** The figures come from measurements: a target that grows a full second a stall never shrinks again. */
const SETTINGS = {
  lowLatencyMode: true,
  liveSyncOnStallIncrease: 0.2,
  liveMaxLatencyDuration: 6,
  liveSyncDuration: 1.2,
  maxLiveSyncPlaybackRate: 1.1,
  backBufferLength: 10,
  maxBufferLength: 10,
};
const HLS_TYPE = 'application/vnd.apple.mpegurl';
const AGAIN_MS = 1_000;
const AGAIN_MAX_MS = 8_000;

export interface Source {
  /** Seconds behind the newest picture; null until it plays. */
  latencyS(): number | null;
  goLive(): void;
  stop(): void;
}

/** `serverNow` is the school's clock: the pictures are stamped by it. null: this browser plays no HLS. */
export function attach(video: HTMLVideoElement, playlist: string, serverNow: () => number): Source | null {
  if (Hls.isSupported()) return attachHls(video, playlist, serverNow);
  return video.canPlayType(HLS_TYPE) ? attachNative(video, playlist, serverNow) : null;
}

function attachHls(video: HTMLVideoElement, playlist: string, serverNow: () => number): Source {
  let delayMs = AGAIN_MS;
  let timer: number | undefined;
  const hls = new Hls(SETTINGS);
  const again = () => {
    clearTimeout(timer);
    timer = setTimeout(() => hls.loadSource(playlist), delayMs);
    delayMs = Math.min(delayMs * 2, AGAIN_MAX_MS);
  };
  hls.on(Hls.Events.FRAG_BUFFERED, () => {
    delayMs = AGAIN_MS;
  });
  hls.on(Hls.Events.ERROR, (_, error) => {
    if (!error.fatal) return;
    if (error.type === Hls.ErrorTypes.MEDIA_ERROR) hls.recoverMediaError();
    else again();
  });
  hls.attachMedia(video);
  hls.loadSource(playlist);
  return {
    latencyS: () => {
      const shown = hls.playingDate;
      if (!shown) return null;
      const behind = (serverNow() - shown.getTime()) / 1000;
      return behind > 0 ? behind : hls.latency;
    },
    goLive: () => {
      const at = hls.liveSyncPosition;
      if (at !== null) video.currentTime = at;
      void video.play();
    },
    stop: () => {
      clearTimeout(timer);
      hls.destroy();
    },
  };
}

function attachNative(video: HTMLVideoElement, playlist: string, serverNow: () => number): Source {
  const withDate = video as HTMLVideoElement & { getStartDate?: () => Date };
  let timer: number | undefined;
  const onError = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      video.src = playlist;
      void video.play().catch(() => undefined);
    }, AGAIN_MS);
  };
  video.addEventListener('error', onError);
  video.src = playlist;
  return {
    latencyS: () => {
      const start = withDate.getStartDate?.().getTime();
      if (!start || Number.isNaN(start)) return null;
      return Math.max(0, (serverNow() - start) / 1000 - video.currentTime);
    },
    goLive: () => {
      if (video.seekable.length > 0) video.currentTime = video.seekable.end(video.seekable.length - 1);
      void video.play();
    },
    stop: () => {
      clearTimeout(timer);
      video.removeEventListener('error', onError);
      video.removeAttribute('src');
      video.load();
    },
  };
}
