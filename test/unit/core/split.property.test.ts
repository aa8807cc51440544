import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TenantPlan } from '../../../src/core/plan.ts';
import { type Directory, profile, type Tenant } from './oracle.ts';
import { orderIsSafe } from './oracle-orders.ts';
import { asGroups, cases, compared, isOrdered, PATIENCE, planned } from './plan-groups.ts';
import { directories, fulfilled, tenants, type Wish, wishes } from './random.ts';

const NOTHING: Wish = {
  enabled: undefined,
  required: undefined,
  tenantWide: undefined,
  consentLets: undefined,
  revokeOwn: false,
  groups: undefined,
  users: undefined,
  keepUnlisted: false,
};

const advice = (plan: TenantPlan) => plan.findings.find(({ rule }) => rule === 'no-safe-order')?.fix ?? '';

/** The first pull request of "Split it so that nobody loses mail", as an administrator would read it. */
function firstHalf(text: string, before: Tenant, wish: Wish): Wish | undefined {
  const named = /nobody loses mail: first a pull request with (.*?) only \(/.exec(text)?.[1];
  if (named === undefined) return undefined;
  const target = fulfilled(before, wish);
  const adds = named.includes('the new `assignments`');
  const removes = named.includes('the removed `assignments`');
  const list = (now: ReadonlySet<string>, then: ReadonlySet<string>) =>
    [...new Set([...now, ...then])].filter((p) => (now.has(p) ? then.has(p) || !removes : adds));
  return {
    ...NOTHING,
    ...(named.includes('enabledForSignIn') ? { enabled: wish.enabled } : {}),
    ...(named.includes('assignmentRequired') ? { required: wish.required } : {}),
    ...(named.includes('tenantWide') ? { tenantWide: wish.tenantWide } : {}),
    ...(named.includes('userConsent') ? { consentLets: wish.consentLets } : {}),
    revokeOwn: named.includes('userGrants'),
    ...(adds || removes
      ? {
          groups: list(before.assignedGroups, target.assignedGroups),
          users: list(before.directUsers, target.directUsers),
        }
      : {}),
  };
}

async function followed(before: Tenant, d: Directory, first: Wish, second: Wish): Promise<Tenant> {
  const middle = fulfilled(before, first);
  for (const [from, wish] of [
    [before, first],
    [middle, second],
  ] as const) {
    const plan = await planned(from, d, wish);
    expect(isOrdered(plan), 'a half that is refused itself').toBe(true);
    expect(orderIsSafe(from, asGroups(plan, d), d)).toBe(true);
  }
  return middle;
}

test(
  'every split that a refusal advises works: both halves are ordered and safe, and mail keeps or outsiders stay out',
  async () => {
    let [mail, out] = [0, 0];
    await fc.assert(
      fc.asyncProperty(
        directories,
        tenants.filter(({ app }) => app !== 'absent'),
        // The kind of change that can have no safe order: closing what was open, or the grants changing places.
        wishes.map((wish) => ({ ...wish, required: true })),
        async (directory, open, wish) => {
          const before = { ...open, app: { enabled: true, required: false } };
          const plan = await planned(before, directory, wish);
          if (isOrdered(plan)) return;
          const start = profile(before, directory);
          const end = profile(fulfilled(before, wish), directory);
          const first = firstHalf(advice(plan), before, wish);
          if (first !== undefined) {
            mail += 1;
            const middle = profile(await followed(before, directory, first, wish), directory);
            middle.forEach((level, i) => {
              if (start[i] === 'has' && end[i] === 'has')
                expect(level, 'mail is kept in between').toBe('has');
            });
          }
          if (advice(plan).includes('nobody new gets in')) {
            out += 1;
            const off = { ...wish, enabled: false };
            const middle = await followed(before, directory, off, { ...wish, enabled: true });
            expect(new Set(profile(middle, directory))).toEqual(new Set(['none']));
          }
        },
      ),
      cases(120),
    );
    compared(120);
    expect(mail).toBeGreaterThan(0);
    expect(out).toBeGreaterThan(0);
  },
  PATIENCE,
);
