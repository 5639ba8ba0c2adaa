// SPDX-License-Identifier: LGPL-2.1-or-later
// What the stream tells becomes what the pages show: live events as changes of the cache.
import type { QueryClient } from '@tanstack/react-query';
import type {
  Broadcast, Camera, CloudLine, Items, LiveBroadcast, LiveCameraState, LiveChat, LiveClass, LiveEnrolment, LiveMessage, LiveRead, LiveViewers, Probe,
} from '../api/types';
import { bumpChat, changeInChatList, dropChat, isReadHere } from '../chats/chat-list';
import { addToWindow, changeInWindow, markReadByOthers, refreshAround } from '../chats/message-window';
import { picturesCame } from './pictures';
import type { EventName } from './stream';

type Lists = { now: Broadcast[]; past: Broadcast[] };

function applyBroadcast(cache: QueryClient, { broadcast_id, state }: LiveBroadcast): void {
  if (state === 'ended') {
    // In the same frame for everybody; the rest is read again behind it.
    cache.setQueryData<Broadcast>(['broadcast', broadcast_id], (b) => b && { ...b, state, playlist: null });
    cache.setQueryData<Lists>(['broadcasts'], (l) => l && { ...l, now: l.now.filter((b) => b.id !== broadcast_id) });
  }
  void cache.invalidateQueries({ queryKey: ['broadcast', broadcast_id] });
  void cache.invalidateQueries({ queryKey: ['broadcasts'] });
}

function applyCameraState(cache: QueryClient, { camera_id, state }: LiveCameraState): void {
  const changed = (c: Camera) => (c.id === camera_id ? { ...c, state, state_since: new Date().toISOString() } : c);
  cache.setQueryData<Items<Camera>>(['cameras'], (l) => l && { items: l.items.map(changed) });
  cache.setQueryData<Camera>(['camera', camera_id], (c) => c && changed(c));
}

function applyRead(cache: QueryClient, meId: string, read: LiveRead): void {
  if (read.person_id === meId) {
    if (!isReadHere(cache, read.chat_id, read.message_id)) void cache.invalidateQueries({ queryKey: ['chats'] });
  } else markReadByOthers(cache, read.chat_id, read.message_id);
}

/** The stream named a message without its words: what one sees of it is asked for. */
function readChatAgain(cache: QueryClient, chatId: string): void {
  void cache.invalidateQueries({ queryKey: ['messages', chatId] });
  void cache.invalidateQueries({ queryKey: ['chats'] });
}

export function applyLive(cache: QueryClient, meId: string, name: EventName, data: unknown): void {
  switch (name) {
    case 'reset':
      void cache.invalidateQueries();
      break;
    case 'message': {
      const { chat_id, message } = data as LiveMessage;
      if (message) {
        addToWindow(cache, chat_id, message);
        bumpChat(cache, chat_id, message);
      } else readChatAgain(cache, chat_id);
      break;
    }
    case 'message_changed': {
      const { chat_id, message, message_id } = data as LiveMessage;
      if (message) {
        changeInWindow(cache, chat_id, message);
        changeInChatList(cache, chat_id, message);
      } else if (message_id) {
        void refreshAround(cache, chat_id, message_id).catch(() => undefined);
        void cache.invalidateQueries({ queryKey: ['chats'] });
      }
      break;
    }
    case 'chat_added':
      void cache.invalidateQueries({ queryKey: ['chats'] });
      void cache.invalidateQueries({ queryKey: ['me'] });
      break;
    case 'complaint':
      void cache.invalidateQueries({ queryKey: ['complaints'] });
      break;
    case 'chat_changed':
      void cache.invalidateQueries({ queryKey: ['chats'] });
      void cache.invalidateQueries({ queryKey: ['members', (data as LiveChat).chat_id] });
      break;
    case 'chat_removed':
      dropChat(cache, (data as LiveChat).chat_id);
      void cache.invalidateQueries({ queryKey: ['me'] });
      break;
    case 'broadcast':
      applyBroadcast(cache, data as LiveBroadcast);
      break;
    case 'camera':
      void cache.invalidateQueries({ queryKey: ['cameras'] });
      void cache.invalidateQueries({ queryKey: ['camera'] });
      break;
    case 'person':
      for (const key of ['me', 'children', 'names']) void cache.invalidateQueries({ queryKey: [key] });
      break;
    case 'pictures':
      picturesCame();
      break;
    case 'corrections':
      for (const key of ['corrections', 'account']) void cache.invalidateQueries({ queryKey: [key] });
      break;
    case 'enrolment': {
      const { class_id } = data as LiveEnrolment;
      void cache.invalidateQueries({ queryKey: ['enrolment', class_id] });
      void cache.invalidateQueries({ queryKey: ['class', class_id] });
      break;
    }
    case 'school':
      void cache.invalidateQueries({ queryKey: ['school'] });
      break;
    case 'class': {
      const { class_id, renamed } = data as LiveClass;
      for (const queryKey of [['class', class_id], ['classes'], ['children'], ...(renamed ? [['chats'], ['me']] : [])]) void cache.invalidateQueries({ queryKey });
      break;
    }
    case 'read':
      applyRead(cache, meId, data as LiveRead);
      break;
    case 'viewers': {
      const { broadcast_id, viewers } = data as LiveViewers;
      cache.setQueryData<Broadcast>(['broadcast', broadcast_id], (b) => b && { ...b, viewers });
      break;
    }
    case 'camera_state':
      applyCameraState(cache, data as LiveCameraState);
      break;
    case 'probe': {
      const probe = data as Probe;
      cache.setQueryData<Probe>(['probe', probe.id], probe);
      break;
    }
    case 'server':
      void cache.invalidateQueries({ queryKey: ['server'] });
      for (const key of ['neighbours', 'backups', 'carry']) void cache.invalidateQueries({ queryKey: [key] });
      break;
    case 'cloud':
      cache.setQueryData<CloudLine>(['cloud', 'line'], data as CloudLine);
      void cache.invalidateQueries({ queryKey: ['cloud', 'state'] });
      break;
    case 'hello':
      // Signals are not replayed after a break: what they would have told is asked for again.
      for (const key of ['chats', 'me', 'children', 'corrections', 'classes', 'class', 'broadcasts', 'broadcast', 'cameras', 'camera', 'cloud']) {
        void cache.invalidateQueries({ queryKey: [key] });
      }
      break;
    case 'beat':
    case 'session_ended':
      break;
  }
}
