import type { Judged } from '../core/guardrail.ts';
import type { Json } from '../core/json.ts';
import type { Impact, Person } from '../core/plan.ts';
import type { Day, Desired } from '../core/state.ts';

/** A value an expression can look at. Numbers are whole, so that they compare with the ones people write. */
export type Fact =
  | string
  | boolean
  | bigint
  | null
  | readonly Fact[]
  | ReadonlyMap<string, string>
  | { readonly [key: string]: Fact };

/** What an expression can name; docs/guardrails.md says what each means. */
export type Facts = { readonly [name: string]: Fact };

/** The facts of one plan. Every key is always there, so that an expression that works for one plan works for all. */
export function factsOf({ plan, recentLosses, day }: Judged): Facts {
  const { policy, impact, steps, effect } = plan;
  const counted = new Set([...impact.lose, ...impact.retain].map(({ id }) => id));
  const unclear =
    impact.unread.length + impact.unknown.length > 0 ||
    [impact.everyoneElse.before, impact.everyoneElse.after].includes('unknown');
  // What nobody could count may well go the way its step goes.
  const goes = (direction: 'widens' | 'narrows') =>
    effect.includes(direction) || (unclear && steps.some((step) => step.direction === direction));
  return {
    tenant: { ...textsOf(policy.tenant), labels: new Map(Object.entries(policy.tenant.labels)) },
    policy: policyFacts(policy, day),
    exceptions: policy.exceptions.map(({ rule, limit, upn, reason, until }) => ({
      rule,
      limit: BigInt(limit ?? 0),
      upn: (upn ?? '').toLowerCase(),
      reason,
      until,
      days: daysFrom(day, until),
    })),
    plan: {
      steps: BigInt(steps.length),
      changes: steps.flatMap((step) =>
        step.changes.map(({ setting, label, before, after }) => ({
          setting,
          label,
          direction: step.direction,
          before: scalar(before),
          after: scalar(after),
        })),
      ),
      findings: plan.findings.map(({ rule, severity }) => ({ rule, severity })),
    },
    impact: impactFacts(impact),
    change: { effect, any: steps.length > 0, widens: goes('widens'), narrows: goes('narrows') },
    recentLosses: BigInt([...recentLosses].filter((id) => !counted.has(id)).length),
    today: day,
  };
}

function policyFacts({ application, consent, assignments, safety }: Desired, day: Day): Fact {
  const { groups, users } = assignments;
  const unmanaged = [
    ...Object.entries(application).map(([key, value]) => [`application.${key}`, value]),
    ...Object.entries(consent).map(([key, value]) => [`consent.${key}`, value]),
    ['assignments.groups', groups],
    ['assignments.users', users],
  ].flatMap(([path, value]) => (value === 'unmanaged' && typeof path === 'string' ? [path] : []));
  const { userConsent } = consent;
  const dated = (entry: { readonly from?: Day; readonly until?: Day; readonly reason?: string }) => ({
    from: entry.from ?? '',
    until: entry.until ?? '',
    reason: entry.reason ?? '',
    days: entry.until === undefined ? 0n : daysFrom(day, entry.until),
  });
  return {
    application: { ...application },
    consent: {
      tenantWide: consent.tenantWide === 'unmanaged' ? [] : [...consent.tenantWide],
      userConsent: typeof userConsent === 'string' ? userConsent : 'custom',
      userGrants: consent.userGrants,
    },
    assignments: {
      groups: (groups === 'unmanaged' ? [] : groups).map((entry) => ({
        name: entry.name ?? '',
        id: (entry.id ?? '').toLowerCase(),
        as: entry.as,
        limit: BigInt(entry.limit ?? 0),
        ...dated(entry),
      })),
      users: (users === 'unmanaged' ? [] : users).map((entry) => ({
        upn: entry.upn.toLowerCase(),
        ...dated(entry),
      })),
      unlisted: assignments.unlisted ?? '',
    },
    safety: {
      protected: safety.protected.map((upn) => upn.toLowerCase()),
      maxRemovals: String(safety.maxRemovals ?? ''),
      transition: safety.transition,
      settle: BigInt(safety.settle),
    },
    unmanaged,
  };
}

function impactFacts({ gain, lose, retain, unknown, everyoneElse, unread }: Impact): Fact {
  return {
    gain: gain.map(personFacts),
    lose: lose.map(personFacts),
    retain: retain.map(personFacts),
    unknown: unknown.map(personFacts),
    everyoneElse: { ...everyoneElse },
    unread: [...unread],
  };
}

/**
 * A guest is told by the kind of the account, or by the address as the directory makes it. Entra tells no large letters
 * from small ones in addresses and ids, so a rule must not either: all are small.
 */
function personFacts({ id, name, via, kind = [] }: Person): Fact {
  const called = name.toLowerCase();
  const guest = kind.includes('guest') || called.includes('#ext#');
  return { id: id.toLowerCase(), name: called, guest, via: [...via] };
}

function textsOf({ name, id, cloud }: Desired['tenant']) {
  return { name, id: id.toLowerCase(), cloud };
}

function scalar(value: Json): Fact {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  return JSON.stringify(value);
}

/** Whole days until then; 0 on the day itself, less once it is over. */
function daysFrom(day: Day, until: Day): bigint {
  const days = (Date.parse(until) - Date.parse(day)) / 86_400_000;
  return Number.isFinite(days) ? BigInt(Math.round(days)) : 1_000_000n;
}
