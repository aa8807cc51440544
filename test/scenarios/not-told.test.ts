import { beforeEach, describe, expect, test } from 'vitest';
import { codeOfReport } from '../../src/commands/exit-code.ts';
import type { Plan } from '../../src/core/plan.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { reportOf, type Stage, stage } from './stage.ts';
import { writesIn } from './wire.ts';

// A read that is refused while a plan is applied is never "none left to do", and never "as planned".

const GRANTS = '/v1.0/oauth2PermissionGrants';
const REFUSED = {
  kind: 'answer' as const,
  status: 403,
  body: { error: { code: 'Authorization_RequestDenied', message: 'Insufficient privileges' } },
};
type Point = Parameters<NonNullable<Sandbox['fault']>>[0];
const readsGrants = (point: Point) => point.item === true && point.path.includes('oauth2PermissionGrants');

let open: Stage;
beforeEach(async () => {
  open = await stage('close-open-tenant-to-one-group');
});

const applied = async (plan: Plan = open.plan) => {
  const report = await open.world.apply(plan, open.policies);
  return { report: reportOf(report), code: codeOfReport(report) };
};

test('refused from the start: failed, nothing sent', async () => {
  open.world.sandbox.fault = (point) => (readsGrants(point) ? REFUSED : undefined);
  const { report, code } = await applied();
  expect([report.outcome, code]).toEqual(['failed', 1]);
  expect(writesIn(open.world.wire)).toEqual([]);
});

describe('the grant is sent, and grants cannot be read from then on', () => {
  test.each(['discard', 'reset-before', 'reset-after'] as const)(
    '%s: no later step rests on it',
    async (kind) => {
      let sent = false;
      open.world.sandbox.fault = (point) => {
        if (sent) return readsGrants(point) ? REFUSED : undefined;
        sent = point.method === 'POST' && point.path === GRANTS;
        return sent ? { kind } : undefined;
      };
      const { report, code } = await applied();
      expect([report.outcome, code]).toEqual(['partly applied', 5]);
      expect(report.steps.map(({ result }) => result)).not.toContain('already so');
      expect(writesIn(open.world.wire).some(({ method }) => method === 'PATCH' || method === 'DELETE')).toBe(
        false,
      );
    },
  );
});

test('only the reading back is refused: applied is not claimed', async () => {
  const steps = open.plan.tenants.flatMap((tenant) => ('steps' in tenant ? tenant.steps : []));
  let writes = 0;
  open.world.sandbox.fault = (point) => {
    if (point.method !== 'GET' && !/batch|token/.test(point.path)) writes += 1;
    return writes === steps.length && readsGrants(point) ? REFUSED : undefined;
  };
  const { report, code } = await applied();
  expect([report.outcome, code]).toEqual(['partly applied', 5]);
  expect(report.verification?.result).toBe('not read');
});
