import type { Json } from '../core/json.ts';
import { type Behind, pseudonym } from '../core/pseudonym.ts';
import type { Answer, ReadRequest } from '../core/request.ts';
import type { GraphReader } from '../graph/reader.ts';

/** Puts pseudonyms in the place of people's names, where the directory is read. */
export type Hide = (reader: GraphReader, tenantId: string) => GraphReader;

/**
 * Names are hidden before anything can be made of them: no rule, finding or report that comes later can show one. Only
 * people whom the policy itself names by address keep theirs, for they are found by it.
 * @returns how to read, and everybody who was hidden, by pseudonym.
 */
export function hideNames(): { readonly hide: Hide; readonly behind: ReadonlyMap<string, Behind> } {
  const behind = new Map<string, Behind>();
  const hide: Hide = (reader, tenantId) => ({
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
  return { hide, behind };
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
