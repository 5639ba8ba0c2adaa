// SPDX-License-Identifier: LGPL-2.1-or-later
// web/package-lock.json names every package that another one may want, for all platforms. npm leaves out what it
// could not reach or did not need when the file was written, and newer ones then refuse to install from it.

function check(tree) {
  const file = tree.find(({ path }) => path === 'web/package-lock.json');
  const packages = JSON.parse(file?.text ?? '{}').packages ?? {};
  return Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => packages[`node_modules/${name}`] === undefined && packages[`${path}/node_modules/${name}`] === undefined)
      .map((name) => `web/package-lock.json: ${name}, which ${path} may want, is not there`));
}

export const rules = [
  {
    name: 'the lock file is whole',
    check,
    bad: [{ 'web/package-lock.json': '{"packages":{"node_modules/a":{"optionalDependencies":{"a-linux":"1"}}}}' }],
  },
];
