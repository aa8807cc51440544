import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { heldAtDesk, heldOnBranch } from '../../../src/commands/held-now.ts';
import { remote } from '../git/remote.ts';
import { runGit } from '../git/repository.ts';

const DAY = '2026-11-24';
const TENANT = { name: 'contoso', id: '8f1c6a50-0f5c-4c2c-9c47-0d6a1c9b2e11' };
const FILE = 'policies/tenants/contoso.yaml';
const OPEN = `tenant:\n  name: ${TENANT.name}\n  id: ${TENANT.id}\n`;
const FROZEN = `${OPEN}incident:\n  kind: frozen\n  reason: INC-204\n  since: 2026-11-24\n`;
const FREEZE = { 'policies/settings.yaml': 'freeze:\n  reason: year-end\n' };
const ENV = { GITHUB_REF_NAME: 'main' };

function write(folder: string, files: { readonly [file: string]: string }): void {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
}

function push(clone: string, files: { readonly [file: string]: string }, gone: readonly string[] = []): void {
  write(clone, files);
  for (const path of gone) rmSync(join(clone, path), { recursive: true });
  runGit(clone, ['add', '-A']);
  runGit(clone, ['commit', '-q', '-m', 'change']);
  runGit(clone, ['push', '-q', 'origin', 'HEAD:main']);
}

/** Somebody's clone, and the runner's, which knows the branch as it was at its checkout. */
function cloned() {
  const origin = remote();
  const somebody = origin.clone('somebody');
  push(somebody, { [FILE]: OPEN });
  return { somebody, runner: origin.clone('runner') };
}

test('on merge the branch is fetched: what was pushed after the checkout counts', async () => {
  const { somebody, runner } = cloned();
  let time = 0;
  const held = heldOnBranch(runner, 'policies', ENV, DAY, () => time);
  expect(await held(TENANT)).toBeUndefined();
  push(somebody, FREEZE);
  time = 60_000;
  expect(await held(TENANT)).toEqual({
    message: 'Refused: Frozen: nothing will be applied: year-end. Nothing was sent.',
    fix: expect.stringMatching(/pull request/),
  });
});

test('one look serves the tenants of a moment, and no longer', async () => {
  const { somebody, runner } = cloned();
  let time = 0;
  const held = heldOnBranch(runner, 'policies', ENV, DAY, () => time);
  await held(TENANT);
  push(somebody, { [FILE]: FROZEN });
  time = 15_000;
  expect(await held(TENANT)).toBeUndefined();
  time = 15_001;
  expect((await held(TENANT))?.message).toMatch(/Frozen since 2026-11-24.*INC-204/);
});

test('policies with errors may hold a freeze: refused; a branch that cannot be read says nothing either', async () => {
  const { somebody, runner } = cloned();
  push(somebody, { [FILE]: `${FROZEN}nonsense: 1\n` });
  expect(await heldOnBranch(runner, 'policies', ENV, DAY)(TENANT)).toMatchObject({
    message: expect.stringMatching(/whether it is frozen cannot be told/),
  });
  push(somebody, { [FILE]: OPEN, 'policies/settings.yaml': 'freeze: [\n' });
  expect(await heldOnBranch(runner, 'policies', ENV, DAY)(TENANT)).toMatchObject({ fix: expect.any(String) });
  runGit(runner, ['remote', 'set-url', 'origin', join(runner, 'nowhere')]);
  await expect(heldOnBranch(runner, 'policies', ENV, DAY)(TENANT)).rejects.toThrow(/cannot be fetched/);
});

test('at a desk the files as they lie there count, and the branch that is followed', async () => {
  const { somebody, runner } = cloned();
  const folder = join(runner, 'policies');
  expect(await heldAtDesk(folder, DAY)(TENANT)).toBeUndefined();
  write(runner, { [FILE]: FROZEN });
  expect((await heldAtDesk(folder, DAY)(TENANT))?.message).toMatch(/Frozen/);
  write(runner, { [FILE]: OPEN });
  push(somebody, FREEZE);
  expect(await heldAtDesk(folder, DAY)(TENANT)).toBeUndefined();
  runGit(runner, ['fetch', '-q']);
  expect((await heldAtDesk(folder, DAY)(TENANT))?.message).toMatch(/year-end/);
});

const OTHER = 'tenant:\n  name: other\n  id: 8f1c6a50-0f5c-4c2c-9c47-0d6a1c9b2e12\n';
const OTHERS = 'policies/tenants/other.yaml';
const RENAMED = 'policies/tenants/contoso-eu.yaml';
const named = (text: string) => text.replace('name: contoso', 'name: contoso-eu');

/** What the newest commit may have in place of the tenant's file, and what it says of a freeze. */
const MOVED: readonly (readonly [string, { readonly [file: string]: string }, RegExp | undefined])[] = [
  ['removed, and everything is frozen', { [OTHERS]: OTHER, ...FREEZE }, /Frozen: .*year-end/],
  ['removed with all others, and everything is frozen', FREEZE, /Frozen: .*year-end/],
  ['renamed and frozen', { [RENAMED]: named(FROZEN) }, /Frozen since .*INC-204/],
  ['renamed and frozen with a typo', { [RENAMED]: `${named(FROZEN)}oops: 1\n`, [OTHERS]: OTHER }, /be told/],
  [
    'removed, and the settings have a typo',
    { [OTHERS]: OTHER, 'policies/settings.yaml': 'frese: 1\n' },
    /be told/,
  ],
  ['under a name that is not read', { 'policies/tenants/contoso.yml': FROZEN, [OTHERS]: OTHER }, /be told/],
  [
    'in a folder that is not read',
    { 'policies/tenants/eu/contoso.yaml': FROZEN, [OTHERS]: OTHER },
    /be told/,
  ],
  ['in policies that are not there', { 'elsewhere/tenants/contoso.yaml': FROZEN }, /be told/],
  ['renamed and open', { [RENAMED]: named(OPEN) }, undefined],
  ['removed, and nothing is wrong', { [OTHERS]: OTHER }, undefined],
];

test.each(MOVED)('on merge, the file of the tenant is %s', async (_what, files, said) => {
  const { somebody, runner } = cloned();
  push(somebody, files, [FILE]);
  const held = await heldOnBranch(runner, 'policies', ENV, DAY)(TENANT);
  if (said === undefined) expect(held).toBeUndefined();
  else expect(held?.message).toMatch(said);
});

test('at a desk, a renamed file that has errors may be the freeze', async () => {
  const { runner } = cloned();
  write(runner, { [RENAMED]: `${named(FROZEN)}oops: 1\n` });
  rmSync(join(runner, FILE));
  expect((await heldAtDesk(join(runner, 'policies'), DAY)(TENANT))?.message).toMatch(/be told/);
});

test('a tenant that the followed branch does not have yet is not held by what is wrong there with others', async () => {
  const { somebody, runner } = cloned();
  const folder = join(runner, 'policies');
  push(somebody, { [OTHERS]: `${OTHER}oops: 1\n` }, [FILE]);
  runGit(runner, ['fetch', '-q']);
  // Nobody knows that file here: it may be the tenant's.
  expect((await heldAtDesk(folder, DAY)(TENANT))?.message).toMatch(/be told/);
  write(runner, { [OTHERS]: OTHER });
  expect(await heldAtDesk(folder, DAY)(TENANT)).toBeUndefined();
  push(somebody, { [OTHERS]: OTHER, ...FREEZE });
  runGit(runner, ['fetch', '-q']);
  expect((await heldAtDesk(folder, DAY)(TENANT))?.message).toMatch(/year-end/);
});

test('nor by a followed branch without any policies', async () => {
  const { somebody, runner } = cloned();
  push(somebody, { 'README.md': 'soon' }, ['policies']);
  runGit(runner, ['fetch', '-q']);
  expect(await heldAtDesk(join(runner, 'policies'), DAY)(TENANT)).toBeUndefined();
});
