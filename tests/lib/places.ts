// SPDX-License-Identifier: LGPL-2.1-or-later
// Where tests find what they test.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const PROJECT = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** The build under test: ./test says which; by hand it is the plain one. */
export const BUILD = process.env['UROK_BUILD'] ?? join(PROJECT, 'build');

/** What people get, without sanitizers. */
export const PLAIN_BUILD = join(PROJECT, 'build');

/** The camera that tests look at; it is not under test itself, and has to encode in time. */
export const CAMERA = join(PLAIN_BUILD, 'demo/urok-demo-camera');

export const NODE_MODULES = join(PROJECT, 'web/node_modules');

/** An installed server on a booted host, and how somebody in its network comes to it. */
export type Installed = {
  /** The process on this machine that is the host's first. */
  init: number;
  name: string;
  address: string;
  /** Home of who was told to trust it: browsers find its authority there. */
  home: string;
  /** This machine in that network, where cameras stand. */
  here: string;
};

/** Where schools are that tests ask for: tests/install/browsers.ts says; else each is made of programs of its own. */
export const INSTALLED: Installed | undefined = process.env['UROK_INSTALLED'] === undefined ? undefined : JSON.parse(process.env['UROK_INSTALLED']);
