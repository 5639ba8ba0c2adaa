// SPDX-License-Identifier: LGPL-2.1-or-later
// Floors of one house: includes go down only, through one door a room, and a library has one room.

// docs/architecture.md says why each room is where it is.
const FLOORS = {
  app: 9, chats: 8, materials: 8, broadcasts: 8, calls: 8, enrolment: 7, schools: 7, uplink: 6, onward: 6, carry: 6, classes: 6, consents: 6, memos: 6,
  privacy: 6, people: 5, school: 5, space: 5, sync: 5, events: 4, pictures: 4, documents: 4, mail: 4, files: 3, http: 3,
  store: 2, announce: 2, health: 2, jobs: 2, media: 2, wire: 1, base: 0,
};

// What lives outside daemon/ may use these rooms of it only.
const GUESTS = { workers: ['base', 'wire'], ctl: ['base', 'wire'], demo: ['base', 'wire'], tls: ['base'],
  backup: ['base', 'store', 'events', 'space', 'app'],
  cloud: ['app', 'events', 'files', 'http', 'store', 'sync', 'base', 'wire'] };

const LIBRARIES = [
  { header: /^sqlite3\.h$/, allowed: /^daemon\/store\// },
  { header: /^microhttpd\.h$/, allowed: /^daemon\/http\/server[a-z-]*\.(c|h)$/ },
  { header: /^sodium(\/|\.h$)/, allowed: /^daemon\/base\/crypto\.c$/ },
  { header: /^gst\//, allowed: /^(workers|demo)\// },
  { header: /^curl\//, allowed: /^(ctl|workers\/errands)\// },
  { header: /^(turbojpeg\.h|png\.h|webp\/|libexif\/|cairo|pango\/|fontconfig\/)/, allowed: /^workers\/papers\// },
  { header: /^qrencode\.h$/, allowed: /^(workers\/papers\/|ctl\/qr\.c$)/ },
  { header: /^systemd\//, allowed: /^daemon\/(app\/|base\/log\.c$)/ },
  { header: /^openssl\//, allowed: /^(tls\/|daemon\/uplink\/identity\.c$|daemon\/base\/sum\.c$)/ },
  { header: /^libpq/, allowed: /^cloud\/postgres\.c$/ },
  { header: /^mosquitto\.h$/, allowed: /^daemon\/sync\/broker\.c$/ },
  { header: /^zstd\.h$/, allowed: /^(daemon\/sync\/frame|backup\/crypt)\.c$/ },
  { header: /^jansson\.h$/, allowed: /^daemon\/base\/json\.h$/ },
];

const INCLUDE = /^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]/gm;

function includes(tree) {
  return tree.filter(({ path }) => /^(daemon|workers|ctl|demo|tls|backup|cloud)\/.*\.[ch]$/.test(path)).flatMap(({ path, text }) =>
    [...text.matchAll(INCLUDE)].map(([, quote, header]) => ({ path, header, own: quote === '"' })));
}

const roomOf = (path) => /^daemon\/([^/]+)\//.exec(path)?.[1];
const topOf = (path) => path.split('/')[0];

function checkDown(tree) {
  return includes(tree).filter(({ own }) => own).flatMap(({ path, header }) => {
    const target = header.includes('/') ? header.split('/')[0] : undefined;
    const room = roomOf(path);
    if (target === undefined) {
      return room === undefined ? [] : [`${path}: "${header}" is not written from daemon/ down`];
    }
    if (room === undefined) {
      const known = GUESTS[topOf(path)];
      return !(target in FLOORS) || known.includes(target) ? [] : [`${path}: may not use ${target}/`];
    }
    if (!(room in FLOORS)) return [`${path}: the room ${room} has no floor`];
    if (!(target in FLOORS)) return [`${path}: "${header}" is no room of the house`];
    if (target === room || FLOORS[target] < FLOORS[room]) return [];
    return [`${path}: ${room} (floor ${FLOORS[room]}) includes "${header}" (floor ${FLOORS[target]})`];
  });
}

function checkDoors(tree) {
  return includes(tree).filter(({ own }) => own).flatMap(({ path, header }) => {
    const [target, file] = header.split('/');
    if (file === undefined || !(target in FLOORS) || target === roomOf(path)) return [];
    if (['base', 'wire'].includes(target) && !file.endsWith('-private.h')) return [];
    if (file === `${target}.h`) return [];
    if (file.endsWith('-api.h') && roomOf(path) === 'app') return [];
    // urok-backup opens a school's database and reads its configuration; it builds no house.
    if (topOf(path) === 'backup' && ['app/schema.h', 'app/config.h'].includes(header)) return [];
    return [`${path}: "${header}" is not the door of ${target}/`];
  });
}

function checkLibraries(tree) {
  return includes(tree).flatMap(({ path, header }) =>
    LIBRARIES.filter((library) => library.header.test(header) && !library.allowed.test(path))
      .map(() => `${path}: <${header}> belongs to another room`));
}

export const rules = [
  {
    name: 'includes go down only',
    check: checkDown,
    bad: [
      { 'daemon/store/store.c': '#include "chats/chats.h"\n' },
      { 'daemon/chats/chats.c': '#include "broadcasts/broadcasts.h"\n' },
      { 'daemon/chats/chats.c': '#include "chats.h"\n' },
      { 'daemon/attic/attic.c': '#include "base/error.h"\n' },
      { 'workers/broadcast/main.c': '#include "store/store.h"\n' },
      { 'ctl/main.c': '#include "people/people.h"\n' },
      { 'tls/main.c': '#include "wire/wire.h"\n' },
      { 'backup/make.c': '#include "people/people.h"\n' },
      { 'cloud/view.c': '#include "chats/chats.h"\n' },
    ],
  },
  {
    name: 'a room has one door',
    check: checkDoors,
    bad: [
      { 'daemon/chats/chats.c': '#include "store/turn.h"\n' },
      { 'daemon/chats/chats.c': '#include "people/people-api.h"\n' },
      { 'daemon/app/app.c': '#include "people/people-private.h"\n' },
      { 'backup/make.c': '#include "app/reload.h"\n' },
    ],
  },
  {
    name: 'a library has one room',
    check: checkLibraries,
    bad: [
      { 'daemon/chats/chats.c': '#include <sqlite3.h>\n' },
      { 'daemon/http/reply.c': '#include <microhttpd.h>\n' },
      { 'daemon/people/passwords.c': '#include <sodium.h>\n' },
      { 'daemon/media/media.c': '#include <gst/gst.h>\n' },
      { 'daemon/base/log.h': '#include <curl/curl.h>\n' },
      { 'daemon/mail/mail.c': '#include <curl/curl.h>\n' },
      { 'daemon/people/pictures.c': '#include <png.h>\n' },
      { 'daemon/documents/documents.c': '#include <pango/pangocairo.h>\n' },
      { 'daemon/http/http.c': '#include <systemd/sd-daemon.h>\n' },
      { 'daemon/chats/chats.c': '#include <jansson.h>\n' },
      { 'ctl/tls.c': '#include <openssl/x509.h>\n' },
      { 'cloud/view.c': '#include <libpq-fe.h>\n' },
      { 'daemon/events/events.c': '#include <zstd.h>\n' },
      { 'daemon/sync/peer.c': '#include <mosquitto.h>\n' },
    ],
  },
];
