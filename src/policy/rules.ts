import type { Finding } from '../core/finding.ts';
import { bothScopes, consentRoute, openToEveryone, someAssignee, userConsentReach } from './rules/access.ts';
import { datedEntries, duplicateEntries, leaversStay, membersLimit, unlistedSaid } from './rules/entries.ts';
import { exceptionsMakeSense, waived } from './rules/exceptions.ts';
import { nameIsFileName } from './rules/identity.ts';
import { weakensSafety } from './rules/safety.ts';
import type { Rule, Subject } from './rules/subject.ts';

/** Every offline rule, in the order of docs/rules.md. */
const OFFLINE: readonly Rule[] = [
  nameIsFileName,
  unlistedSaid,
  duplicateEntries,
  datedEntries,
  membersLimit,
  leaversStay,
  consentRoute,
  bothScopes,
  openToEveryone,
  someAssignee,
  userConsentReach,
  weakensSafety,
  exceptionsMakeSense,
];

/** What the offline rules say about one tenant, exceptions already counted in. */
export function judge(subject: Subject): readonly Finding[] {
  return OFFLINE.flatMap((rule) => rule(subject)).map((finding) =>
    waived(finding, subject.desired.exceptions, subject.day),
  );
}
