import type { Answer, Answers, ReadRequest } from '../core/request.ts';
import type { Day, TenantPolicy } from '../core/state.ts';
import type { GraphReader } from '../graph/reader.ts';
import { assignedIn } from '../levers/assigned.ts';
import { groupsById, nestedIn, usersById } from '../levers/principals.ts';
import { observe, readUntilQuiet, UnreadableTenant } from './observe.ts';

/** Apps that carry a name of Apple Mail: the name is no key, so another app may have it. */
export const NAMESAKES: ReadRequest = {
  method: 'GET',
  path: "/servicePrincipals?$filter=startswith(displayName,'Apple%20Internet%20Account')%20or%20startswith(displayName,'iOS%20Account')&$select=id,appId,displayName",
  shape: 'list',
  what: 'apps that are called like Apple Mail',
  permission: 'Application.Read.All',
};

/** What those are called that are assigned, and whether groups are nested in them. */
function nameReads(answers: Answers): readonly ReadRequest[] {
  const ids = (type: 'Group' | 'User') =>
    assignedIn(answers)
      .filter((each) => each.type === type && each.defaultRole)
      .map(({ id }) => id);
  return [NAMESAKES, ...groupsById(ids('Group')), ...usersById(ids('User')), ...ids('Group').map(nestedIn)];
}

/**
 * Everything an import rests on. The user consent settings may stay unknown, since a policy can leave them alone;
 * whatever else is refused stops the tenant: half a policy would say "none" where nothing is known.
 * @param blank the tenant, with nothing managed.
 * @throws UnreadableTenant, BrokenAnswer or GraphFailure
 */
export async function readToImport(reader: GraphReader, blank: TenantPolicy, day: Day): Promise<Answers> {
  const asked = new Map<string, ReadRequest>();
  const noting: GraphReader = {
    read: async (requests) => {
      for (const request of requests) asked.set(request.path, request);
      return await reader.read(requests);
    },
  };
  const answers = new Map<string, Answer>((await observe(noting, blank, day)).answers);
  await readUntilQuiet(noting, answers, () => nameReads(answers));
  for (const [path, answer] of answers) {
    const read = asked.get(path);
    if (answer.kind === 'refused' && read !== undefined && !isAboutConsent(path))
      throw new UnreadableTenant(read, answer);
  }
  return answers;
}

function isAboutConsent(path: string): boolean {
  return path.startsWith('/policies/') || path.endsWith('/delegatedPermissionClassifications');
}
