import type { Answers, ReadRequest } from '../core/request.ts';
import type { Day, TenantPolicy } from '../core/state.ts';
import { APP, appId } from '../levers/app.ts';
import { application } from '../levers/application.ts';
import { ASSIGNED } from '../levers/assigned.ts';
import { EXCHANGE } from '../levers/exchange.ts';
import { tenantWideGrants } from '../levers/grants.ts';
import { SUBSCRIPTIONS } from '../levers/licence.ts';
import { lookupReads } from '../levers/principals.ts';
import { userConsent } from '../levers/user-consent.ts';
import { ADMINISTRATORS } from '../planning/people-reads.ts';
import { personIn } from './person.ts';
import {
  accountRead,
  assignedGroups,
  CONDITIONAL_ACCESS,
  directGroups,
  grantsOfPerson,
  nestedGroups,
  plansOf,
  SECURITY_DEFAULTS,
  whatIf,
} from './reads.ts';

/** All that is wanted, given what is known: a first round of what is named, a second of what the first showed the ids of. */
export function readsFor(
  policy: TenantPolicy,
  asked: string,
  answers: Answers,
  day: Day,
): readonly ReadRequest[] {
  const { groups } = policy.desired.assignments;
  const app = appId(answers);
  return [
    APP,
    ASSIGNED,
    EXCHANGE,
    ...application.reads(policy, answers, day),
    ...userConsent.reads(policy, answers, day),
    ...(app === undefined ? [] : [tenantWideGrants(app)]),
    ...assignedGroups(answers),
    ...lookupReads(groups === 'unmanaged' ? [] : groups, []),
    accountRead(asked),
    CONDITIONAL_ACCESS,
    SECURITY_DEFAULTS,
    ADMINISTRATORS,
    SUBSCRIPTIONS,
    ...readsOfPerson(asked, answers, app),
  ];
}

function readsOfPerson(asked: string, answers: Answers, app: string | undefined): readonly ReadRequest[] {
  const person = personIn(answers, asked);
  if (!person.known || person.value === 'absent') return [];
  const { id } = person.value;
  const policies = answers.get(CONDITIONAL_ACCESS.path);
  // Without any policy there is nothing to ask about, and Conditional Access may be asked once a second only.
  const none = policies?.kind === 'found' && Array.isArray(policies.value) && policies.value.length === 0;
  return [
    directGroups(id),
    nestedGroups(id),
    plansOf(id),
    ...(app === undefined ? [] : [grantsOfPerson(app, id)]),
    ...(none ? [] : [whatIf(id, 'iPhone and iPad'), whatIf(id, 'Mac')]),
  ];
}
