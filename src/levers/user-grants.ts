import type { Assessment, Move } from '../core/assessment.ts';
import type { Finding } from '../core/finding.ts';
import { byText } from '../core/json.ts';
import { type Answers, known, unknown } from '../core/request.ts';
import { MAIL_SCOPES, type TenantPolicy } from '../core/state.ts';
import { rowsOf } from './answer.ts';
import { APP, appId } from './app.ts';
import { EXCHANGE, exchangeIn } from './exchange.ts';
import { allGrants, type Grant, grantsIn, ownGrants } from './grants.ts';
import type { Lever } from './lever.ts';
import { userIn, usersById } from './principals.ts';

export const LABEL = 'User consent (grants people gave themselves)';

/** The grants people gave themselves: kept, counted, or revoked. A person's grant and the tenant-wide one are independent. */
export const userGrants: Lever = {
  name: 'user-grants',
  reads: ({ desired }, answers) => {
    const id = appId(answers);
    if (id === undefined || desired.consent.userGrants === 'keep') return [APP];
    const named = desired.consent.userGrants === 'revoke' ? usersById(peopleIn(answers, id)) : [];
    return [APP, EXCHANGE, allGrants(id), ...named];
  },
  assess: (policy, answers) => {
    const id = appId(answers);
    if (id === undefined) return { gates: { own: known(new Map()) }, moves: [], leftAlone: [], findings: [] };
    const grants = grantsIn(answers, [allGrants(id), ownGrants(id)]);
    if (grants !== undefined && !('kind' in grants)) {
      const own = grants.filter((grant) => grant.person !== undefined);
      return assessOwn(policy, own, namesIn(answers, peopleIn(answers, id)), exchangeIn(answers)?.id);
    }
    const why = grants === undefined ? 'not read' : grants.kind === 'refused' ? grants.message : 'not found';
    const managed = policy.desired.consent.userGrants !== 'keep';
    return {
      gates: { own: unknown(why) },
      moves: [],
      leftAlone: [],
      findings: managed
        ? [
            {
              rule: 'unreadable',
              severity: 'error',
              message: `The grants people gave themselves could not be read (${why}).`,
              fix: 'Grant DelegatedPermissionGrant.Read.All to the plan identity, or set consent.userGrants to keep.',
            },
          ]
        : [],
    };
  },
};

/** The people with a grant of their own, as far as the grants are read. */
function peopleIn(answers: Answers, id: string): readonly string[] {
  const grants = grantsIn(answers, [allGrants(id)]);
  if (grants === undefined || 'kind' in grants) return [];
  return grants.flatMap(({ person }) => (person === undefined ? [] : [person]));
}

/** Whose grants they are, for the reader; a person who is deleted, or was not shown, stays an id. */
function namesIn(answers: Answers, people: readonly string[]): ReadonlyMap<string, string> {
  const read = usersById(people).filter((each) => answers.get(each.path)?.kind === 'found');
  const users = read.flatMap((each) => rowsOf(answers, each).map(userIn));
  return new Map(users.map((user) => [user.id, user.upn]));
}

function assessOwn(
  { desired, origins }: TenantPolicy,
  grants: readonly Grant[],
  names: ReadonlyMap<string, string>,
  exchange?: string,
): Assessment {
  const scopes = (grant: Grant) => grant.scopes.filter((scope) => MAIL_SCOPES.some((each) => each === scope));
  const forMail = grants.filter((grant) => grant.resourceId === exchange);
  const own = new Map(forMail.map((grant) => [grant.person ?? '', new Set(scopes(grant))]));
  // Without Exchange Online nobody can tell which grants are for mail.
  const unclear = exchange === undefined && grants.length > 0;
  const gates = { own: unclear ? unknown<typeof own>('Exchange Online could not be read') : known(own) };
  const mode = desired.consent.userGrants;
  const people = new Set(grants.map((grant) => grant.person)).size;
  const said = (person = '') =>
    names.has(person) ? `${names.get(person)} (user ${person})` : `user ${person}`;
  if (mode === 'revoke' && unclear) return { gates, moves: [], leftAlone: [], findings: [unclearFinding] };
  if (mode === 'revoke') {
    const at = origins['/consent/userGrants'];
    const moves = [...grants]
      .sort((a, b) => byText(a.person ?? '', b.person ?? '') || byText(a.id, b.id))
      .map(
        (grant): Move => ({
          group: 'revoke-user-grants',
          request: {
            method: 'DELETE',
            path: `/oauth2PermissionGrants/${grant.id}`,
            what: `revoke the grant of ${said(grant.person)}`,
            permission: 'DelegatedPermissionGrant.ReadWrite.All',
          },
          changes: [
            {
              setting: `userGrants/${grant.id}`,
              label: LABEL,
              subject: said(grant.person),
              before: [...grant.scopes].sort(byText),
              after: null,
              ...(at === undefined ? {} : { at }),
            },
          ],
          effects:
            grant.resourceId === exchange ? [{ gate: 'ownGrant', person: grant.person ?? '', to: [] }] : [],
        }),
      );
    return { gates, moves, leftAlone: [], findings: [] };
  }
  const sum = `${people} ${people === 1 ? 'person has' : 'people have'} a grant of their own`;
  return {
    gates,
    moves: [],
    leftAlone:
      people === 0
        ? []
        : [{ setting: 'consent/userGrants', label: LABEL, now: sum, why: `consent.userGrants: ${mode}` }],
    findings:
      mode === 'report' && people > 0
        ? [{ rule: 'user-grants', severity: 'info', message: `${sum}; they stay as they are.` }]
        : [],
  };
}

const unclearFinding: Finding = {
  rule: 'unreadable',
  severity: 'error',
  message:
    'Exchange Online could not be read, so nobody can tell which grants people gave themselves are for mail.',
  fix: 'Grant Application.Read.All to the plan identity, or set consent.userGrants to keep.',
};
