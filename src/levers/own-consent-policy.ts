import type { Change, Move } from '../core/assessment.ts';
import type { Finding } from '../core/finding.ts';
import { byText, canonical, type Json } from '../core/json.ts';
import type { Answers, WriteRequest } from '../core/request.ts';
import { APPLE_MAIL, EXCHANGE_ONLINE, MAIL_SCOPES } from '../core/state.ts';
import { optionalText, type Row, rowsAt, rowsOf, showing, textAt, textsAt } from './answer.ts';
import { GRAPH, POLICIES, SIGN_IN } from './consent-policies.ts';
import type { Exchange } from './exchange.ts';

/** The custom consent policy behind `userConsent: thisAppOnly`; ids are immutable and ours alone. */
export const OWN_POLICY = 'iosmail-apple-internet-accounts';

/** With email, which is asked for now and then. */
const SIGN_IN_SCOPES = [...Object.values(SIGN_IN), '64a6cdd6-aab1-4aaf-94b8-3cc8405e90d0'];
const PERMISSION = 'Policy.ReadWrite.PermissionGrant';
const LABEL = 'Consent policy "Apple Mail only"';

/**
 * The steps that make the policy be there as it should: it lets users consent to the mail scopes, and to the
 * sign-in permissions that the consent screen asks for beside them. Conditions have no update, so a policy of this
 * id with foreign conditions is refused rather than mended while users may be consenting by it.
 */
export function ownPolicyMoves(
  answers: Answers,
  exchange: Exchange,
): { moves: readonly Move[]; findings: readonly Finding[] } {
  const own = rowsOf(answers, POLICIES).find((row) => textAt(row, 'id').toLowerCase() === OWN_POLICY);
  const found = own === undefined ? undefined : showing(own, 'includes', 'excludes');
  const mail = MAIL_SCOPES.map((scope) => exchange.scopes.get(scope) ?? '');
  const wanted = [
    {
      part: 'exchange',
      body: include(EXCHANGE_ONLINE, mail),
      words: `lets users consent to ${MAIL_SCOPES.join(' and ')}`,
    },
    {
      part: 'sign-in',
      body: include(GRAPH, SIGN_IN_SCOPES),
      words: 'lets users consent to sign-in and profile (Microsoft Graph)',
    },
  ];
  const there = found === undefined ? [] : rowsAt(found, 'includes').map(spelled);
  const foreign =
    found !== undefined &&
    (rowsAt(found, 'excludes').length > 0 ||
      there.some((each) => !wanted.map(({ body }) => canonical(body)).includes(each)));
  if (foreign) {
    return {
      moves: [],
      findings: [
        {
          rule: 'consent-policy-differs',
          severity: 'error',
          message: `The consent policy ${OWN_POLICY} exists in this tenant with other conditions than this tool writes.`,
          fix: `Delete the policy ${OWN_POLICY} once it is no longer assigned, then plan again.`,
        },
      ],
    };
  }
  const missing = wanted.filter(({ body }) => !there.includes(canonical(body)));
  const create =
    found === undefined ? [step(creation, 'policy', OWN_POLICY, 'there, with no condition')] : [];
  return {
    moves: [...create, ...missing.map((each) => step(addition(each.body), each.part, each.body, each.words))],
    findings: [],
  };
}

const creation: WriteRequest = {
  method: 'POST',
  path: '/policies/permissionGrantPolicies',
  body: {
    id: OWN_POLICY,
    displayName: 'Apple Mail only',
    description: 'Lets users consent to Apple Internet Accounts and to no other app.',
  },
  what: 'create the consent policy for Apple Mail only',
  permission: PERMISSION,
};

function addition(condition: Json): WriteRequest {
  const path = `/policies/permissionGrantPolicies/${OWN_POLICY}/includes`;
  return {
    method: 'POST',
    path,
    body: condition,
    what: 'add a condition to the consent policy',
    permission: PERMISSION,
  };
}

function step(request: WriteRequest, part: string, value: Json, words: string): Move {
  const change: Change = {
    setting: `consentPolicy/${OWN_POLICY}/${part}`,
    label: LABEL,
    before: null,
    after: value,
    words: { before: 'absent', after: words },
  };
  return { group: 'widen-user-consent', request, changes: [change], effects: [] };
}

function include(resource: string, permissions: readonly string[]): Json {
  return {
    permissionType: 'delegated',
    clientApplicationIds: [APPLE_MAIL],
    resourceApplication: resource,
    permissions: [...permissions].sort(byText),
  };
}

/** A condition set in the spelling of `include`; one that says more than that spells differently. */
function spelled(row: Row): string {
  const rest = Object.entries(row.value).filter(([key, value]) => !PLAIN.has(key) && !isAny(value));
  return canonical({
    permissionType: optionalText(row, 'permissionType') ?? '',
    clientApplicationIds: textsAt(row, 'clientApplicationIds').map((each) => each.toLowerCase()),
    resourceApplication: (optionalText(row, 'resourceApplication') ?? 'any').toLowerCase(),
    permissions: [...textsAt(row, 'permissions')].map((each) => each.toLowerCase()).sort(byText),
    ...Object.fromEntries(rest),
  });
}

const PLAIN = new Set(['id', 'permissionType', 'clientApplicationIds', 'resourceApplication', 'permissions']);

function isAny(value: Json): boolean {
  return (
    value === null ||
    value === false ||
    value === 'all' ||
    value === 'any' ||
    (Array.isArray(value) && (value.length === 0 || value[0] === 'all'))
  );
}
