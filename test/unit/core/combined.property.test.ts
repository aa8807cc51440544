import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Tenant } from './oracle.ts';
import { difference, type OracleGroup, safeOrders } from './oracle-orders.ts';
import { cases, compared, PATIENCE } from './plan-groups.ts';
import { directories, fulfilled, tenants, wishes } from './random.ts';

/** Both gates of the app in one request, which the planner never sends. */
function merged(groups: readonly OracleGroup[], target: Tenant): readonly OracleGroup[] | undefined {
  const gates = groups.filter(({ name }) => /^(enable|disable|require|un-require)$/.test(name));
  if (gates.length < 2 || target.app === 'absent') return undefined;
  const { app } = target;
  const both: OracleGroup = { name: 'both gates', elements: [(t) => ({ ...t, app })], after: [] };
  return [both, ...groups.filter((each) => !gates.includes(each))];
}

test(
  'flipping both gates in one request never opens a way that single requests do not have',
  () => {
    fc.assert(
      fc.property(
        directories,
        tenants.filter(({ app }) => app !== 'absent'),
        // Both gates flip in every case.
        wishes,
        (directory, before, wish) => {
          if (before.app === 'absent') return;
          const flipped = { ...wish, enabled: !before.app.enabled, required: !before.app.required };
          const target = fulfilled(before, flipped);
          const groups = difference(before, target);
          const together = merged(groups, target);
          expect(together).toBeDefined();
          if (together === undefined || safeOrders(before, together, directory).length === 0) return;
          expect(safeOrders(before, groups, directory)).not.toEqual([]);
        },
      ),
      cases(150),
    );
    compared(150);
  },
  PATIENCE,
);
