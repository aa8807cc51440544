import type { Answers, Reading, ReadRequest } from '../core/request.ts';
import { known, unknown } from '../core/request.ts';
import { APPLE_MAIL, EXCHANGE_ONLINE, MAIL_SCOPES } from '../core/state.ts';
import { booleanAt, optionalText, type Row, rowsAt, rowsOf, textAt, textsAt } from './answer.ts';
import { exchangeIn } from './exchange.ts';

/** What each assigned policy may let users consent to. `includes` and `excludes` come expanded. */
export const POLICIES: ReadRequest = {
  method: 'GET',
  path: '/policies/permissionGrantPolicies',
  shape: 'list',
  what: 'the consent policies of the tenant',
  permission: 'Policy.Read.PermissionGrant',
};

/** Microsoft's own policies, which no tenant can edit. Whether they let users consent to Apple Mail is documented. */
export const BUILT_IN = {
  low: 'microsoft-user-default-low',
  recommended: 'microsoft-user-default-recommended',
  mailClients: 'microsoft-user-default-allow-consent-apps',
  legacy: 'microsoft-user-default-legacy',
} as const;

export const GRAPH = '00000003-0000-0000-c000-000000000000';
/** Permissions of Microsoft Graph that are asked for beside mail; the same ids in every tenant. */
export const SIGN_IN = {
  userRead: 'e1fe6dd8-ba31-4d61-89e7-88639da4683d',
  openid: '37f7f235-527c-4136-accd-4a02d197296e',
  profile: '14dad69e-099b-42c9-810b-d002981feec1',
  offlineAccess: '7427e0e9-2fba-42fe-b0c0-848c9e6a8182',
} as const;

/** Which permissions an administrator classified as low impact; asked for only where that decides. */
export function classifications(exchangeId: string): ReadRequest {
  return {
    method: 'GET',
    path: `/servicePrincipals/${exchangeId}/delegatedPermissionClassifications`,
    shape: 'list',
    what: 'the permissions of Exchange Online that are classified as low impact',
    permission: 'Application.Read.All',
  };
}

/** Whether a policy lets users consent to each mail scope; `unclear`: its conditions cannot be judged here. */
type Verdicts = readonly ('yes' | 'no' | 'unclear')[];

const [ALL, NONE]: readonly [Verdicts, Verdicts] = [
  MAIL_SCOPES.map(() => 'yes'),
  MAIL_SCOPES.map(() => 'no'),
];

/**
 * Whether these assigned policies let an ordinary user consent to this app: one that says yes is enough,
 * an exclude in one cancels nothing in another. Whether several may say yes together, each to a part, is not proven.
 * @param ids policy ids in lower case, without the prefix.
 */
export function letsConsent(ids: readonly string[], answers: Answers): Reading<boolean> {
  const readings = ids.map((id) => ({ id, verdicts: lets(id, answers) }));
  const judged = readings.flatMap(({ id, verdicts }) =>
    verdicts.known ? [{ id, verdicts: verdicts.value }] : [],
  );
  if (judged.some(({ verdicts }) => verdicts.every((verdict) => verdict === 'yes'))) return known(true);
  const unread = readings.flatMap(({ verdicts }) => (verdicts.known ? [] : [verdicts]))[0];
  if (unread !== undefined) return unread;
  const unclear = judged.find(({ verdicts }) => !verdicts.includes('no'));
  if (unclear !== undefined) return unknown(unclearWords(unclear.id, answers));
  const parts = judged.filter(({ verdicts }) => verdicts.some((verdict) => verdict !== 'no'));
  const together = MAIL_SCOPES.every((_, scope) => parts.some(({ verdicts }) => verdicts[scope] !== 'no'));
  if (!together) return known(false);
  const names = parts.map(({ id }) => id).join(' and ');
  return unknown(`the consent policies ${names} let users consent to one mail scope each`);
}

function lets(id: string, answers: Answers): Reading<Verdicts> {
  if (id === BUILT_IN.legacy || id === BUILT_IN.mailClients) return known(ALL);
  if (id === BUILT_IN.recommended) return known(NONE);
  if (id === BUILT_IN.low) return lowImpact(answers);
  const answer = answers.get(POLICIES.path);
  if (answer?.kind !== 'found') return unknown(`the consent policy ${id} could not be read`);
  const policy = rowsOf(answers, POLICIES).find((row) => textAt(row, 'id').toLowerCase() === id);
  if (policy === undefined) return unknown(`the consent policy ${id} is assigned but not listed`);
  if ([policy.value.includes, policy.value.excludes].some((each) => each === undefined || each === null))
    return unknown(`the conditions of the consent policy ${id} were not shown`);
  return known(judge(policy, answers));
}

function lowImpact(answers: Answers): Reading<Verdicts> {
  const exchange = exchangeIn(answers);
  if (exchange === undefined) return unknown('Exchange Online could not be read');
  const read = classifications(exchange.id);
  if (answers.get(read.path)?.kind !== 'found')
    return unknown('the permission classifications were not read');
  const low = rowsOf(answers, read)
    .filter((row) => optionalText(row, 'classification') === 'low')
    .map((row) => optionalText(row, 'permissionName'));
  return known(MAIL_SCOPES.map((scope) => (low.includes(scope) ? 'yes' : 'no')));
}

function unclearWords(id: string, answers: Answers): string {
  const policy = rowsOf(answers, POLICIES).find((row) => textAt(row, 'id').toLowerCase() === id);
  return policy !== undefined && !mailIn(policy, answers).includes('unclear')
    ? `the consent policy ${id} lets users consent to mail, but not for sure to the sign-in permissions that are asked for beside it`
    : `the consent policy ${id} has conditions that cannot be judged here`;
}

/**
 * A custom policy lets users consent to the mail scopes it lets through, where it lets the sign-in permissions through as
 * well. Whether it also does without them is not proven: that is neither yes nor no.
 */
function judge(policy: Row, answers: Answers): Verdicts {
  const signsIn = Object.values(SIGN_IN).every((id) => through(policy, GRAPH, id) === 'yes');
  return mailIn(policy, answers).map((verdict) => (verdict === 'yes' && !signsIn ? 'unclear' : verdict));
}

function mailIn(policy: Row, answers: Answers): Verdicts {
  const exchange = exchangeIn(answers);
  return MAIL_SCOPES.map((scope) => through(policy, EXCHANGE_ONLINE, exchange?.scopes.get(scope)));
}

/** A scope is let through where it is included and not excluded. */
function through(policy: Row, resource: string, scopeId: string | undefined): Verdicts[number] {
  const excluded = anyMatch(rowsAt(policy, 'excludes'), resource, scopeId);
  const included = anyMatch(rowsAt(policy, 'includes'), resource, scopeId);
  if (excluded === 'yes' || included === 'no') return 'no';
  return excluded === 'no' && included === 'yes' ? 'yes' : 'unclear';
}

function anyMatch(conditions: readonly Row[], of: string, scopeId: string | undefined): Verdicts[number] {
  const verdicts = conditions.map((condition) => matches(condition, of, scopeId));
  return verdicts.includes('yes') ? 'yes' : verdicts.includes('unclear') ? 'unclear' : 'no';
}

/** Conditions of a set are ANDed, an omitted one means "any". */
function matches(condition: Row, of: string, scopeId: string | undefined): Verdicts[number] {
  const any = (key: string, wanted: string | undefined) => {
    const values = textsAt(condition, key).map((each) => each.toLowerCase());
    return (
      values.length === 0 ||
      values.includes('all') ||
      (wanted !== undefined && values.includes(wanted.toLowerCase()))
    );
  };
  if (optionalText(condition, 'permissionType') === 'application') return 'no';
  const resource = optionalText(condition, 'resourceApplication') ?? 'any';
  if (resource !== 'any' && resource.toLowerCase() !== of) return 'no';
  if (!any('clientApplicationIds', APPLE_MAIL)) return 'no';
  if (scopeId === undefined) return 'unclear';
  if (!any('permissions', scopeId)) return 'no';
  const clear =
    (optionalText(condition, 'permissionClassification') ?? 'all') === 'all' &&
    any('clientApplicationTenantIds', undefined) &&
    any('clientApplicationPublisherIds', undefined) &&
    !booleanAt(condition, 'clientApplicationsFromVerifiedPublisherOnly', false);
  return clear ? 'yes' : 'unclear';
}
