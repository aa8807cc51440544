import { describe, expect, test } from 'vitest';
import type { Fault } from '../../src/sandbox/fault.ts';
import { broken, levelsOf, watch } from './levels.ts';
import { expectedRequests } from './run.ts';
import { commitsIn, reportOf, type Stage, stage } from './stage.ts';
import { type Sent, writesIn } from './wire.ts';
import { only } from './world.ts';

/** The matrix of `test/faults` tries the other scenarios; here every write of two is struck in every run. */
const NAMES = ['everything-at-once', 'absent-to-gated-consent-open'];

const isWrite = ({ method, path }: { readonly method: string; readonly path: string }) =>
  method !== 'GET' && path.startsWith('/v1.0/') && path !== '/v1.0/$batch';

/** Lets a fault strike one write of an apply, counted from 0, and only the first time it is sent. */
function strike({ world }: Stage, at: number, fault: Fault): void {
  let seen = 0;
  world.sandbox.fault = (point) => (isWrite(point) && seen++ === at ? fault : undefined);
}

describe.each(NAMES)('%s', (name) => {
  test('a write that is accepted and discarded is never reported as applied', async () => {
    const { planned, ...well } = await stage(name);
    await well.world.apply(well.plan, well.policies);
    const end = levelsOf(well.tenant);
    for (const { number } of planned.steps) {
      const staged = await stage(name);
      const { world, tenant, plan, policies, rules } = staged;
      const moments = watch(world.sandbox, tenant);
      strike(staged, number - 1, { kind: 'discard' });
      const { outcome, steps, problem } = reportOf(await world.apply(plan, policies));
      const where = `step ${number} discarded`;
      expect(outcome, where).not.toBe('applied');
      expect(problem?.message, where).toBeDefined();
      // A write that follows and rests on it may fail first; then the rest is not sent.
      if (steps.every(({ result }) => result !== 'not sent'))
        expect(steps[number - 1]?.result, where).toBe('failed');
      // What comes after it, too, keeps everybody safe who was to be.
      expect(broken(moments, end, rules), where).toEqual([]);
      delete world.sandbox.fault;
      // Somebody looks into it; the same apply then finishes what is left, or says what moved and sends nothing.
      const again = reportOf(await world.apply(plan, policies));
      expect(['applied', 'stale'], `${where}: ${again.problem?.message}`).toContain(again.outcome);
      if (again.outcome !== 'applied') continue;
      expect(only(await world.plan(policies)).status, where).toBe('unchanged');
    }
  });

  test.each<{ kind: 'reset-after' | 'reset-before' | 'truncate' }>([
    { kind: 'reset-after' },
    { kind: 'reset-before' },
    { kind: 'truncate' },
  ])('an answer lost by $kind leaves no object twice and none out', async ({ kind }) => {
    const { planned } = await stage(name);
    for (const { number } of planned.steps) {
      const staged = await stage(name);
      const { world, tenant, plan, policies, rules } = staged;
      const moments = watch(world.sandbox, tenant);
      const commits = commitsIn(world, tenant);
      strike(staged, number - 1, { kind });
      const where = `answer ${number} lost`;
      const { outcome, problem } = reportOf(await world.apply(plan, policies));
      expect(outcome, `${where}: ${problem?.message}`).toBe('applied');
      expect(commits, where).toEqual(expectedRequests(planned, tenant));
      expect(broken(moments, levelsOf(tenant), rules), where).toEqual([]);
      expect(only(await world.plan(policies)).status, where).toBe('unchanged');
    }
  });

  test('throttled, unavailable or refused at any write: converged, or stopped and finished later', async () => {
    const { planned } = await stage(name);
    const answers: readonly Fault[] = [
      { kind: 'answer', status: 429, headers: { 'Retry-After': '7' } },
      { kind: 'answer', status: 503 },
      {
        kind: 'answer',
        status: 403,
        body: { error: { code: 'Authorization_RequestDenied', message: 'No.' } },
      },
    ];
    for (const fault of answers) {
      for (const { number } of planned.steps) {
        const staged = await stage(name);
        const { world, tenant, plan, policies, rules } = staged;
        const moments = watch(world.sandbox, tenant);
        const commits = commitsIn(world, tenant);
        strike(staged, number - 1, fault);
        const first = reportOf(await world.apply(plan, policies));
        const status = fault.kind === 'answer' ? fault.status : 0;
        const where = `${status} at step ${number}: ${first.problem?.message}`;
        expect(first.outcome, where).toBe(
          status !== 403 ? 'applied' : number === 1 ? 'failed' : 'partly applied',
        );
        if (first.outcome !== 'applied')
          expect(reportOf(await world.apply(plan, policies)).outcome, where).toBe('applied');
        expect(commits, where).toEqual(expectedRequests(planned, tenant));
        expect(broken(moments, levelsOf(tenant), rules), where).toEqual([]);
      }
    }
  });

  test('interrupted between any two steps, the same apply sends the rest', async () => {
    const { planned } = await stage(name);
    for (let after = 0; after < planned.steps.length; after++) {
      const { world, tenant, plan, policies, rules } = await stage(name);
      const moments = watch(world.sandbox, tenant);
      const commits = commitsIn(world, tenant);
      const stopping = () => commits.length >= after;
      const first = reportOf(await world.apply(plan, policies, { stopping }));
      const where = `interrupted after ${after} steps`;
      expect(commits, where).toHaveLength(after);
      expect(first.outcome, where).toBe(after === 0 ? 'failed' : 'partly applied');
      expect(first.problem?.message, where).toContain('Interrupted');
      expect(reportOf(await world.apply(plan, policies)).outcome, where).toBe('applied');
      expect(commits, where).toEqual(expectedRequests(planned, tenant));
      expect(broken(moments, levelsOf(tenant), rules), where).toEqual([]);
    }
  });

  test('reads that lag half a minute: it converges, and nothing narrows before reads show what it rests on', async () => {
    // Without a settle time, so that only the agreeing reads can hold a narrowing step back.
    const { world, tenant, plan, planned, policies, rules } = await stage(name, { settle: 0 });
    const moments = watch(world.sandbox, tenant);
    tenant.settings.lagSeconds = 30;
    const from = world.wire.length;
    const { outcome, problem } = reportOf(await world.apply(plan, policies));
    expect(outcome, problem?.message).toBe('applied');
    expect(broken(moments, levelsOf(tenant), rules)).toEqual([]);
    const writes = writesIn(world.wire.slice(from));
    planned.steps.forEach(({ settle }, at) => {
      if (settle === undefined || at === 0) return;
      const [now, last] = [writes[at], writes[at - 1]] as [Sent, Sent];
      expect(now.at - last.at, `step ${at + 1}`).toBeGreaterThanOrEqual(30_000);
    });
  });
});
