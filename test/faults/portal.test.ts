import { describe, expect, test } from 'vitest';
import { isFailed } from '../../src/core/plan.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import type { Tenant } from '../../src/sandbox/tenant.ts';
import { DEEP, sample } from '../depth.ts';
import { broken, levelsOf, watch } from '../scenarios/levels.ts';
import { reportOf } from '../scenarios/stage.ts';
import type { Sent } from '../scenarios/wire.ts';
import { count } from '../tally.ts';
import type { OracleLevel } from '../unit/core/oracle.ts';
import { EDITS, type Edit } from './edits.ts';
import { SCENARIOS, type Trial, trial, type Undisturbed, undisturbed } from './trial.ts';

/** Edits on each scenario, in `npm test` and in the deep run. */
const [FEW, MANY] = [8, 100];
/** On a large tenant, in `npm test`. */
const FEW_LARGE = 3;

// Somebody works in the portal between any two requests of an apply.
describe.each(SCENARIOS)('applying %s beside somebody in the portal', (name) => {
  test('no step harms anybody once the edit could be seen, and the loser says why', async () => {
    const well = await undisturbed(name);
    if (well.planned.status !== 'changes') return;
    const all = well.applying.flatMap((_, at) => EDITS.map((edit) => ({ edit, at })));
    const few = well.large ? FEW_LARGE : FEW;
    const cases = sample(all, few, ({ edit, at }) => `${edit.name} ${at}`, MANY);
    for (const { edit, at } of cases) {
      await edited(name, well, edit, at);
      count('portal edits between requests');
    }
    expect(cases.length).toBe(Math.min(all.length, DEEP ? MANY : few));
  });
});

async function edited(name: string, well: Undisturbed, edit: Edit, at: number): Promise<void> {
  const at0 = await trial(name);
  const { world, policies, arm, calm } = at0;
  const where = `${edit.name} at ${at} (${well.applying[at]?.method} ${well.applying[at]?.path})`;
  const harm = watchHarm(at0, well, edit);
  arm({ name: edit.name, how: 'tenant', fits: () => true, change: harm.make }, at);
  const first = reportOf(await world.apply(well.plan, policies));
  const told = `${where}: ${first.outcome} (${first.problem?.message})`;
  expect(harm.seen(), told).toEqual([]);
  if (first.outcome !== 'applied' && first.outcome !== 'nothing to do') {
    expect(first.problem?.message.length, told).toBeGreaterThan(20);
    expect(first.problem?.fix.length, told).toBeGreaterThan(10);
  }
  await calm();
  if (first.outcome === 'applied' && harm.wasLookedAt()) {
    const [plan] = (await world.plan(policies)).tenants;
    expect(['unchanged', at0.scenario.again], told).toContain(plan?.status);
  }
  await goesOn(at0, told);
}

/** From wherever the edit left the tenant, the next plan is as safe as any, and leads where the policy says. */
async function goesOn({ world, tenant, policies, rules, scenario }: Trial, told: string): Promise<void> {
  const plan = await world.plan(policies);
  const [next] = plan.tenants;
  if (next === undefined || isFailed(next) || next.status !== 'changes') return;
  const moments = watch(world.sandbox, tenant);
  const report = reportOf(await world.apply(plan, policies));
  const after = `${told}; then ${report.outcome} (${report.problem?.message})`;
  if (scenario.outcome === 'applied') expect(report.outcome, after).toBe('applied');
  expect(broken(moments, levelsOf(tenant), rules), after).toEqual([]);
}

/**
 * Watches our own writes for harm: one that takes mail from somebody who was to keep it, or gives it to somebody who
 * was never to have it. An edit in the very moment between a look and the write after it cannot be seen; one that came
 * before any waiting can.
 */
function watchHarm({ world, tenant, rules }: Trial, { planned, end }: Undisturbed, edit: Edit) {
  const start = levelsOf(tenant);
  let before: readonly OracleLevel[] = start;
  let editedAt: number | undefined;
  let editTime: number | undefined;
  const time = () => world.clock.now().getTime();
  const harmed: string[] = [];
  const already = world.sandbox.onCommit;
  const commit: NonNullable<Sandbox['onCommit']> = (at, written) => {
    already?.(at, written);
    if (at !== tenant) return;
    const now = levelsOf(tenant);
    const harms = now.some(
      (level, who) =>
        (rules.continuity &&
          start[who] === 'has' &&
          end[who] === 'has' &&
          before[who] === 'has' &&
          level !== 'has') ||
        (rules.containment &&
          start[who] === 'none' &&
          end[who] === 'none' &&
          before[who] === 'none' &&
          level !== 'none'),
    );
    const tooSoon = time() === editTime && !looksAfter(world.wire, editedAt ?? 0);
    if (harms && !tooSoon) harmed.push(`${written.method} ${written.path}`);
    before = now;
  };
  world.sandbox.onCommit = commit;
  return {
    make: (at: Tenant) => {
      edit.make(at);
      editedAt = world.wire.length;
      editTime = time();
      before = levelsOf(tenant);
    },
    seen: () => harmed,
    wasLookedAt: () => editedAt !== undefined && looksAfter(world.wire, editedAt) && planned.steps.length > 0,
  };
}

/** Whether everything was read anew after a moment: a look begins with the app itself. */
function looksAfter(wire: readonly Sent[], moment: number): boolean {
  return wire.slice(moment).some(({ body }) => {
    const { requests = [] } = (body ?? {}) as { readonly requests?: readonly { readonly url: string }[] };
    return requests.some(({ url }) => /servicePrincipals\(appId=|servicePrincipals\?.*appId/.test(url));
  });
}
