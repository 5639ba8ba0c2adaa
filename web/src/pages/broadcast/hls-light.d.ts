// SPDX-License-Identifier: LGPL-2.1-or-later
// The small build of hls.js has the types of the large one.
declare module 'hls.js/light' {
  export { default } from 'hls.js';
}
