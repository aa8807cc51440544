import type { Answer, Answers, ReadRequest } from '../core/request.ts';
import { answerTo, optionalText, rowsOf, showing, textAt } from './answer.ts';

/** A delegated permission grant of the app: tenant-wide, or given by one person for themselves. */
export type Grant = {
  readonly id: string;
  /** Object id of the API's service principal. */
  readonly resourceId: string;
  /** Set for a person's own grant. */
  readonly person?: string;
  /** In the order in which Graph spells them; the text may begin with a blank. */
  readonly scopes: readonly string[];
};

const FIELDS = 'id,clientId,consentType,principalId,resourceId,scope';

function read(appId: string, consentType: '' | 'AllPrincipals' | 'Principal', what: string): ReadRequest {
  const only = consentType === '' ? '' : `%20and%20consentType%20eq%20'${consentType}'`;
  return {
    method: 'GET',
    path: `/oauth2PermissionGrants?$filter=clientId%20eq%20'${appId}'${only}&$select=${FIELDS}`,
    shape: 'list',
    what,
    permission: 'DelegatedPermissionGrant.Read.All',
  };
}

/** Every grant of the app: read where the policy looks at people's own grants in any case. */
export function allGrants(appId: string): ReadRequest {
  return read(appId, '', 'the grants of the app');
}

/** The tenant-wide grants alone: all that a steady plan needs while people keep theirs. */
export function tenantWideGrants(appId: string): ReadRequest {
  return read(appId, 'AllPrincipals', 'the tenant-wide grants of the app');
}

/** The grants people gave themselves: read where access changes. */
export function ownGrants(appId: string): ReadRequest {
  return read(appId, 'Principal', 'the grants people gave themselves');
}

/** The grants among the answers to these reads, or the answer that has none. Undefined when none was asked yet. */
export function grantsIn(
  answers: Answers,
  reads: readonly ReadRequest[],
): readonly Grant[] | Exclude<Answer, { kind: 'found' }> | undefined {
  const asked = reads.find((each) => answers.has(each.path));
  const answer = answerTo(answers, asked);
  if (asked === undefined || answer === undefined) return undefined;
  if (answer.kind !== 'found') return answer;
  return rowsOf(answers, asked).map((row) => ({
    id: textAt(row, 'id'),
    resourceId: textAt(row, 'resourceId'),
    scopes: (optionalText(showing(row, 'scope'), 'scope') ?? '').split(/\s+/).filter((scope) => scope !== ''),
    ...(textAt(row, 'consentType') === 'Principal' ? { person: textAt(row, 'principalId') } : {}),
  }));
}
