import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import type { Plan } from '../../src/core/plan.ts';
import type { TenantReport } from '../../src/core/report.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import type { Tenant } from '../../src/sandbox/tenant.ts';
import { sample } from '../depth.ts';
import { levelsOf } from '../scenarios/levels.ts';
import { reportOf } from '../scenarios/stage.ts';
import { only, openWorld, type Policies, temporaryFolder } from '../scenarios/world.ts';
import type { OracleLevel, Rules } from '../unit/core/oracle.ts';
import { type Schedule, type Turns, turns } from './turns.ts';

/** Schedules in the deep run, beside every one with a single change of turns. */
const MANY = 16;

/** A tenant, and what two people want of it at the same time. */
export type Case = {
  readonly tenant: () => Tenant;
  readonly policies: readonly [Policies, Policies];
  readonly rules: Rules;
};

/** A plan, and where everybody stands before it and after it, if nobody else is at work. */
export type Planned = {
  readonly plan: Plan;
  readonly start: readonly OracleLevel[];
  readonly end: readonly OracleLevel[];
};

/**
 * Two applies, a journal each, turn by turn: no write harms anybody once the other run could be seen, nothing is made
 * twice, and whoever lost says why.
 */
export async function beside(both: Case, [one, other]: readonly [Planned, Planned], schedule: Schedule) {
  const at = both.tenant();
  const turned = turns(schedule);
  const world = openWorld([at], turned.around);
  turned.waiting(world.clock);
  const harm = watchHarm(world.sandbox, at, turned, [one, other], both.rules);
  const elsewhere = temporaryFolder();
  const reports = (
    await turned.both(
      () => world.apply(one.plan, both.policies[0]),
      () => world.apply(other.plan, both.policies[1], { journal: elsewhere }),
    )
  ).map(reportOf);
  const told = `${schedule.join(' ')} (${turned.taken.join(' and ')} turns): ${reports.map(({ outcome, problem }) => `${outcome}: ${problem?.message}`).join(' · ')}`;
  expect(harm, told).toEqual([]);
  expect(twice(at), told).toEqual([]);
  for (const report of reports) tells(report, told);
  await world.clock.sleep(60_000);
  return { world, at, reports };
}

/**
 * Watches every write for harm by the plan it belongs to. A write of the other run in the very moment between a look
 * and the writes of the group after it cannot be seen; one that came before any waiting, or before a look, can.
 */
function watchHarm(
  sandbox: Sandbox,
  at: Tenant,
  turned: Turns,
  plans: readonly [Planned, Planned],
  rules: Rules,
): readonly string[] {
  const harmed: string[] = [];
  let now = 0;
  const looked = [0, 0];
  const waited = [0, 0];
  const wrote = [0, 0];
  const into: (string | undefined)[] = [];
  let before = levelsOf(at);
  sandbox.fault = ({ method, path, item }) => {
    now += 1;
    const me = turned.who();
    if (me !== undefined && item === true && method === 'GET' && isLook(path)) looked[me] = now;
    return undefined;
  };
  turned.onWait = () => {
    now += 1;
    const me = turned.who();
    if (me !== undefined) waited[me] = now;
  };
  sandbox.onCommit = (where, { method, path }) => {
    const me = turned.who();
    if (where !== at || me === undefined) return;
    now += 1;
    const { start, end } = plans[me === 0 ? 0 : 1];
    const levels = levelsOf(at);
    const harms = levels.some(
      (level, who) =>
        (rules.continuity &&
          [start[who], end[who], before[who]].every((each) => each === 'has') &&
          level !== 'has') ||
        (rules.containment &&
          [start[who], end[who], before[who]].every((each) => each === 'none') &&
          level !== 'none'),
    );
    const others = wrote[1 - me] ?? 0;
    const collection = collectionOf(method, path);
    // Every group begins with a look of its own.
    const looksFirst = collection === undefined || collection !== into[me];
    const unlooked = looksFirst && (wrote[me] ?? 0) > (looked[me] ?? 0);
    const unseen = !unlooked && others > (looked[me] ?? 0) && others > (waited[me] ?? 0);
    if (harms && !unseen) harmed.push(`run ${me}: ${method} ${path}`);
    wrote[me] = now;
    into[me] = collection;
    before = levels;
  };
  return harmed;
}

/** What is added to one list, or removed from it, may be of one group; a setting is a group of its own. */
function collectionOf(method: string, path: string): string | undefined {
  if (method === 'PATCH') return undefined;
  return `${method} ${method === 'DELETE' ? path.replace(/\/[^/]+$/, '') : path}`;
}

/** A look begins with the app itself. */
function isLook(path: string): boolean {
  return /servicePrincipals\(appId=|servicePrincipals\?.*appId/.test(path);
}

/** What there may be once only, and is there more often. */
function twice({ servicePrincipals, assignments, grants }: Tenant): readonly string[] {
  const keys = [
    ...[...servicePrincipals.values()].map(({ appId }) => `app ${appId}`),
    ...[...assignments.values()].map(
      (each) => `assignment ${each.resourceId} ${each.principalId} ${each.appRoleId}`,
    ),
    ...[...grants.values()].map((each) => `grant ${each.clientId} ${each.resourceId} ${each.principalId}`),
  ];
  return keys.filter((key, index) => keys.indexOf(key) !== index);
}

/** Whoever lost says why, and what to do next. */
function tells({ outcome, problem }: TenantReport, told: string): void {
  if (outcome === 'applied' || outcome === 'nothing to do') return;
  expect(['stale', 'partly applied', 'failed', 'refused'], told).toContain(outcome);
  expect(problem?.message.length, told).toBeGreaterThan(20);
  expect(problem?.fix.length, told).toBeGreaterThan(10);
}

/** Plans and applies with nobody beside it. */
export async function alone(tenant: () => Tenant, policies: Policies): Promise<Planned> {
  const at = tenant();
  const world = openWorld([at]);
  const plan = await world.plan(policies);
  expect(only(plan).status, JSON.stringify(only(plan).findings)).toBe('changes');
  const start = levelsOf(at);
  const report = reportOf(await world.apply(plan, policies));
  expect(report.outcome, report.problem?.message).toBe('applied');
  return { plan, start, end: levelsOf(at) };
}

/**
 * Schedules for two runs of about so many turns: every single change of turns, and further ones with up to six.
 * @param few how many of them are tried outside the deep run.
 */
export function schedules(name: string, steps: number, few: number): readonly Schedule[] {
  const single = Array.from({ length: steps }, (_, at) => [at]);
  const further = Array.from({ length: MANY }, (_, seed) => {
    const bytes = createHash('sha256').update(`${name} ${seed}`).digest();
    return Array.from(
      { length: 2 + ((bytes[0] ?? 0) % 5) },
      (_, at) => 1 + ((bytes[at + 1] ?? 0) % (steps / 2)),
    );
  });
  return sample<Schedule>([...single, ...further], few, (each) => `${name} ${each.join(' ')}`);
}
