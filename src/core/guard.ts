import { levelOf, type Who } from './access.ts';
import type { Gates } from './assessment.ts';
import type { Finding } from './finding.ts';
import type { Guarded } from './guarded.ts';
import { levelIn, mayLose } from './impact.ts';
import { type Candidate, candidates, whoIs } from './people.ts';
import { keptByRole, protectedPeople } from './protected.ts';
import { inForce } from './state.ts';

/** The rules that look at the whole change; a reviewed `exceptions` entry in force turns an error into a warning. */
export function guard(guarded: Guarded): readonly Finding[] {
  const findings = [
    ...closesOpenTenant(guarded),
    ...emptiesAccess(guarded),
    ...removalLimit(guarded),
    ...protectedPeople(guarded),
    ...keptByRole(guarded),
  ];
  return findings.map((finding) => waive(finding, guarded));
}

const STRANGER: Who = { principals: [], own: { scopes: new Set() } };

/** Everyone who is not named cannot be counted, so no limit speaks for them: what they lose needs a reviewed exception. */
function closesOpenTenant({ before, after, worlds }: Guarded): readonly Finding[] {
  const ends = worlds.map(
    (world) => [levelOf(before, STRANGER, world), levelOf(after, STRANGER, world)] as const,
  );
  const shuts = ends.some(([from, to]) => from !== 'none' && to === 'none');
  if (!shuts && !ends.some(([from, to]) => from === 'has' && to === 'may')) return [];
  return [
    {
      rule: 'closes-open-tenant',
      severity: 'error',
      message: shuts
        ? 'Today everyone in this tenant can use Apple Mail or open it by consenting; after this change only the people listed can.'
        : 'Today everyone in this tenant can use Apple Mail; after this change whoever has no grant of their own must consent first.',
      fix: 'If that is intended, add an exceptions entry for closes-open-tenant to this policy.',
      waivable: {},
    },
  ];
}

function emptiesAccess({ before, after, directory, worlds, impact }: Guarded): readonly Finding[] {
  // Whoever passes only as a Global Administrator is nobody the app was opened for: they hide no outage.
  const people = candidates(before, after, directory)
    .filter(isEnabled)
    .map(({ id, principals }) => whoIs({ id, principals }));
  const someone = (gates: Gates) =>
    levelIn(gates, STRANGER, worlds) !== 'none' ||
    people.some((who) => levelIn(gates, who, worlds) !== 'none') ||
    (gates.enabled && gates.exists && impact.unread.length > 0 && gates.assignees.size > 0);
  if (!someone(before) || someone(after)) return [];
  return [
    {
      rule: 'empties-access',
      severity: 'error',
      message: 'After this change nobody in this tenant can use Apple Mail.',
      fix: 'If that is intended (a block, say), add an exceptions entry for empties-access to this policy.',
      waivable: {},
    },
  ];
}

/** Whether somebody can sign in with the account, as far as its state may be read. */
function isEnabled({ kind }: Candidate): boolean {
  return kind?.includes('account disabled') !== true;
}

function removalLimit({
  desired,
  before,
  after,
  impact,
  directory,
  worlds,
  recentLosses,
  origins,
}: Guarded): readonly Finding[] {
  const people = candidates(before, after, directory);
  const hadAccess = people.filter((person) =>
    worlds.some((world) => levelOf(before, whoIs(person), world) === 'has'),
  );
  const lost = new Set(
    hadAccess.filter((person) => mayLose(before, after, whoIs(person), worlds)).map(({ id }) => id),
  );
  // An account that nobody signs in with must not raise a limit that is a share; who loses counts, whatever the account.
  const disabled = hadAccess.filter((person) => !isEnabled(person)).length;
  const still = new Set(hadAccess.map(({ id }) => id).filter((id) => !lost.has(id)));
  const earlier = [...recentLosses].filter((id) => !lost.has(id) && !still.has(id));
  const total = hadAccess.length + earlier.length;
  const limit = limitFor(desired.safety.maxRemovals, total - disabled);
  const removed = lost.size + earlier.length;
  const uncountable = impact.unread.length > 0 && narrows(before, after);
  const at = origins['/safety/maxRemovals'];
  // What nobody can count no number can allow.
  if (uncountable) {
    return [
      {
        rule: 'removal-limit',
        severity: 'error',
        message: `How many people would lose access cannot be counted: ${impact.unread.join('; ')}.`,
        fix: 'Grant the plan identity the permission to read it (GroupMember.Read.All; Member.Read.Hidden for groups that hide their members), then plan again.',
        ...(at === undefined ? {} : { at }),
      },
    ];
  }
  if (lost.size === 0 || removed <= limit) return [];
  const window = earlier.length === 0 ? '' : ` (${earlier.length} of them in the last seven days)`;
  const isShare = typeof desired.safety.maxRemovals !== 'number';
  const counted =
    disabled === 0 || !isShare ? '' : `, as ${disabled} of the accounts are disabled and do not raise it`;
  return [
    {
      rule: 'removal-limit',
      severity: 'error',
      message: `${removed} of ${total} people who have access would lose it${window}; the limit is ${limit}${counted}.`,
      fix: `If that is intended, add an exceptions entry for removal-limit with limit: ${removed} to this policy.`,
      waivable: { limit: removed },
      ...(at === undefined ? {} : { at }),
    },
  ];
}

/** A number of people, or a percentage of those who have access, rounded down; unset: the larger of 3 people and 10 %. */
function limitFor(maxRemovals: number | string | undefined, people: number): number {
  if (typeof maxRemovals === 'number') return maxRemovals;
  const share = (percent: number) => Math.floor((people * percent) / 100);
  return maxRemovals === undefined ? Math.max(3, share(10)) : share(Number.parseInt(maxRemovals, 10));
}

function narrows(before: Gates, after: Gates): boolean {
  const fewerAssigned = [...before.assignees.keys()].some((id) => !after.assignees.has(id));
  const own = before.own.known && after.own.known ? before.own.value : new Map<string, ReadonlySet<string>>();
  const fewerOwn = [...own].some(
    ([id, scopes]) => (after.own.known ? (after.own.value.get(id)?.size ?? 0) : 0) < scopes.size,
  );
  const shut = (before.enabled && !after.enabled) || (!before.required && after.required);
  const fewerScopes =
    before.tenantWide.known && after.tenantWide.known
      ? [...before.tenantWide.value].some(
          (scope) => !(after.tenantWide.known && after.tenantWide.value.has(scope)),
        )
      : false;
  return before.exists && (fewerAssigned || fewerOwn || shut || fewerScopes);
}

function waive(finding: Finding, { desired, day }: Guarded): Finding {
  const { waivable, fix: _, ...said } = finding;
  if (waivable === undefined) return finding;
  const exception = desired.exceptions.find(
    (each) =>
      each.rule === finding.rule &&
      inForce(each, day) &&
      (waivable.limit === undefined || (each.limit ?? 0) >= waivable.limit) &&
      (waivable.person === undefined || each.upn === waivable.person),
  );
  if (exception === undefined) return finding;
  return { ...said, severity: 'warning', waived: { reason: exception.reason, until: exception.until } };
}
