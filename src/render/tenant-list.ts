import type { TenantReport } from '../core/report.ts';
import { forMarkdown } from './safe.ts';

/**
 * One line a tenant, those that did not end as planned first, where the whole would be longer than GitHub takes.
 * @param room in characters; what does not fit is counted in the last line.
 */
export function tenantList(tenants: readonly TenantReport[], room: number): readonly string[] {
  const isWell = ({ outcome }: TenantReport) => outcome === 'applied' || outcome === 'nothing to do';
  const sorted = [...tenants.filter((each) => !isWell(each)), ...tenants.filter(isWell)];
  const lines: string[] = [];
  let left = room - '- and 000000 more'.length;
  for (const { tenant, outcome } of sorted) {
    const line = `- ${forMarkdown(tenant.name)}: ${outcome}`;
    left -= line.length + 1;
    if (left < 0) return [...lines, `- and ${sorted.length - lines.length} more`];
    lines.push(line);
  }
  return lines;
}
