import type { Assessment, Move } from '../core/assessment.ts';
import type { Finding } from '../core/finding.ts';
import { byText } from '../core/json.ts';
import { type Answers, known, type Reading, type ReadRequest, unknown } from '../core/request.ts';
import type { TenantPolicy, UserConsentMode } from '../core/state.ts';
import { rowOf, showing, textsAt } from './answer.ts';
import { BUILT_IN, classifications, letsConsent, POLICIES } from './consent-policies.ts';
import { consentProblems } from './consent-problems.ts';
import { EXCHANGE, exchangeIn } from './exchange.ts';
import type { Lever } from './lever.ts';
import { OWN_POLICY, ownPolicyMoves } from './own-consent-policy.ts';

const SETTING: ReadRequest = {
  method: 'GET',
  path: '/policies/authorizationPolicy?$select=id,defaultUserRolePermissions',
  shape: 'one',
  what: 'the user consent settings',
  permission: 'Policy.Read.All',
};

const LABEL = 'User consent settings';
const PREFIX = 'ManagePermissionGrantsForSelf.';

/**
 * Which apps users may consent to. The setting is one list for the whole tenant: we replace its
 * `ManagePermissionGrantsForSelf.*` entries and send every other entry along as it is. Order and letter case of the
 * list are not stable in Graph's answers, so it compares as a set without case.
 */
export const userConsent: Lever = {
  name: 'user-consent',
  reads: (policy, answers) => {
    const exchange = exchangeIn(answers);
    const low =
      entriesIn(answers)?.map(idOf).includes(BUILT_IN.low) ||
      policy.desired.consent.userConsent === 'lowImpact';
    return [
      SETTING,
      POLICIES,
      EXCHANGE,
      ...(low && exchange !== undefined ? [classifications(exchange.id)] : []),
    ];
  },
  assess: (policy, answers) => {
    const entries = entriesIn(answers);
    if (entries === undefined) return unread(policy, answers);
    return assessEntries(policy, answers, entries);
  },
};

function assessEntries(policy: TenantPolicy, answers: Answers, entries: readonly string[]): Assessment {
  const wanted = policy.desired.consent.userConsent;
  const now = entries.filter(isForSelf).map(idOf).sort(byText);
  const lets = letsConsent(now, answers);
  const gates = { userConsent: lets };
  const doubt: readonly Finding[] = lets.known
    ? []
    : [
        {
          rule: 'consent-unclear',
          severity: 'info',
          message: `Whether users may consent to this app is unknown: ${lets.why}.`,
        },
      ];
  if (wanted === 'unmanaged') {
    const left = {
      setting: 'consent/userConsent',
      label: LABEL,
      now: modeWords(now),
      why: 'not in the policy',
    };
    return { gates, moves: [], leftAlone: [left], findings: doubt };
  }
  const ids = idsOf(wanted);
  const exchange = exchangeIn(answers);
  const prepared =
    wanted === 'thisAppOnly' && exchange !== undefined && answers.get(POLICIES.path)?.kind === 'found'
      ? ownPolicyMoves(answers, exchange)
      : { moves: [], findings: [] };
  const at = policy.origins['/consent/userConsent'];
  const where = at === undefined ? {} : { at };
  const findings = [...doubt, ...prepared.findings, ...consentProblems(wanted, answers, at)];
  if (ids.join() === now.join()) return { gates, moves: opening(prepared.moves), leftAlone: [], findings };

  const letsAfter = wanted === 'thisAppOnly' ? known(true) : letsConsent(ids, answers);
  const widens = opens(now, ids, lets, letsAfter);
  const group = widens ? 'widen-user-consent' : 'narrow-user-consent';
  // In one order and spelling whatever those of this answer, so that two reads ask for the very same request.
  const kept = entries.filter((entry) => !isForSelf(entry)).map(inOneSpelling);
  const after = [...kept, ...ids.map((id) => `${PREFIX}${id}`)].sort((a, b) =>
    byText(a.toLowerCase(), b.toLowerCase()),
  );
  const move: Move = {
    group,
    request: {
      method: 'PATCH',
      path: '/policies/authorizationPolicy',
      body: { defaultUserRolePermissions: { permissionGrantPoliciesAssigned: after } },
      what: `set the user consent settings to ${modeWords(ids)}`,
      permission: 'Policy.ReadWrite.Authorization',
    },
    changes: [
      {
        setting: 'consent/userConsent',
        label: LABEL,
        before: asSet(entries),
        after: asSet(after),
        words: { before: modeWords(now), after: modeWords(ids) },
        ...where,
      },
    ],
    effects: [{ gate: 'userConsent', to: letsAfter }],
  };
  const headline: Finding = {
    rule: widens ? 'user-consent-widens' : 'user-consent-narrows',
    severity: 'warning',
    message: `This changes the user consent settings for every app of the tenant, not only Apple Mail: ${modeWords(now)} → ${modeWords(ids)}.`,
    ...where,
  };
  return {
    gates,
    moves: [...prepared.moves.map((each) => ({ ...each, group }) satisfies Move), move],
    leftAlone: [],
    findings: [headline, ...findings],
  };
}

/**
 * Whether the change opens. What it does to this app decides, so that closing it waits like any narrowing; where this
 * app stays as it is, a policy put on the list opens, unless it replaces the one that allows all apps.
 */
function opens(
  now: readonly string[],
  ids: readonly string[],
  lets: Reading<boolean>,
  letsAfter: Reading<boolean>,
): boolean {
  if (lets.known && letsAfter.known && lets.value !== letsAfter.value) return letsAfter.value;
  // Where users may be able to consent now and cannot afterwards, it may close this app: that waits too.
  if (!lets.known && letsAfter.known && !letsAfter.value) return false;
  return ids.some((id) => !now.includes(id)) && !now.includes(BUILT_IN.legacy);
}

/** Completing a policy that is assigned already lets users consent with its last condition. */
function opening(moves: readonly Move[]): readonly Move[] {
  return moves.map((move, index) =>
    index < moves.length - 1 ? move : { ...move, effects: [{ gate: 'userConsent', to: known(true) }] },
  );
}

/** The policies each mode assigns, exactly. */
function idsOf(mode: UserConsentMode): readonly string[] {
  if (typeof mode === 'object') return [mode.custom.toLowerCase()];
  const ids: { readonly [name in Exclude<UserConsentMode, object>]: readonly string[] } = {
    none: [],
    lowImpact: [BUILT_IN.low],
    microsoftManaged: [BUILT_IN.recommended],
    microsoftManagedMailClients: [BUILT_IN.mailClients, BUILT_IN.recommended],
    allApps: [BUILT_IN.legacy],
    thisAppOnly: [OWN_POLICY],
  };
  return ids[mode];
}

/** The portal's words for a set of policies. */
function modeWords(ids: readonly string[]): string {
  const words: { readonly [ids: string]: string } = {
    '': 'Do not allow user consent',
    [BUILT_IN.low]: 'Allow user consent for apps from verified publishers, for selected permissions',
    [BUILT_IN.recommended]: 'Let Microsoft manage your consent settings (popular mail clients off)',
    [`${BUILT_IN.mailClients},${BUILT_IN.recommended}`]:
      'Let Microsoft manage your consent settings (popular mail clients on)',
    [BUILT_IN.legacy]: 'Allow user consent for apps',
    [OWN_POLICY]: 'Apple Mail only (custom policy)',
  };
  return words[[...ids].sort(byText).join()] ?? `custom: ${ids.join(', ')}`;
}

function entriesIn(answers: Answers): readonly string[] | undefined {
  const answer = answers.get(SETTING.path);
  if (answer?.kind !== 'found') return undefined;
  const permissions = rowOf(SETTING, answer.value).value.defaultUserRolePermissions;
  const list = 'permissionGrantPoliciesAssigned';
  return textsAt(showing(rowOf(SETTING, permissions ?? null), list), list);
}

function isForSelf(entry: string): boolean {
  return entry.toLowerCase().startsWith(PREFIX.toLowerCase());
}

/** Graph answers the prefix with a small or a capital letter, now so and now so; what follows it is kept as it is. */
function inOneSpelling(entry: string): string {
  return entry.replace(/^managePermissionGrantsFor/i, 'ManagePermissionGrantsFor');
}

function idOf(entry: string): string {
  return entry.slice(entry.indexOf('.') + 1).toLowerCase();
}

function asSet(entries: readonly string[]): readonly string[] {
  return [...new Set(entries.map((entry) => entry.toLowerCase()))].sort(byText);
}

function unread({ desired, origins }: TenantPolicy, answers: Answers): Assessment {
  const answer = answers.get(SETTING.path);
  const why = answer?.kind === 'refused' ? answer.message : 'not found';
  const managed = desired.consent.userConsent !== 'unmanaged';
  const at = origins['/consent/userConsent'];
  const finding: Finding = {
    rule: 'unreadable',
    severity: managed ? 'error' : 'warning',
    message: `The user consent settings could not be read (${why}): unknown, not "none".`,
    fix: `Grant ${SETTING.permission} to the plan identity (Entra admin centre › App registrations › API permissions › Grant admin consent)${managed ? ', or set consent.userConsent to unmanaged' : ''}.`,
    ...(at === undefined ? {} : { at }),
  };
  const left = { setting: 'consent/userConsent', label: LABEL, now: 'unknown', why: 'could not be read' };
  return {
    gates: { userConsent: unknown(why) },
    moves: [],
    leftAlone: managed ? [] : [left],
    findings: [finding],
  };
}
