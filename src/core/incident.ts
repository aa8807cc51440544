import type { Gates } from './assessment.ts';
import type { Finding, Position } from './finding.ts';
import type { TenantPolicy } from './state.ts';

/**
 * A lever pulled in an emergency, until a pull request removes it. `frozen`: plans are made, nothing is applied ·
 * `blocked`: that, and the app is held disabled for users to sign in.
 */
export type Incident = {
  readonly kind: 'frozen' | 'blocked';
  readonly reason: string;
  readonly by?: string;
  /** UTC day. */
  readonly since?: string;
};

/** "Frozen since 2026-11-24 by ada: nothing will be applied: INC-7 …". Text of the policy is not escaped yet. */
function incidentWords({ kind, reason, by, since }: Incident): string {
  const from = since === undefined ? '' : ` since ${since}`;
  const who = by === undefined ? '' : ` by ${by}`;
  const held =
    kind === 'blocked'
      ? ', and “Enabled for users to sign in?” is held at No by the incident, whatever else the policy says'
      : '';
  return `${kind === 'blocked' ? 'Blocked' : 'Frozen'}${from}${who}: nothing will be applied${held}: ${reason}`;
}

const LIFT =
  'To lift it, remove the entry by a pull request: its plan shows everything that will then be applied.';

/** Why nothing may be sent to a tenant, and what to do; undefined where there is no incident. */
export function heldBack(
  incident: Incident | undefined,
): { readonly why: string; readonly fix: string } | undefined {
  return incident === undefined ? undefined : { why: incidentWords(incident), fix: LIFT };
}

/** What a plan says about an incident, and about a block that somebody undid by hand. */
export function incidentFindings({ desired, origins }: TenantPolicy, before: Gates): readonly Finding[] {
  const { incident } = desired;
  if (incident === undefined) return [];
  const at = origins['/incident'];
  const place: { readonly at?: Position } = at === undefined ? {} : { at };
  const said: Finding = {
    rule: incident.kind === 'blocked' ? 'tenant-blocked' : 'tenant-frozen',
    severity: 'warning',
    message: incidentWords(incident),
    fix: LIFT,
    ...place,
  };
  if (incident.kind === 'frozen' || !before.exists || !before.enabled) return [said];
  return [
    said,
    {
      rule: 'block-undone',
      severity: 'error',
      message:
        'This tenant is blocked, and “Enabled for users to sign in?” is Yes: somebody switched it on again.',
      fix: `Run \`iosmail block --tenant ${desired.tenant.name}\` again, or lift the block by a pull request.`,
      ...place,
    },
  ];
}
