import type { Finding, Severity } from '../core/finding.ts';
import { byText } from '../core/json.ts';
import { count } from './words.ts';

/** What `validate` found. */
export type FindingsReport = {
  readonly findings: readonly Finding[];
  /** Names of the tenants whose policy can be planned. */
  readonly tenants: readonly string[];
  /** Files that cannot be used; their findings say why. */
  readonly broken: readonly string[];
};

/** By file, line and column; what has no place comes first. */
export function byPlace(findings: readonly Finding[]): readonly Finding[] {
  return [...findings].sort(
    ({ at: a, rule: one }, { at: b, rule: other }) =>
      byText(a?.file ?? '', b?.file ?? '') ||
      (a?.line ?? 0) - (b?.line ?? 0) ||
      (a?.column ?? 0) - (b?.column ?? 0) ||
      byText(one, other),
  );
}

/** "Checked 8 tenants: no problems." or "Checked 8 tenants: 1 error, 2 warnings; 1 file cannot be used." */
export function findingsFooter({ findings, tenants, broken }: FindingsReport): string {
  const counted = (severity: Severity, one: string, many: string) => {
    const those = findings.filter((finding) => finding.severity === severity).length;
    return those === 0 ? [] : [count(those, one, many)];
  };
  const sums = [
    ...counted('error', 'error', 'errors'),
    ...counted('warning', 'warning', 'warnings'),
    ...counted('info', 'note', 'notes'),
  ];
  const unusable = broken.length === 0 ? '' : `; ${count(broken.length, 'file', 'files')} cannot be used`;
  return `Checked ${count(tenants.length, 'tenant', 'tenants')}: ${sums.length === 0 ? 'no problems' : sums.join(', ')}${unusable}.`;
}
