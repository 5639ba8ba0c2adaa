// SPDX-License-Identifier: LGPL-2.1-or-later
// A walk through all pages as each role sees them: for axe, and for the pictures.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, Looks, Visitor } from '../lib/browser.ts';
import { type Cast, castOf } from '../lib/cast.ts';
import { INSTALLED } from '../lib/places.ts';
import { type Camera, type School, startCamera } from '../lib/school.ts';
import { act, openChat } from './conversation.ts';

/** The school as the walk needs it: a camera, a broadcast that is on and one that is over. */
export type Stage = { school: School; cast: Cast; camera: Camera; live: string; ended: string; cameraId: string };

type Who = 'nobody' | 'administrator' | 'teacher' | 'pupil' | 'outsider' | 'parent';

export type Stop = {
  name: string;
  who: Who;
  /** On this size only. */
  only?: 'phone' | 'desktop';
  come: (visitor: Visitor, stage: Stage) => Promise<void>;
};

export async function setStage(school: School): Promise<Stage> {
  const cast = await castOf(school);
  const camera = await startCamera('--size', '320x180', '--bitrate', '300');
  const administrator = await school.signIn(cast.administrator.login);
  const teacher = await school.signIn(cast.teacher.login);
  const probe = await administrator.post('/api/v1/camera-probes', { url: camera.url });
  const stream = await administrator.live();
  await probeEnds(administrator, stream, probe.id);
  await stream.close();
  const added = await administrator.post('/api/v1/cameras', { name: 'Кабинет 12', url: camera.url, probe: probe.id });
  const audience = { classes: [cast.schoolClass.id], school: false, staff: false, parents_of: [] };
  const over = await teacher.post('/api/v1/broadcasts', { camera: added.id, title: 'Окружающий мир, 5А', audience });
  await teacher.ask('PATCH', `/api/v1/broadcasts/${over.id}`, { body: { state: 'ended' } });
  const live = await teacher.post('/api/v1/broadcasts', { camera: added.id, title: 'Математика, 5А', audience });
  return { school, cast, camera, live: live.id, ended: over.id, cameraId: added.id };
}

async function probeEnds(administrator: any, stream: any, id: string): Promise<void> {
  if ((await administrator.get(`/api/v1/camera-probes/${id}`)).state !== 'running') return;
  await stream.next('probe', (probe: any) => probe.id === id && probe.state !== 'running');
}

/** A disk that will fail and a server on its battery; undone by what it gives. */
async function breakServer(school: School): Promise<() => Promise<void>> {
  const [disks, power] = [join(school.folder, 'disks.json'), join(school.folder, 'power')];
  const report = { looked_at: new Date().toISOString(), disks: [{ device: { name: '/dev/sda' }, model_name: 'ST1000DM010', smart_status: { passed: false } }] };
  await writeFile(disks, JSON.stringify(report));
  await mkdir(join(power, 'BAT0'), { recursive: true });
  for (const [name, word] of [['type', 'Battery'], ['status', 'Discharging'], ['capacity', '64']]) await writeFile(join(power, 'BAT0', name!), word!);
  return async () => {
    await rm(disks);
    await rm(power, { recursive: true });
  };
}

/** On to another page as a press in the menu goes there; a page that is not the app's is loaded. */
async function goOn(visitor: Visitor, path: string): Promise<void> {
  const { page } = visitor;
  if (await page.getByRole('navigation').count() === 0) return visitor.open(path);
  await page.evaluate(async (to: string) => {
    history.pushState(null, '', to);
    // What stands there is the next page, or the wait for it.
    for (let frames = 0; frames < 2; frames += 1) await new Promise(requestAnimationFrame);
  }, path);
}

const at = (path: string) => (visitor: Visitor): Promise<void> => goOn(visitor, path);

async function newCamera({ page }: Visitor, url: string): Promise<void> {
  await page.getByLabel('Название').fill('Кабинет 14');
  await page.getByLabel('Адрес RTSP').fill(url);
  await page.getByRole('button', { name: 'Проверить' }).click();
}

const STOPS_SIGNED_OUT: Stop[] = [
  { name: 'trust', who: 'nobody', come: at('/trust') },
  {
    name: 'trust-steps', who: 'nobody',
    come: async (visitor) => {
      await visitor.open('/trust/en');
      await visitor.page.getByText('iPhone and iPad').click();
      await visitor.page.getByText('Certificate Trust Settings').waitFor();
    },
  },
  { name: 'sign-in', who: 'nobody', come: at('/sign-in') },
  {
    name: 'sign-in-error', who: 'nobody',
    come: async (visitor) => {
      await visitor.open('/sign-in');
      await visitor.page.getByLabel('Логин').fill('kravcova');
      await visitor.page.getByLabel('Пароль').fill('не тот');
      await visitor.page.getByRole('button', { name: 'Войти' }).click();
      await visitor.page.getByRole('alert').first().waitFor();
    },
  },
  {
    name: 'sign-in-link', who: 'nobody',
    come: async (visitor, { school, cast }) => {
      const { code } = await school.console('POST', '/api/v1/console/sign-in-links', { login: cast.teacher.login });
      await visitor.open('/help');
      await visitor.open(`/sign-in#${code}`);
      await visitor.page.getByText(cast.teacher.display_name).waitFor();
    },
  },
  {
    name: 'sign-in-forgotten', who: 'nobody',
    come: async (visitor) => {
      await visitor.open('/sign-in');
      await visitor.page.getByRole('button', { name: 'Забыли пароль?' }).click();
    },
  },
  { name: 'help-signed-out', who: 'nobody', come: at('/help') },
  { name: 'invite-code', who: 'nobody', come: at('/i') },
  {
    name: 'invite-child', who: 'nobody',
    come: async (visitor, { school, cast }) => {
      const { code } = await (await school.signIn(cast.outsider.login)).post('/api/v1/me/parent-invitations', {});
      await visitor.open('/help');
      await visitor.open(`/i#${code}`);
      await visitor.page.getByLabel('Придумайте пароль').waitFor();
    },
  },
  {
    name: 'invite-dead', who: 'nobody',
    come: async (visitor) => {
      await visitor.open('/help');
      await visitor.open('/i#dead');
      await visitor.page.getByRole('heading', { name: 'Ссылка уже не действует' }).waitFor();
    },
  },
];

const STOPS_CHATS: Stop[] = [
  { name: 'chats', who: 'teacher', come: at('/chats') },
  {
    name: 'chat', who: 'teacher',
    come: async (visitor, { cast }) => {
      await visitor.open('/chats');
      await openChat(visitor, cast.pupilsChat);
      await visitor.page.getByRole('article').last().waitFor();
    },
  },
  {
    name: 'chat-menu', who: 'teacher',
    come: async ({ page }) => {
      const row = page.getByRole('article').last();
      await row.hover();
      await row.getByRole('button', { name: 'Действия с сообщением' }).click();
      await page.getByText('Ответить', { exact: true }).waitFor();
    },
  },
  {
    name: 'chat-reply', who: 'teacher',
    come: async ({ page }) => {
      await page.getByText('Ответить', { exact: true }).click();
      await page.getByText(/^Ответ: /).waitFor();
    },
  },
  {
    name: 'chat-long', who: 'teacher',
    come: async ({ page }) => page.getByRole('textbox', { name: 'Сообщение' }).fill('Слишком длинно. '.repeat(260)),
  },
  {
    name: 'chat-people', who: 'teacher',
    come: async ({ page }) => {
      await page.getByRole('textbox', { name: 'Сообщение' }).fill('');
      await page.getByRole('button', { name: 'Кто в чате' }).click();
      await page.getByRole('dialog').getByRole('listitem').first().waitFor();
    },
  },
  {
    name: 'chat-offline', who: 'teacher',
    come: async (visitor, { cast }) => {
      await visitor.open(`/chats/${cast.parentsChat.id}`);
      await visitor.page.getByRole('article').last().waitFor();
      await visitor.context.setOffline(true);
      await visitor.page.getByRole('textbox', { name: 'Сообщение' }).fill('Собрание переносится на шесть вечера');
      await visitor.page.getByRole('button', { name: 'Отправить' }).click();
      await visitor.page.getByText(/^Нет связи со школой/).waitFor();
    },
  },
  {
    name: 'chat-again', who: 'teacher',
    come: async (visitor) => {
      await visitor.context.setOffline(false);
      await visitor.page.getByText(/^Нет связи со школой/).waitFor({ state: 'detached' });
    },
  },
  { name: 'chats-parent', who: 'parent', come: at('/chats') },
];

const STOPS_BROADCASTS: Stop[] = [
  { name: 'broadcasts', who: 'teacher', come: at('/broadcasts') },
  { name: 'broadcast-new', who: 'teacher', come: at('/broadcasts/new') },
  {
    name: 'broadcast-owner', who: 'teacher',
    come: async (visitor, { live }) => {
      await visitor.open(`/broadcasts/${live}`);
      await visitor.page.getByText(/отставание/).waitFor();
    },
  },
  {
    name: 'broadcast', who: 'pupil',
    come: async (visitor, { live }) => {
      await visitor.open(`/broadcasts/${live}`);
      await visitor.page.getByText(/отставание/).waitFor();
    },
  },
  {
    name: 'broadcast-ended', who: 'pupil',
    come: async (visitor, { ended }) => {
      await visitor.open(`/broadcasts/${ended}`);
      await visitor.page.getByText('Трансляция закончилась').waitFor();
    },
  },
  { name: 'broadcasts-none', who: 'parent', come: at('/broadcasts') },
];

const STOPS_PEOPLE: Stop[] = [
  { name: 'classes', who: 'teacher', come: at('/classes') },
  { name: 'class', who: 'teacher', come: (visitor, { cast }) => goOn(visitor, `/classes/${cast.schoolClass.id}`) },
  {
    name: 'class-invite', who: 'teacher',
    come: async (visitor, { cast }) => {
      await goOn(visitor, `/classes/${cast.schoolClass.id}?invite=1`);
      await visitor.page.getByText('Листки на бумаге').waitFor();
    },
  },
  { name: 'class-pupil', who: 'pupil', come: (visitor, { cast }) => goOn(visitor, `/classes/${cast.schoolClass.id}`) },
  { name: 'children', who: 'parent', come: at('/children') },
  { name: 'child', who: 'parent', come: (visitor, { cast }) => goOn(visitor, `/children/${cast.pupil.id}`) },
  { name: 'people', who: 'administrator', come: at('/people') },
  { name: 'people-new', who: 'administrator', come: at('/people/new') },
  {
    name: 'people-lines', who: 'administrator',
    come: async ({ page }) => {
      await page.getByText('Сразу многих').click();
      await page.getByLabel('По одному в строке').fill('Миронова Софья Игоревна; mironova.s\nПетров Илья; petrov.i; ilya@school.example');
    },
  },
  { name: 'person', who: 'administrator', come: (visitor, { cast }) => goOn(visitor, `/people/${cast.outsider.id}`) },
  {
    name: 'person-access', who: 'administrator',
    come: async ({ page }) => page.getByRole('button', { name: /^Закрыть доступ: / }).scrollIntoViewIfNeeded(),
  },
  {
    name: 'person-code', who: 'administrator',
    come: async ({ page }) => {
      await page.getByRole('button', { name: 'Помочь войти' }).click();
      await page.getByRole('button', { name: 'Дать код' }).click();
      await page.getByRole('img', { name: /QR/ }).waitFor();
    },
  },
  { name: 'person-seen', who: 'parent', come: (visitor, { cast }) => goOn(visitor, `/people/${cast.teacher.id}`) },
  {
    name: 'corrections', who: 'teacher',
    come: async (visitor, { school, cast }) => {
      const pupil = await school.signIn(cast.pupil.login);
      await pupil.ask('PATCH', '/api/v1/me', { body: { given_name: 'Coфья' } });
      await goOn(visitor, '/corrections');
      await visitor.page.getByRole('button', { name: /^Принять/ }).first().waitFor();
    },
  },
  {
    name: 'class-invite-one', who: 'teacher',
    come: async (visitor, { cast }) => {
      await goOn(visitor, `/classes/${cast.schoolClass.id}`);
      await visitor.page.getByRole('button', { name: /^Пригласить: / }).first().click();
      await visitor.page.getByRole('button', { name: 'Создать приглашение' }).click();
      await visitor.page.getByRole('img', { name: /^QR-код приглашения/ }).waitFor();
    },
  },
  {
    name: 'child-data', who: 'parent',
    come: async (visitor, { cast }) => {
      await goOn(visitor, `/children/${cast.pupil.id}`);
      // The form is made anew when the stream tells of a correction.
      await visitor.page.getByRole('button', { name: 'Исправить данные' }).evaluate((button: any) => button.scrollIntoView({ block: 'center' }));
    },
  },
  { name: 'people-away', who: 'administrator', come: at('/people/away') },
  {
    name: 'person-parent', who: 'administrator',
    come: async (visitor, { cast }) => {
      await goOn(visitor, `/people/${cast.outsider.id}?parent=1`);
      await visitor.page.getByLabel('Поиск родителя').fill(cast.parent.display_name.split(' ').at(-1)!);
      await visitor.page.getByRole('dialog').getByText(cast.parent.display_name).click();
      await visitor.page.getByRole('button', { name: 'Сделать родителем' }).waitFor();
    },
  },
  { name: 'person-data', who: 'administrator', come: (visitor, { cast }) => goOn(visitor, `/people/${cast.outsider.id}/data`) },
  { name: 'profile', who: 'teacher', come: at('/me') },
  { name: 'profile-pupil', who: 'pupil', come: at('/me') },
  {
    // Of the other class: this one may still invite.
    name: 'profile-invite', who: 'outsider',
    come: async (visitor) => {
      const { page } = visitor;
      await goOn(visitor, '/me');
      await page.getByRole('heading', { level: 1, name: 'Профиль' }).waitFor();
      // Whoever was given a code reads so first; it would shine through the dialogue.
      const notice = page.getByRole('button', { name: 'Понятно' });
      if (await notice.count() > 0) {
        await notice.click();
        await notice.waitFor({ state: 'detached' });
      }
      await page.getByRole('button', { name: 'Пригласить родителя' }).click();
      await page.getByRole('button', { name: 'Создать приглашение' }).click();
      await visitor.page.getByText(/Действует ещё/).waitFor();
    },
  },
  {
    name: 'profile-end', who: 'teacher',
    come: async (visitor) => {
      await goOn(visitor, '/me');
      await visitor.page.getByRole('button', { name: 'Выйти' }).scrollIntoViewIfNeeded();
    },
  },
  { name: 'profile-data', who: 'parent', come: at('/me/data') },
  { name: 'help', who: 'teacher', come: at('/help') },
  { name: 'more', who: 'administrator', only: 'phone', come: at('/more') },
  { name: 'not-found', who: 'pupil', come: at('/people') },
];

const STOPS_SCHOOL: Stop[] = [
  { name: 'cameras', who: 'administrator', come: at('/cameras') },
  { name: 'camera', who: 'administrator', come: (visitor, { cameraId }) => goOn(visitor, `/cameras/${cameraId}`) },
  { name: 'camera-new', who: 'administrator', come: at('/cameras/new') },
  {
    name: 'camera-error', who: 'administrator',
    come: async (visitor) => {
      await newCamera(visitor, 'http://10.17.0.14/');
      await visitor.page.getByRole('alert').first().waitFor();
    },
  },
  {
    name: 'camera-found', who: 'administrator',
    come: async (visitor, { camera }) => {
      await newCamera(visitor, camera.url);
      // Its picture needs a package that is only recommended.
      await (INSTALLED ? visitor.page.getByText('Браузеры покажут её как есть.') : visitor.page.getByRole('img', { name: /Кадр с камеры/ })).first().waitFor();
    },
  },
  { name: 'school', who: 'administrator', come: at('/school') },
  {
    name: 'school-end', who: 'administrator',
    come: async (visitor) => {
      await goOn(visitor, '/school');
      await visitor.page.getByRole('link', { name: 'Согласия' }).scrollIntoViewIfNeeded();
    },
  },
  { name: 'consents', who: 'administrator', come: at('/school/consents') },
  { name: 'letters', who: 'administrator', come: at('/letters') },
  { name: 'years', who: 'administrator', come: at('/years') },
  { name: 'classes-new', who: 'administrator', come: at('/classes?new=1') },
  { name: 'class-managed', who: 'administrator', come: (visitor, { cast }) => goOn(visitor, `/classes/${cast.schoolClass.id}`) },
  { name: 'first-steps', who: 'administrator', come: at('/first-steps') },
  { name: 'complaints', who: 'administrator', come: at('/complaints') },
  {
    name: 'chat-new', who: 'administrator',
    come: async (visitor) => {
      await goOn(visitor, '/chats');
      await visitor.page.getByRole('button', { name: 'Новый чат' }).click();
      await visitor.page.getByRole('dialog').waitFor();
    },
  },
  { name: 'certificate', who: 'administrator', come: at('/certificate') },
  { name: 'server', who: 'administrator', come: at('/server') },
  { name: 'backups', who: 'administrator', come: at('/server/backups') },
  { name: 'cloud', who: 'administrator', come: at('/server/cloud') },
  { name: 'cloud-conflicts', who: 'administrator', come: at('/server/cloud/conflicts') },
  { name: 'backups-key', who: 'administrator', come: at('/server/backups/key') },
  {
    name: 'server-wrong', who: 'administrator',
    come: async (visitor, { school }) => {
      const done = await breakServer(school);
      await visitor.open('/server');
      await visitor.page.getByRole('heading', { level: 2, name: 'Нужно вмешаться' }).waitFor();
      await done();
    },
  },
];

const STOPS = [...STOPS_SIGNED_OUT, ...STOPS_CHATS, ...STOPS_BROADCASTS, ...STOPS_PEOPLE, ...STOPS_SCHOOL];

export type Colours = 'light' | 'dark';

async function comeToRest({ page }: Visitor): Promise<void> {
  // What was pressed on the way is under the pointer no more.
  await page.mouse.move(0, 0);
  await page.waitForFunction(() =>
    document.querySelector('.loading') === null &&
    document.getAnimations().every((a) => a.playState !== 'running' || a.effect?.getTiming().iterations === Infinity));
}

/** Goes to every stop and calls `look` there when the page has come to rest: once light, once dark. */
export async function walk(browser: Browser, stage: Stage, looks: Looks, look: (stop: Stop, visitor: Visitor, colours: Colours) => Promise<void>): Promise<void> {
  const visitors = new Map<Who, Visitor>();
  const visitorOf = async (who: Who): Promise<Visitor> => {
    const known = visitors.get(who);
    if (known) return known;
    const made = who === 'nobody' ? await browser.visitor(stage.school, looks) : await browser.person(stage.school, stage.cast[who].login, looks);
    visitors.set(who, made);
    return made;
  };
  for (const stop of STOPS) {
    if (stop.only && (stop.only === 'phone') !== !!looks.phone) continue;
    const visitor = await visitorOf(stop.who);
    await visitor.page.bringToFront();
    await stop.come(visitor, stage);
    await visitor.page.getByRole('heading', { level: 1 }).first().waitFor();
    for (const colours of ['light', 'dark'] as const) {
      // A page of the server's own has one look of each device, and nothing to wait for.
      if (/^trust/.test(stop.name)) await visitor.page.emulateMedia({ colorScheme: colours });
      else await visitor.turn(colours);
      await comeToRest(visitor);
      await look(stop, visitor, colours);
    }
    await visitor.page.emulateMedia({ colorScheme: 'light' });
  }
}
