import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SANDBOX_APPLY_CLIENT_ID } from '../../src/sandbox/clients.ts';
import type { Tenant } from '../../src/sandbox/tenant.ts';
import { builtInTenants } from '../../src/sandbox/tenants.ts';
import { DEEP, inDeep } from '../depth.ts';
import { appleApp } from '../scenarios/levels.ts';
import { CONSENT, woodgrove } from '../scenarios/tenant-builder.ts';
import type { Environment } from './iosmail.ts';
import { openMerging } from './merging.ts';
import { flawsIn, putExamples, serveTenants, type World, writesIn } from './world.ts';

const AS_APPLY: Environment = { AZURE_CLIENT_ID: SANDBOX_APPLY_CLIENT_ID };

function gitIn({ folder }: World, ...args: readonly string[]): string {
  return execFileSync('git', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** A repository with the policies of these tenants, on `main`, and somebody who commits. */
async function repositoryOf(name: string): Promise<{ world: World; tenant: Tenant; file: string }> {
  const [tenant] = builtInTenants(name);
  const world = await serveTenants(tenant!);
  putExamples(world, name);
  gitIn(world, 'init', '--quiet', '--initial-branch=main');
  gitIn(world, 'config', 'user.name', 'Ada');
  gitIn(world, 'config', 'user.email', 'ada@x.example');
  gitIn(world, 'add', 'policies');
  gitIn(world, 'commit', '--quiet', '-m', 'policies');
  return { world, tenant: tenant!, file: `policies/tenants/${name}.yaml` };
}

const REASON = 'INC-204: stolen devices # "all"';
const block = ({ run }: World, name: string, ...more: readonly string[]) =>
  run(['block', '--tenant', name, '--reason', REASON, '--yes', ...more], AS_APPLY);
const textOf = ({ folder }: World, file: string) => readFileSync(join(folder, file), 'utf8');
const journalOf = ({ folder }: World, { id }: Tenant) =>
  textOf({ folder } as World, `.iosmail/journal/${id}.jsonl`);

test('blocked at once, kept in Git, not drift for any later plan, and restored by removing the entry', async () => {
  const { world, tenant, file } = await repositoryOf('contoso');
  const before = textOf(world, file);
  // Whatever else somebody is working on is neither lost nor committed.
  world.put('notes.txt', 'unrelated');
  gitIn(world, 'add', 'notes.txt');

  const run = await block(world, 'contoso');
  expect(run.code, run.stderr).toBe(0);
  expect(run.stdout).toMatch(/^contoso {2}BLOCKED · sign-in is off, and reads show it$/m);
  expect(run.stdout).toMatch(/^ {4}git push origin HEAD:refs\/heads\/incident-contoso$/m);
  expect(run.stdout).toMatch(/^ {4}gh pr create --head incident-contoso /m);
  expect(flawsIn(run)).toEqual([]);
  const app = appleApp(tenant);
  expect(app?.accountEnabled).toBe(false);
  expect(writesIn(world.sandbox)).toEqual([`PATCH /servicePrincipals/${app?.id}`]);
  const entry = `incident:\n  kind: blocked\n  reason: 'INC-204: stolen devices # "all"'\n  by: ada@x.example\n`;
  expect(textOf(world, file).startsWith(before + entry)).toBe(true);
  expect(gitIn(world, 'show', '--stat', '--format=%s%n%b', 'HEAD')).toMatch(
    /^incident: block contoso\nINC-204: stolen devices # "all"\n[\s\S]*contoso\.yaml[\s\S]*1 file changed/,
  );
  expect(gitIn(world, 'status', '--short')).toMatch(/^A {2}notes\.txt$/m);
  const lines = journalOf(world, tenant)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines.map(({ event }) => event)).toEqual(['begin', 'sending', 'answered', 'end']);
  expect(lines.at(-1)).toMatchObject({ outcome: 'applied', note: `block: ${REASON}` });

  // No later plan takes it for drift, and nothing is applied.
  const held = await world.run(['plan', '--out', 'held.json']);
  expect(held.code).toBe(0);
  expect(held.stdout).toMatch(
    /tenant-blocked[\s\S]*Blocked since[\s\S]*“Enabled for users to sign in\?” is held at No/,
  );
  expect(held.stdout).not.toMatch(/Enable the app/);
  expect((await world.run(['apply', '--plan', 'held.json'])).code).toBe(0);
  expect(appleApp(tenant)?.accountEnabled).toBe(false);
  expect(writesIn(world.sandbox)).toHaveLength(1);

  // The pull request that lifts it: the plan restores what the policy says.
  world.put(file, before);
  const lifting = await world.run(['plan', '--out', 'lift.json']);
  expect(lifting.stdout).toMatch(/Enable the app for users to sign in/);
  expect((await world.run(['apply', '--plan', 'lift.json'])).code).toBe(0);
  expect(appleApp(tenant)?.accountEnabled).toBe(true);
  expect(writesIn(world.sandbox)).toHaveLength(2);
});

test('killed once the write is out: the entry is there, and no plan here switches it on again', async () => {
  const { world, tenant, file } = await repositoryOf('contoso');
  const before = textOf(world, file);
  const running = world.start(['block', '--tenant', 'contoso', '--reason', REASON, '--yes'], AS_APPLY);
  world.passing = async (answer) => {
    if (writesIn(world.sandbox).length > 0) running.child.kill('SIGKILL');
    return answer;
  };
  expect((await running.ended).signal).toBe('SIGKILL');
  world.passing = async (answer) => answer;
  expect(appleApp(tenant)?.accountEnabled).toBe(false);
  expect(textOf(world, file).startsWith(`${before}incident:\n  kind: blocked\n`)).toBe(true);
  const planned = await world.run(['plan', '--out', 'plan.json']);
  expect(planned.stdout).toMatch(/tenant-blocked/);
  expect(planned.stdout).not.toMatch(/Enable the app/);

  // The same block again commits what lies there.
  const again = await block(world, 'contoso');
  expect(again.code, again.stdout).toBe(0);
  expect(gitIn(world, 'log', '--format=%s')).toBe('incident: block contoso\npolicies\n');
});

inDeep('where Git cannot keep it, the block stays, and what to commit is told', async () => {
  const { world, tenant, file } = await repositoryOf('contoso');
  world.put('.git/index.lock', '');
  const run = await block(world, 'contoso');
  expect(run.code).toBe(5);
  expect(appleApp(tenant)?.accountEnabled).toBe(false);
  expect(run.stdout).toMatch(/The block stays, but it is not in Git: /);
  expect(run.stdout).toMatch(/Commit policies\/tenants\/contoso\.yaml: the entry is in it already/);
  expect(textOf(world, file)).toContain('kind: blocked');
  expect(gitIn(world, 'log', '--format=%s')).toBe('policies\n');
  expect(flawsIn(run)).toEqual([]);
});

test('a write that fails commits nothing', async () => {
  const { world, tenant, file } = await repositoryOf('contoso');
  const before = textOf(world, file);
  let meanwhile = '';
  world.sandbox.fault = ({ method, path }) => {
    if (method !== 'PATCH' || !path.includes('/servicePrincipals/')) return undefined;
    meanwhile = textOf(world, file);
    const error = { code: 'Request_BadRequest', message: 'Broken on purpose.' };
    return { kind: 'answer', status: 400, body: { error } };
  };
  const run = await block(world, 'contoso');
  expect(run.code).toBe(1);
  expect(run.stdout).toMatch(/^contoso {2}NOT BLOCKED · nothing was changed, and nothing was committed$/m);
  expect(run.stdout).toMatch(/Broken on purpose[\s\S]*fix: \S/);
  expect(appleApp(tenant)?.accountEnabled).toBe(true);
  expect(meanwhile).toContain('kind: blocked');
  expect(textOf(world, file)).toBe(before);
  expect(gitIn(world, 'log', '--format=%s')).toBe('policies\n');
});

test('nobody is asked where nobody sits, an unknown tenant is none, and a reason is needed', async () => {
  const { world } = await repositoryOf('contoso');
  const unasked = await world.run(['block', '--tenant', 'contoso', '--reason', 'x'], AS_APPLY);
  expect(unasked.code).toBe(1);
  expect(unasked.stderr).toMatch(/no terminal\. Nothing was sent\.\nfix: Give --yes/);
  const unknown = await world.run(['block', '--tenant', 'contso', '--reason', 'x', '--yes'], AS_APPLY);
  expect(unknown.code).toBe(1);
  expect(unknown.stderr).toMatch(/no policy without errors for tenant contso\. Nothing was sent/);
  expect((await world.run(['block', '--tenant', 'contoso', '--reason', ' ', '--yes'], AS_APPLY)).code).toBe(
    64,
  );
  expect((await world.run(['block', '--tenant', 'contoso', '--yes'], AS_APPLY)).code).toBe(64);
  expect(writesIn(world.sandbox)).toEqual([]);
  expect(existsSync(join(world.folder, '.iosmail'))).toBe(false);
});

const FREEZE = 'freeze:\n  reason: CHG-1101 year-end\n';

const FREEZES = [
  [
    'one tenant',
    'policies/tenants/contoso.yaml',
    'incident:\n  kind: frozen\n  reason: CHG-1101 year-end\n  since: 2026-11-24\n',
  ],
  ['all of them', 'policies/settings.yaml', FREEZE],
] as const;

test.each(DEEP ? FREEZES : FREEZES.slice(1))(
  'frozen, %s: plans are shown, applies are refused, also of an older plan',
  async (_what, file, entry) => {
    const { world, tenant } = await repositoryOf('contoso');
    // Somebody in the portal shows the app in My Apps.
    const app = appleApp(tenant);
    if (app !== undefined) app.tags = app.tags.filter((tag) => tag !== 'HideApp');
    await world.run(['plan', '--out', 'older.json']);
    const before = existsSync(join(world.folder, file)) ? textOf(world, file) : '';
    world.put(file, before + entry);
    const planned = await world.run(['plan', '--out', 'frozen.json']);
    expect(planned.stdout).toMatch(
      /tenant-frozen[\s\S]*Frozen[^:]*: nothing will be applied: CHG-1101 year-end/,
    );
    expect(planned.stdout).not.toMatch(/^Next:/m);
    for (const plan of ['older.json', 'frozen.json']) {
      const applied = await world.run(['apply', '--plan', plan]);
      expect(applied.code, applied.stdout).toBe(3);
      expect(applied.stdout).toMatch(/Refused: Frozen[^:]*: nothing will be applied: CHG-1101 year-end/);
    }
    expect(writesIn(world.sandbox)).toEqual([]);

    world.put(file, before === '' ? '{}\n' : before);
    const lifted = await world.run(['apply', '--plan', 'older.json']);
    expect(lifted.code, lifted.stdout).toBe(0);
    expect(writesIn(world.sandbox)).toHaveLength(1);
  },
);

const FILE = 'policies/tenants/woodgrove.yaml';
const HEAD = 'tenant:\n  name: woodgrove\n  id: dfdff506-4bfc-4582-a40c-e1de13c4eaf0\n';
const BEGIN = `${HEAD}application:\n  enabledForSignIn: true\nsafety:\n  settle: 0\n`;
const LISTED = `${BEGIN}assignments:\n  users:\n    - upn: anna@woodgrove.example\n  unlisted: remove\n`;

const gated = () =>
  woodgrove({
    people: ['anna'],
    userConsent: CONSENT.none,
    app: { required: true, tenantWide: 'EAS.AccessAsUser.All EWS.AccessAsUser.All' },
  });

/** Reviewed and merged; before its run starts, somebody froze everything. */
async function frozenMeanwhile() {
  const merging = await openMerging([gated()], { [FILE]: BEGIN });
  const { git, github, push, pushed, merged } = merging;
  const start = await git('rev-parse', 'origin/main');
  await push('list', { [FILE]: LISTED });
  const pull = await github.openPull({ branch: 'list', author: 'anna' });
  await pushed(pull);
  github.review({ pull, user: 'rita', state: 'APPROVED' });
  const commit = await github.merge(pull, { method: 'squash', by: 'anna' });
  await git('fetch', '--quiet', 'origin');
  await push('freeze', { 'policies/settings.yaml': FREEZE });
  const freezing = await github.openPull({ branch: 'freeze', author: 'anna' });
  const frozen = await github.merge(freezing, { method: 'squash', by: 'anna' });
  return { merging, commit, frozen, late: await merged(commit, start) };
}

// `test/unit/commands/held-now.test.ts` and the scenario `frozen` try the parts of it in every run.
inDeep('a freeze merged later stops a plan that was reviewed before it', async () => {
  const { merging, late } = await frozenMeanwhile();
  const step = late.jobs.apply?.steps.find(({ name }) => name.startsWith('Apply what'));
  expect(step?.code, step?.stderr).toBe(3);
  expect(step?.stdout).toMatch(/Refused: Frozen: nothing will be applied: CHG-1101 year-end/);
  expect(writesIn(merging.sandbox)).toEqual([]);
});

inDeep('lifting it by a pull request shows what it held, and its merge applies that', async () => {
  const { merging, commit, frozen } = await frozenMeanwhile();
  const { github, push, pushed, merged, sandbox } = merging;
  // Nor does the run of the freeze itself send anything.
  await merged(frozen, commit);
  expect(writesIn(sandbox)).toEqual([]);
  await push('lift', { 'policies/settings.yaml': undefined });
  const lifting = await github.openPull({ branch: 'lift', author: 'anna' });
  await pushed(lifting);
  const shown = [...github.hub.comments.values()].filter(({ on }) => on === lifting.number);
  expect(shown.map(({ body }) => body).join()).toMatch(/anna@woodgrove\.example/);
  github.review({ pull: lifting, user: 'rita', state: 'APPROVED' });
  await merged(await github.merge(lifting, { method: 'squash', by: 'anna' }), frozen);
  expect(writesIn(sandbox)).toHaveLength(1);
});
