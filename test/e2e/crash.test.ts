import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Entry } from '../../src/apply/journal.ts';
import type { Tenant } from '../../src/sandbox/tenant.ts';
import { builtInTenants } from '../../src/sandbox/tenants.ts';
import { DEEP, sample } from '../depth.ts';
import { broken, levelsOf, watch } from '../scenarios/levels.ts';
import { count } from '../tally.ts';
import type { Ended } from './iosmail.ts';
import { killedMerge, WRITES } from './merge-killed.ts';
import { putExamples, serveTenants, type World } from './world.ts';

/** Places at which a process is killed outside the deep run, in all. */
const FEW = 2;
/** Worlds at the same time: a run mostly waits between two reads that are to agree. */
const WIDTH = 6;

type When = 'before' | 'after';
type Place = { readonly at: number; readonly when: When };

/** How a tenant is applied when nobody kills anything. */
type Undisturbed = {
  readonly plan: string;
  readonly exchanges: number;
  readonly commits: readonly string[];
  readonly end: Tenant;
};

const APPLY = ['apply', '--plan', 'plan.json'];

// A process of its own, killed by SIGKILL while its nth exchange is under way, sign-in included.
describe.each(DEEP ? ['adatum', 'northwind'] : ['adatum'])(
  'a process that applies %s and is killed',
  (name) => {
    test('is finished by the same command, nothing lost and nothing sent twice', async () => {
      const well = await undisturbed(name);
      const all = Array.from({ length: well.exchanges }, (_, at) => at).flatMap((at): readonly Place[] => [
        { at, when: 'before' },
        { at, when: 'after' },
      ]);
      expect(all.length).toBeGreaterThan(30);
      const places = [...sample(all, FEW, ({ at, when }) => `${name} ${at} ${when}`)];
      const worker = async () => {
        for (let place = places.pop(); place !== undefined; place = places.pop()) {
          await killed(name, well, place);
          count('processes killed');
        }
      };
      await Promise.all(Array.from({ length: WIDTH }, worker));
    }, 900_000);
  },
);

// A merge takes ten seconds of processes, so it is killed in the deep run only.
test.each(DEEP ? Array.from({ length: WRITES }, (_, at) => at + 1) : [])(
  'an apply of a merge that is killed with write %i: unknown, and finished by the next run',
  async (nth) => {
    await killedMerge(nth);
    count('processes killed');
  },
  300_000,
);

async function undisturbed(name: string): Promise<Undisturbed> {
  const { world, tenant } = await opened(name);
  const planned = await world.run(['plan', '--out', 'plan.json']);
  expect(planned.code, planned.stdout).toBe(0);
  const plan = readFileSync(join(world.folder, 'plan.json'), 'utf8');
  const from = world.sandbox.log.length;
  const commits = commitsIn(world);
  endsWell(await world.run(APPLY), name);
  return { plan, exchanges: world.sandbox.log.length - from, commits, end: tenant };
}

async function opened(name: string): Promise<{ readonly world: World; readonly tenant: Tenant }> {
  const [tenant] = builtInTenants(name);
  if (tenant === undefined) throw new Error(`there is no tenant ${name}`);
  const world = await serveTenants(tenant);
  putExamples(world, name);
  return { world, tenant };
}

async function killed(name: string, well: Undisturbed, { at, when }: Place): Promise<void> {
  const { world, tenant } = await opened(name);
  world.put('plan.json', well.plan);
  const where = `${name}, ${when} exchange ${at}`;
  const moments = watch(world.sandbox, tenant);
  const commits = commitsIn(world);
  const run = world.start(APPLY);
  let arrived = 0;
  const die = async () => {
    run.child.kill('SIGKILL');
    await run.ended;
  };
  world.arriving = async () => {
    arrived += 1;
    if (when === 'after' || arrived !== at + 1) return;
    await die();
    throw new Error('nobody is there any more');
  };
  world.passing = async (answer) => {
    if (when === 'after' && arrived >= at + 1 && run.child.signalCode === null) await die();
    return answer;
  };
  expect(await run.ended, where).toMatchObject({ code: null, signal: 'SIGKILL' });
  world.arriving = async () => {};
  world.passing = async (answer) => answer;
  const before = journalOf(world, tenant);
  const sent = entriesIn(before).flatMap((entry) =>
    entry.event === 'sending' ? [spelled(entry.request)] : [],
  );
  expect(sent.slice(0, commits.length), where).toEqual(commits);
  expect(sent.length - commits.length, `${where}: at most one was under way`).toBeLessThanOrEqual(1);

  endsWell(await world.run(APPLY), where);
  expect(commits, where).toEqual(well.commits);
  const after = journalOf(world, tenant);
  expect(after.startsWith(before), `${where}: the journal only grows`).toBe(true);
  expect(entriesIn(after).at(-1), where).toMatchObject({ event: 'end' });
  expect(settings(tenant), where).toBe(settings(well.end));
  expect(broken(moments, levelsOf(tenant)), where).toEqual([]);
}

function endsWell({ code, stdout, stderr }: Ended, where: string): void {
  expect(code, `${where}: ${stdout}${stderr}`).toBe(0);
  expect(stdout, where).toMatch(/ (APPLIED|NOTHING TO DO)\b/);
}

/** The writes that take from now on, each in the journal before it arrives. */
function commitsIn(world: World): readonly string[] {
  const commits: string[] = [];
  const already = world.sandbox.onCommit;
  world.sandbox.onCommit = (tenant, written) => {
    already?.(tenant, written);
    const last = entriesIn(journalOf(world, tenant)).at(-1);
    const known = last?.event === 'sending' && last.request.path === written.path;
    commits.push(known ? spelled(written) : `${spelled(written)}, not in the journal`);
  };
  return commits;
}

const spelled = ({ method, path }: { readonly method: string; readonly path: string }) => `${method} ${path}`;

function journalOf({ folder }: World, { id }: Tenant): string {
  const file = join(folder, '.iosmail/journal', `${id}.jsonl`);
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

function entriesIn(text: string): readonly Entry[] {
  return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Entry]));
}

/** What a tenant is set to, whatever ids new objects were given and whenever that was. */
function settings(tenant: Tenant): string {
  const sorted = (rows: Iterable<object>, ...fields: readonly string[]) =>
    [...rows]
      .map((row) => fields.map((field) => Reflect.get(row, field)))
      .map((row) => JSON.stringify(row))
      .sort();
  return JSON.stringify([
    sorted(tenant.servicePrincipals.values(), 'appId', 'accountEnabled', 'appRoleAssignmentRequired', 'tags'),
    sorted(tenant.assignments.values(), 'principalId', 'appRoleId'),
    sorted(tenant.grants.values(), 'consentType', 'principalId', 'scope'),
    [...tenant.policies.values()],
  ]);
}
