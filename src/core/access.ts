import type { Effect, Gates } from './assessment.ts';
import type { Level } from './plan.ts';
import { known } from './request.ts';
import { MAIL_SCOPES } from './state.ts';

/**
 * One way in which what nobody proved, or nobody could read, may turn out.
 * A statement about access holds only when it holds in every world.
 */
export type World = {
  /** Whether a grant a person gave still counts once assignment is required: not proven, so both ways are kept. */
  readonly ownCountsWhenRequired: boolean;
  /** The scopes a mail client needs: both, unless a real tenant shows that one is enough. */
  readonly needed: readonly string[];
  /** The unread user consent settings that would say yes; before and after may be two of them. */
  readonly userConsent: ReadonlySet<Gates['userConsent']>;
  /** What an unread tenant-wide grant would hold. */
  readonly tenantWide: readonly string[];
};

/** Whose access is asked for: the principals that assign them, and the grant they gave themselves. */
export type Who = {
  /** Their own user id and the ids of the groups they are direct members of; nested groups assign nobody. */
  readonly principals: readonly string[];
  /** The person whose own grant counts, or scopes taken for granted when grants could not be read. */
  readonly own: { readonly person: string } | { readonly scopes: ReadonlySet<string> };
  /** Global Administrators pass the assignment gate unassigned. */
  readonly administrator?: true;
};

export const RANK: { readonly [level in Level]: 0 | 1 | 2 } = { none: 0, may: 1, has: 2 };

const NEEDED: readonly (readonly string[])[] = [[...MAIL_SCOPES], ...MAIL_SCOPES.map((scope) => [scope])];
/** What a grant that nobody could read may hold. */
export const SUBSETS: readonly (readonly string[])[] = [[], ...NEEDED];

/** Every world that the readings of these states leave open. */
export function worlds(...states: readonly Gates[]): readonly World[] {
  const unread = new Set(states.map((gates) => gates.userConsent).filter((reading) => !reading.known));
  const consents = [...unread].reduce(
    (sofar, reading) => sofar.flatMap((yes) => [yes, new Set([...yes, reading])]),
    [new Set<Gates['userConsent']>()],
  );
  const grants = states.every((gates) => gates.tenantWide.known) ? [[]] : SUBSETS;
  return NEEDED.flatMap((needed) =>
    [true, false].flatMap((ownCountsWhenRequired) =>
      consents.flatMap((userConsent) =>
        grants.map((tenantWide) => ({ needed, ownCountsWhenRequired, userConsent, tenantWide })),
      ),
    ),
  );
}

/**
 * A person's level in a state: *has* signs in, *may* can open it by consenting, *none* neither.
 * An absent app is not a closed gate: whoever may consent creates it by consenting.
 */
export function levelOf(gates: Gates, who: Who, world: World): Level {
  const mayConsent = gates.userConsent.known
    ? gates.userConsent.value
    : world.userConsent.has(gates.userConsent);
  if (!gates.exists) return mayConsent ? 'may' : 'none';
  const assigned = who.administrator === true || who.principals.some((id) => gates.assignees.has(id));
  if (!gates.enabled || (gates.required && !assigned)) return 'none';
  const tenantWide = gates.tenantWide.known ? gates.tenantWide.value : new Set(world.tenantWide);
  const own = gates.required && !world.ownCountsWhenRequired ? NOTHING : ownScopes(gates, who);
  if (world.needed.every((scope) => tenantWide.has(scope) || own.has(scope))) return 'has';
  return !gates.required && mayConsent ? 'may' : 'none';
}

const NOTHING: ReadonlySet<string> = new Set();

function ownScopes(gates: Gates, who: Who): ReadonlySet<string> {
  if ('scopes' in who.own) return who.own.scopes;
  return gates.own.known ? (gates.own.value.get(who.own.person) ?? NOTHING) : NOTHING;
}

/** The gates after these effects, in this order. The large maps are copied once, whatever the number of effects. */
export function after(gates: Gates, effects: readonly Effect[]): Gates {
  const assignees = new Map(gates.assignees);
  const own = gates.own.known ? new Map(gates.own.value) : undefined;
  let now: Gates = { ...gates, assignees, own: own === undefined ? gates.own : known(own) };
  for (const effect of effects) {
    switch (effect.gate) {
      case 'exists':
        now = { ...now, exists: true, enabled: effect.enabled, required: effect.required };
        break;
      case 'enabled':
        now = { ...now, enabled: effect.to };
        break;
      case 'required':
        now = { ...now, required: effect.to };
        break;
      case 'tenantWide':
        now = { ...now, tenantWide: known(new Set(effect.to)) };
        break;
      case 'userConsent':
        now = { ...now, userConsent: effect.to };
        break;
      case 'assignee':
        if (effect.to) assignees.set(effect.assignee.id, effect.assignee);
        else assignees.delete(effect.assignee.id);
        break;
      case 'ownGrant':
        own?.set(effect.person, new Set(effect.to));
        break;
    }
  }
  return now;
}
