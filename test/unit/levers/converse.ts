/** One lever in conversation with handwritten answers. */
import type { Assessment } from '../../../src/core/assessment.ts';
import type { Json } from '../../../src/core/json.ts';
import type { Answer, ReadRequest } from '../../../src/core/request.ts';
import type { TenantPolicy } from '../../../src/core/state.ts';
import type { Lever } from '../../../src/levers/lever.ts';

export const DAY = '2026-11-24';
export const REFUSED: Answer = { kind: 'refused', status: 403, code: 'Forbidden', message: 'not allowed' };
export const ABSENT: Answer = { kind: 'absent' };
export const found = (value: Json): Answer => ({ kind: 'found', value });

/** Answers by the decoded beginning of a read's path; the first that fits is given. */
export type Script = readonly (readonly [beginning: string, answer: Answer])[];

/** Reads as long as the lever asks for more, then assesses. A read that the script does not foresee throws. */
export function converse(
  lever: Lever,
  policy: TenantPolicy,
  script: Script,
  day = DAY,
): { asked: readonly string[]; reads: readonly ReadRequest[]; assessment: Assessment } {
  const answers = new Map<string, Answer>();
  const reads: ReadRequest[] = [];
  for (;;) {
    const missing = lever.reads(policy, answers, day).filter(({ path }) => !answers.has(path));
    if (missing.length === 0) break;
    for (const read of missing) {
      const path = decodeURIComponent(read.path);
      const answer = script.find(([beginning]) => path.startsWith(beginning))?.[1];
      if (answer === undefined) throw new Error(`the script has no answer to GET ${path}`);
      if (!answers.has(read.path)) reads.push(read);
      answers.set(read.path, answer);
    }
  }
  return {
    asked: reads.map(({ path }) => decodeURIComponent(path)),
    reads,
    assessment: lever.assess(policy, answers, day),
  };
}

/** The requests an assessment asks for, as method, path and body. */
export function requests(assessment: Assessment): readonly (readonly [string, string, Json?])[] {
  return assessment.moves.map(({ request: { method, path, body } }) =>
    body === undefined ? [method, path] : [method, path, body],
  );
}

export function rules(assessment: Assessment): readonly string[] {
  return assessment.findings.map(({ rule, severity }) => `${severity} ${rule}`);
}

export const APP = "/servicePrincipals(appId='f8d98a96-0999-43f5-8af3-69971c7bb423')?";
export const ASSIGNED = "/servicePrincipals(appId='f8d98a96-0999-43f5-8af3-69971c7bb423')/appRoleAssignedTo";
export const EXCHANGE = "/servicePrincipals(appId='00000002-0000-0ff1-ce00-000000000000')?";
export const DEFAULT_ROLE = '00000000-0000-0000-0000-000000000000';
export const EAS = 'EAS.AccessAsUser.All';
export const EWS = 'EWS.AccessAsUser.All';

const APP_AS_MADE = {
  id: 'sp',
  accountEnabled: null,
  appRoleAssignmentRequired: null,
  tags: [],
  appRoles: [],
};
export const app = (parts: { readonly [key: string]: Json } = {}): Answer =>
  found({ ...APP_AS_MADE, ...parts });
export const exchange = found({
  id: 'exo',
  oauth2PermissionScopes: [
    { id: 'eas-id', value: EAS, isEnabled: true },
    { id: 'ews-id', value: EWS },
    { id: 'off-id', value: 'Switched.Off', isEnabled: false },
  ],
});
