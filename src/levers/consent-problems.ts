import type { Finding, Position } from '../core/finding.ts';
import type { Answers } from '../core/request.ts';
import { MAIL_SCOPES, type UserConsentMode } from '../core/state.ts';
import { rowsOf, textAt } from './answer.ts';
import { POLICIES } from './consent-policies.ts';
import { exchangeIn } from './exchange.ts';

/** Why a user consent mode that rests on a consent policy of the tenant cannot be set. */
export function consentProblems(
  mode: UserConsentMode,
  answers: Answers,
  at: Position | undefined,
): readonly Finding[] {
  const where = at === undefined ? {} : { at };
  if (mode !== 'thisAppOnly' && typeof mode !== 'object') return [];
  const policies = answers.get(POLICIES.path);
  if (policies?.kind !== 'found') {
    const why = policies?.kind === 'refused' ? policies.message : 'not found';
    return [
      {
        rule: 'unreadable',
        severity: 'error',
        message: `The consent policies of the tenant could not be read (${why}): whether the one needed is there is unknown.`,
        fix: `Grant ${POLICIES.permission} to the plan identity, or choose another consent.userConsent.`,
        ...where,
      },
    ];
  }
  if (mode === 'thisAppOnly') return withoutScopes(answers, where);
  const id = mode.custom.toLowerCase();
  if (rowsOf(answers, POLICIES).some((row) => textAt(row, 'id').toLowerCase() === id)) return [];
  return [
    {
      rule: 'consent-policy-not-found',
      severity: 'error',
      message: `There is no consent policy ${id} in this tenant.`,
      fix: 'Correct consent.userConsent.custom, or create the policy first (Enterprise apps › Consent and permissions).',
      ...where,
    },
  ];
}

function withoutScopes(answers: Answers, where: { readonly at?: Position }): readonly Finding[] {
  const exchange = exchangeIn(answers);
  const lacking = MAIL_SCOPES.filter((scope) => exchange?.scopes.has(scope) !== true);
  if (lacking.length === 0) return [];
  return [
    {
      rule: exchange === undefined ? 'exchange-absent' : 'scope-not-offered',
      severity: 'error',
      message: `thisAppOnly needs ${lacking.join(' and ')} of Exchange Online, which this tenant does not show.`,
      fix: 'Use another consent.userConsent, or give the tenant Exchange Online first.',
      ...where,
    },
  ];
}
