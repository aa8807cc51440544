import { unzipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { readPlan } from '../../src/apply/read-plan.ts';
import { APPLE_MAIL } from '../../src/core/state.ts';
import { planRoot } from '../../src/github/record.ts';
import { assign } from '../../src/sandbox/enterprise-app.ts';
import type { Tenant } from '../../src/sandbox/tenant.ts';
import { DEEP, inDeep } from '../depth.ts';
import type { Pull } from '../github/hub.ts';
import { principalId } from '../scenarios/tenant-builder.ts';
import { FILE, GATED, OPEN, openTenant } from './gating.ts';
import { type Merging, openMerging } from './merging.ts';
import { writesIn } from './world.ts';

type World = Merging & { readonly before: string; readonly pull: Pull };

/** A planned pull request; what happens to it is up to the test. */
async function planned(how: { readonly by?: string; readonly message?: string } = {}): Promise<World> {
  const merging = await openMerging([openTenant()], { [FILE]: OPEN });
  const before = await merging.git('rev-parse', 'origin/main');
  await merging.push('gate', { [FILE]: GATED }, how);
  const pull = await merging.github.openPull({ branch: 'gate', author: 'anna' });
  await merging.pushed(pull);
  return { ...merging, before, pull };
}

function tenantOf({ sandbox }: World): Tenant {
  const [tenant] = [...sandbox.tenants.values()];
  if (tenant === undefined) throw new Error('There is no tenant.');
  return tenant;
}

const approve = ({ github, pull }: World, user = 'rita') => github.review({ pull, user, state: 'APPROVED' });

/** Merges, lets the apply run, and gives what was sent and what the pull request was told. */
async function mergedAs(world: World) {
  const { github, pull, merged, before, sandbox } = world;
  const commit = await github.merge(pull, { method: 'merge', by: 'anna' });
  const ended = await merged(commit, before);
  const step = ended.jobs.apply?.steps.find(({ name }) => name.startsWith('Apply what'));
  const reply = [...github.hub.comments.values()].at(-1)?.body ?? '';
  return { ended, code: step?.code, said: `${step?.stdout}${step?.stderr}`, reply, sent: writesIn(sandbox) };
}

type Case = readonly [string, (world: World) => Promise<void> | void, 3 | 4, RegExp];

const CASES: readonly Case[] = [
  [
    'the tenant changed after the plan',
    (world) => {
      approve(world);
      const tenant = tenantOf(world);
      const app = [...tenant.servicePrincipals.values()].find(({ appId }) => appId === APPLE_MAIL);
      if (app === undefined) throw new Error('There is no app.');
      assign(tenant, app, principalId(tenant, 'dora'));
    },
    4,
    /Stale plan/,
  ],
  [
    'a head that was pushed after the approval',
    async (world) => {
      approve(world);
      await world.push('gate', { [FILE]: `${GATED}# more\n` });
      await world.pushed(world.pull);
    },
    3,
    /rita approved another commit/,
  ],
  [
    'a plan comment that was edited by hand',
    (world) => {
      approve(world);
      for (const comment of world.github.hub.comments.values())
        comment.body = comment.body.replace('1 person gains', 'nobody gains');
    },
    3,
    /the plan comment was changed after it was posted/,
  ],
  [
    'a plan comment that was deleted',
    (world) => {
      approve(world);
      world.github.hub.comments.clear();
    },
    3,
    /the plan comment was deleted/,
  ],
  [
    'a record by another app',
    (world) => {
      approve(world);
      for (const [id, check] of world.github.hub.checks)
        world.github.hub.checks.set(id, { ...check, app: 'evil' });
    },
    3,
    /the one by evil does not count/,
  ],
  [
    'a record that was tampered with',
    (world) => {
      approve(world);
      for (const check of world.github.hub.checks.values())
        check.text = (check.text ?? '').replaceAll(/sha256:[0-9a-f]/g, 'sha256:0');
    },
    3,
    /is not whole/,
  ],
  ['no approval', () => undefined, 3, /0 of 1 approvals count/],
  [
    'an approval by the author',
    (world) => {
      approve(world, 'anna');
    },
    3,
    /anna wrote a part of it/,
  ],
  [
    'an approval without write access',
    (world) => {
      approve(world, 'eve');
    },
    3,
    /eve has no write access/,
  ],
  [
    'an approval that was dismissed',
    (world) => {
      world.github.dismiss(approve(world));
    },
    3,
    /that of rita was dismissed/,
  ],
  [
    'a plan file with altered JSON',
    (world) => {
      approve(world);
      const [artifact] = [...world.github.hub.artifacts.values()].filter(
        ({ name }) => name === 'iosmail-plan',
      );
      const text = Buffer.from(unzipSync(artifact?.zip ?? new Uint8Array())['plan.json'] ?? []).toString();
      world.github.artifacts.put(artifact?.run ?? 0, 'iosmail-plan', {
        'plan.json': text
          .replace('"retain": [', '"retain": [ ')
          .replace(/member of SG-iOS-Mail/, 'member of X'),
      });
    },
    3,
    /is not the recorded one/,
  ],
  [
    'a plan file that has expired',
    (world) => {
      approve(world);
      for (const { id } of world.github.hub.artifacts.values()) world.github.artifacts.expire(id);
    },
    3,
    /has expired/,
  ],
];

/** What unit tests try as well, most of them against the same GitHub, with how that is told in the end left to the others. */
const DEEP_ONLY: ReadonlySet<string> = new Set([
  // test/unit/github/reviewed-plan.test.ts: the comment, the app, the plan file.
  'a plan comment that was edited by hand',
  'a plan comment that was deleted',
  'a record by another app',
  'a plan file with altered JSON',
  // test/unit/github/record-text.test.ts, artifacts.test.ts
  'a record that was tampered with',
  'a plan file that has expired',
  // test/unit/github/approved.test.ts; the author also in test/unit/commands/softened-rules.test.ts
  'an approval by the author',
  'an approval without write access',
  'an approval that was dismissed',
]);

describe('refused with zero writes, and a fresh plan on the merged pull request', () => {
  test.each(CASES.filter(([name]) => DEEP || !DEEP_ONLY.has(name)))(
    '%s',
    async (_name, happen, code, why) => {
      const world = await planned();
      await happen(world);
      const { said, reply, sent, ...ended } = await mergedAs(world);
      expect(ended.code, said).toBe(code);
      expect(said).toMatch(why);
      expect(sent).toEqual([]);
      expect(reply).toMatch(why);
      expect(reply).toMatch(/Fresh plan/);
      expect(ended.ended.jobs.record?.result).toBe('success');
    },
  );

  // As in test/scenarios/fleet-apply.test.ts, and with the command itself in bad-input.test.ts.
  inDeep('a token of another tenant', async () => {
    const world = await planned();
    approve(world);
    tenantOf(world).settings.tokenTenantId = '11111111-1111-4111-8111-111111111111';
    const { code, said, sent } = await mergedAs(world);
    expect(code, said).toBe(1);
    expect(said).toMatch(/token/);
    expect(sent).toEqual([]);
  });

  test('of two applies at once, one', async () => {
    const world = await planned();
    approve(world);
    const { github, pull, before, sandbox, merged } = world;
    const commit = await github.merge(pull, { method: 'squash', by: 'anna' });
    const both = await Promise.all([merged(commit, before), merged(commit, before)]);
    expect(both.map(({ jobs }) => jobs.begin?.result).sort()).toEqual(['failure', 'success']);
    const [lost] = both.filter(({ jobs }) => jobs.begin?.result === 'failure');
    expect(lost?.jobs.begin?.steps.at(-1)).toMatchObject({ code: 3 });
    expect(lost?.jobs.begin?.steps.at(-1)?.stdout).toMatch(/another apply is under way/);
    expect(lost?.jobs.apply?.result).toBe('skipped');
    expect(writesIn(sandbox)).toHaveLength(5);
  });

  test('an approval by a co-author of the commits', async () => {
    const world = await planned({ message: 'Gate\n\nCo-authored-by: Rita <rita@users.test>' });
    approve(world);
    const { code, said, sent } = await mergedAs(world);
    expect(code).toBe(3);
    expect(said).toMatch(/rita wrote a part of it/);
    expect(sent).toEqual([]);
  });

  test('a base that moved so that the effective policy is another one', async () => {
    const world = await planned();
    approve(world);
    const elsewhere = `${OPEN.replace('name: woodgrove', 'name: woodgrove\n  labels: { tier: small }')}`;
    await world.push('main', { [FILE]: elsewhere }, { by: 'contoso' });
    const { code, said, sent } = await mergedAs(world);
    expect(code, said).toBe(4);
    expect(said).toMatch(/the policy in the repository is not the one that was reviewed/);
    expect(sent).toEqual([]);
  });

  test.each(DEEP ? (['rebase', 'merge'] as const) : (['rebase'] as const))(
    'a pull request that softens its own review (%s)',
    async (method) => {
      const { push, pushed, merged, git, sandbox, github } = await openMerging([openTenant()], {
        [FILE]: OPEN,
      });
      const before = await git('rev-parse', 'origin/main');
      await push('gate', { 'policies/settings.yaml': 'review:\n  approvals: 0\n' });
      await push('gate', { [FILE]: GATED });
      const pull = await github.openPull({ branch: 'gate', author: 'anna' });
      await pushed(pull);
      const { jobs } = await merged(await github.merge(pull, { method, by: 'anna' }), before);
      const step = jobs.apply?.steps.find(({ name }) => name.startsWith('Apply what'));
      expect(step?.code).toBe(3);
      expect(step?.stdout).toMatch(/0 of 1 approvals count/);
      expect(writesIn(sandbox)).toEqual([]);
    },
  );

  inDeep(
    'a pull request after a push that softened the rules, and moved the journal, in an apply of its own',
    async () => {
      const { push, pushed, merged, git, sandbox, github } = await openMerging([openTenant()], {
        [FILE]: OPEN,
      });
      const before = await git('rev-parse', 'origin/main');
      const soft = await push(
        'main',
        { 'policies/settings.yaml': 'review:\n  approvals: 0\njournal:\n  branch: elsewhere\n' },
        { by: 'contoso' },
      );
      const first = await merged(soft, before);
      expect(first.jobs.record?.result).toBe('success');
      await git('fetch', '--quiet', 'origin');
      const [line = ''] = (await git('show', 'origin/iosmail-journal:runs.jsonl')).split('\n');
      expect(JSON.parse(line)).toMatchObject({ commit: soft, rules: before });
      await push('gate', { [FILE]: GATED });
      const pull = await github.openPull({ branch: 'gate', author: 'anna' });
      await pushed(pull);
      const { jobs } = await merged(await github.merge(pull, { method: 'squash', by: 'anna' }), soft);
      const step = jobs.apply?.steps.find(({ name }) => name.startsWith('Apply what'));
      expect(step?.code, `${step?.stdout}${step?.stderr}`).toBe(3);
      expect(step?.stdout).toMatch(/0 of 1 approvals count/);
      expect(step?.stdout).toContain(`Commit ${soft.slice(0, 12)} softened the rules of review`);
      expect(writesIn(sandbox)).toEqual([]);
    },
  );

  inDeep('a push that allows itself, also in a push before it whose run was lost', async () => {
    const { push, merged, sandbox } = await openMerging([openTenant()], { [FILE]: OPEN });
    const softer = 'review:\n  allowDirectPush: true\njournal:\n  branch: elsewhere\n';
    const lost = await push('main', { 'policies/settings.yaml': softer }, { by: 'contoso' });
    const commit = await push('main', { [FILE]: GATED }, { by: 'contoso' });
    const { jobs } = await merged(commit, lost);
    expect(jobs.apply?.steps.find(({ name }) => name.startsWith('Apply what'))?.code).toBe(3);
    expect(writesIn(sandbox)).toEqual([]);
  });

  test('a plan file that no run ever posted, with a digest that fits it', async () => {
    const world = await planned();
    const { github, dispatched, sandbox } = world;
    const [artifact] = [...github.hub.artifacts.values()].filter(({ name }) => name === 'iosmail-plan');
    const text = Buffer.from(unzipSync(artifact?.zip ?? new Uint8Array())['plan.json'] ?? []).toString();
    github.artifacts.put(77, 'iosmail-fresh', { 'fresh.json': text });
    const { jobs } = await dispatched({ run: '77', digest: planRoot(readPlan(text)) });
    const step = jobs.apply?.steps.find(({ name }) => name === 'Apply the fresh plan');
    expect(step?.code).toBe(1);
    expect(step?.stderr).toMatch(/No run in the journal posted a fresh plan/);
    expect(writesIn(sandbox)).toEqual([]);
  });

  test('a push without a pull request', async () => {
    const { push, merged, git, sandbox } = await openMerging([openTenant()], { [FILE]: OPEN });
    const before = await git('rev-parse', 'origin/main');
    const commit = await push('main', { [FILE]: GATED }, { by: 'contoso' });
    const { jobs } = await merged(commit, before);
    const step = jobs.apply?.steps.find(({ name }) => name.startsWith('Apply what'));
    expect(step?.code).toBe(3);
    expect(`${step?.stdout}`).toMatch(/came without a pull request/);
    expect(writesIn(sandbox)).toEqual([]);
  });
});
