import type { TenantPolicy } from '../core/state.ts';
import { WHO_FORMAT, type WhoReport } from '../core/who.ts';
import type { Connection } from '../graph/connect.ts';
import { openReader } from '../graph/open-reader.ts';
import { each } from './each.ts';
import { problemOf } from './problem.ts';
import { readAccessList } from './who-reads.ts';

/** Tenants read at the same time; each may hold tens of thousands of people. */
const WIDTH = 4;

/** Lists who has access in every tenant; what breaks in one is told there and stops no other. */
export async function whoFleet(fleet: {
  readonly tenants: readonly TenantPolicy[];
  readonly day: string;
  readonly version: string;
  readonly connect: (policy: TenantPolicy) => Promise<Connection>;
}): Promise<WhoReport> {
  const tenants = await each(fleet.tenants, WIDTH, async (policy) => {
    const { name, id, cloud } = policy.desired.tenant;
    try {
      return await readAccessList(openReader(await fleet.connect(policy)), policy, fleet.day);
    } catch (error) {
      return { tenant: { name, id, cloud }, status: 'failed' as const, error: problemOf(error) };
    }
  });
  return { formatVersion: WHO_FORMAT, tool: { name: 'iosmail', version: fleet.version }, tenants };
}
