import type { Assessment, Move } from '../core/assessment.ts';
import type { Finding } from '../core/finding.ts';
import { byText } from '../core/json.ts';
import { type Answers, APPLICATION_ID, known, unknown, type WriteRequest } from '../core/request.ts';
import { MAIL_SCOPES, type TenantPolicy } from '../core/state.ts';
import { APP, appId } from './app.ts';
import { EXCHANGE, type Exchange, exchangeIn } from './exchange.ts';
import { allGrants, type Grant, grantsIn, tenantWideGrants } from './grants.ts';
import type { Lever } from './lever.ts';

const LABEL = 'Grant admin consent (Office 365 Exchange Online)';
const PERMISSION = 'DelegatedPermissionGrant.ReadWrite.All';

/**
 * The tenant-wide grant of the mail scopes. There is one grant per client and API, and a PATCH replaces its whole
 * scope text: so other scopes are sent along, and the change names them all. It is deleted only when nothing is left.
 */
export const tenantWideConsent: Lever = {
  name: 'tenant-wide-consent',
  reads: ({ desired }, answers) => {
    const id = appId(answers);
    if (id === undefined) return [APP, EXCHANGE];
    return [APP, EXCHANGE, desired.consent.userGrants === 'keep' ? tenantWideGrants(id) : allGrants(id)];
  },
  assess: (policy, answers) => {
    const id = appId(answers);
    const grants = id === undefined ? [] : grantsIn(answers, [tenantWideGrants(id), allGrants(id)]);
    if (grants !== undefined && !('kind' in grants)) return assessGrant(policy, answers, grants);
    const why = grants?.kind === 'refused' ? grants.message : 'not found';
    const managed = policy.desired.consent.tenantWide !== 'unmanaged';
    return {
      gates: { tenantWide: unknown(why) },
      moves: [],
      leftAlone: [],
      findings: [unreadable(why, managed, policy)],
    };
  },
};

function assessGrant(policy: TenantPolicy, answers: Answers, grants: readonly Grant[]): Assessment {
  const exchange = exchangeIn(answers);
  const wanted = policy.desired.consent.tenantWide;
  const at = policy.origins['/consent/tenantWide'];
  if (exchange === undefined) return withoutExchange(answers, wanted, policy);
  const grant = grants.find((each) => each.person === undefined && each.resourceId === exchange.id);
  const now = grant?.scopes ?? [];
  const gates = { tenantWide: known(new Set(now.filter(isMailScope))) };
  const other = now.filter((scope) => !isMailScope(scope));
  if (wanted === 'unmanaged') {
    const left = {
      setting: 'consent/tenantWide',
      label: LABEL,
      now: [...now].sort(byText).join(', ') || 'not granted',
      why: 'not in the policy',
    };
    return { gates, moves: [], leftAlone: [left], findings: [] };
  }
  const absent = wanted.filter((scope) => !exchange.scopes.has(scope));
  if (absent.length > 0) {
    const message = `Office 365 Exchange Online in this tenant does not offer ${absent.join(' and ')}.`;
    const fix =
      'Check that the tenant has Exchange Online, and list only permissions it offers under consent.tenantWide.';
    const finding: Finding = {
      rule: 'scope-not-offered',
      severity: 'error',
      message,
      fix,
      ...(at === undefined ? {} : { at }),
    };
    return { gates, moves: [], leftAlone: [], findings: [finding] };
  }
  const kept = now.filter((scope) => !isMailScope(scope) || wanted.some((each) => each === scope));
  const target = [...kept, ...wanted.filter((scope) => !now.includes(scope))];
  // One PATCH of the one text, also where it both adds and takes away: two would each have to name the whole text,
  // and so would undo one another in the order that takes away first. What takes away waits like any narrowing.
  const moves =
    kept.length < now.length
      ? [move('revoke-grant', grant, now, target, answers, exchange, policy)]
      : target.length > now.length
        ? [move('grant', grant, now, target, answers, exchange, policy)]
        : [];
  const left = {
    setting: 'consent/tenantWide/other',
    label: LABEL,
    now: [...other].sort(byText).join(', '),
    why: 'other permissions stay as they are',
  };
  return { gates, moves, leftAlone: other.length === 0 ? [] : [left], findings: [] };
}

function move(
  group: 'grant' | 'revoke-grant',
  grant: Grant | undefined,
  before: readonly string[],
  after: readonly string[],
  answers: Answers,
  exchange: Exchange,
  { origins }: TenantPolicy,
): Move {
  const at = origins['/consent/tenantWide'];
  return {
    group,
    request: request(grant, after, appId(answers) ?? APPLICATION_ID, exchange),
    changes: [
      {
        setting: 'consent/tenantWide',
        label: LABEL,
        before: asValue(before),
        after: asValue(after),
        ...(at === undefined ? {} : { at }),
      },
    ],
    effects: [{ gate: 'tenantWide', to: after.filter(isMailScope) }],
  };
}

function request(
  grant: Grant | undefined,
  scopes: readonly string[],
  client: string,
  exchange: Exchange,
): WriteRequest {
  const scope = [...scopes].sort(byText).join(' ');
  if (grant === undefined) {
    const body = { clientId: client, consentType: 'AllPrincipals', resourceId: exchange.id, scope };
    return {
      method: 'POST',
      path: '/oauth2PermissionGrants',
      body,
      what: `grant ${scope} to everyone`,
      permission: PERMISSION,
    };
  }
  const path = `/oauth2PermissionGrants/${grant.id}`;
  if (scopes.length === 0)
    return { method: 'DELETE', path, what: 'withdraw the tenant-wide grant', permission: PERMISSION };
  return {
    method: 'PATCH',
    path,
    body: { scope },
    what: `set the tenant-wide grant to ${scope}`,
    permission: PERMISSION,
  };
}

function asValue(scopes: readonly string[]): readonly string[] | null {
  return scopes.length === 0 ? null : [...scopes].sort(byText);
}

function isMailScope(scope: string): boolean {
  return MAIL_SCOPES.some((each) => each === scope);
}

function withoutExchange(
  answers: Answers,
  wanted: TenantPolicy['desired']['consent']['tenantWide'],
  { origins }: TenantPolicy,
): Assessment {
  const answer = answers.get(EXCHANGE.path);
  const refused = answer?.kind === 'refused';
  const at = origins['/consent/tenantWide'];
  const finding: Finding = {
    rule: refused ? 'unreadable' : 'exchange-absent',
    // Unread, a managed setting is unknown whatever it is to be; absent, there is nothing to take away.
    severity: wanted !== 'unmanaged' && (refused || wanted.length > 0) ? 'error' : 'warning',
    message: refused
      ? `Office 365 Exchange Online could not be read (${answer.message}).`
      : 'Office 365 Exchange Online is not in this tenant: nobody has mail to connect to.',
    fix: refused
      ? `Grant ${EXCHANGE.permission} to the plan identity.`
      : 'Assign an Exchange Online licence in the tenant first.',
    ...(at === undefined ? {} : { at }),
  };
  const tenantWide = refused ? unknown<ReadonlySet<string>>(answer.message) : known(new Set<string>());
  return { gates: { tenantWide }, moves: [], leftAlone: [], findings: [finding] };
}

function unreadable(why: string, managed: boolean, { origins }: TenantPolicy): Finding {
  const at = origins['/consent/tenantWide'];
  return {
    rule: 'unreadable',
    severity: managed ? 'error' : 'warning',
    message: `The tenant-wide grants of the app could not be read (${why}); whether people have access is unknown.`,
    fix: 'Grant DelegatedPermissionGrant.Read.All to the plan identity (Entra admin centre › App registrations › API permissions › Grant admin consent).',
    ...(at === undefined ? {} : { at }),
  };
}
