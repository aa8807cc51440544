import type { Guard } from '../core/guardrail.ts';
import type { Json } from '../core/json.ts';
import type { Impact, Person } from '../core/plan.ts';
import { type Behind, pseudonym } from '../core/pseudonym.ts';
import type { Answer, ReadRequest } from '../core/request.ts';
import type { TenantPolicy } from '../core/state.ts';
import type { GraphReader } from '../graph/reader.ts';

/** Pseudonyms in the place of people's names. */
export type Hide = {
  /** Puts them there where the directory is read. */
  readonly reading: (reader: GraphReader, tenantId: string) => GraphReader;
  /** A guard that judges by the real names: a rule about a person counts whatever is shown. */
  readonly judging: (guard: Guard) => Guard;
};

/**
 * Names are hidden before anything can be made of them: no rule, finding or report that comes later can show one. Only
 * people whom the policy itself names by address keep theirs, for they are found by it.
 * @returns how to read, and everybody who was hidden, by pseudonym.
 */
export function hideNames(): { readonly hide: Hide; readonly behind: ReadonlyMap<string, Behind> } {
  const behind = new Map<string, Behind>();
  const reading: Hide['reading'] = (reader, tenantId) => ({
    read: async (requests) => {
      const answers = new Map(await reader.read(requests));
      for (const request of requests) {
        const answer = answers.get(request.path);
        if (answer?.kind === 'found' && !asksByName(request))
          answers.set(request.path, hidden(answer, tenantId, behind));
      }
      return answers;
    },
  });
  return { hide: { reading, judging: (guard) => byRealNames(guard, behind) }, behind };
}

/** The plan with its names is for the guard alone; what it says about it quotes no name. */
function byRealNames(guard: Guard, behind: ReadonlyMap<string, Behind>): Guard {
  return (judged) => {
    const real = (person: Person): Person => {
      const known = behind.get(person.name);
      return known?.id === person.id ? { ...person, name: known.name } : person;
    };
    const { impact } = judged.plan;
    const named: Impact = {
      ...impact,
      gain: impact.gain.map(real),
      lose: impact.lose.map(real),
      retain: impact.retain.map(real),
      unknown: impact.unknown.map(real),
    };
    return guard({ ...judged, plan: { ...judged.plan, impact: named } });
  };
}

/** A policy whose guardrails judge by real names, where names are hidden. */
export function judgedByRealNames(policy: TenantPolicy, hide: Hide | undefined): TenantPolicy {
  const { guard } = policy;
  return hide === undefined || guard === undefined ? policy : { ...policy, guard: hide.judging(guard) };
}

function asksByName({ path }: ReadRequest): boolean {
  return path.startsWith('/users?$filter=userPrincipalName%20in%20');
}

type Row = { readonly [key: string]: Json };

function hidden(
  answer: Extract<Answer, { kind: 'found' }>,
  tenant: string,
  behind: Map<string, Behind>,
): Answer {
  const { value } = answer;
  if (!Array.isArray(value)) return answer;
  return { ...answer, value: value.map((row) => (isObject(row) ? hiddenRow(row, tenant, behind) : row)) };
}

function isObject(value: Json): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A user, an assignment of one, or a sign-in; any other row stays as it is. */
function hiddenRow(row: Row, tenant: string, behind: Map<string, Behind>): Json {
  const [idKey, nameKey] =
    row.principalType === 'User'
      ? (['principalId', 'principalDisplayName'] as const)
      : ([typeof row.userId === 'string' ? 'userId' : 'id', 'userPrincipalName'] as const);
  const [id, name] = [row[idKey], row[nameKey]];
  if (typeof id !== 'string' || typeof name !== 'string') return row;
  const called = pseudonym(tenant, id);
  // An address is worth more than the display name that an assignment keeps.
  const known = behind.get(called);
  if (known === undefined || nameKey === 'userPrincipalName') behind.set(called, { tenant, id, name });
  const guest = name.toUpperCase().includes('#EXT#') ? { userType: 'Guest' } : {};
  const display = 'userDisplayName' in row ? { userDisplayName: called } : {};
  const own = 'displayName' in row && nameKey === 'userPrincipalName' ? { displayName: called } : {};
  return { ...row, ...guest, ...display, ...own, [nameKey]: called };
}
