import type { Gates } from './assessment.ts';
import { byText, type Json, sameJson } from './json.ts';
import type { Reading } from './request.ts';
import type { Desired } from './state.ts';

/**
 * The settings for everybody that decide, beside what a plan changes, whom its steps let in: as they were read when it
 * was made. Assignments and grants of single people are not among them; they move all the time and are judged by person.
 */
export type RestsOn = {
  readonly exists: boolean;
  readonly enabledForSignIn: boolean;
  readonly assignmentRequired: boolean;
  readonly tenantWide: readonly string[] | 'unknown';
  /** Whether the user consent setting lets an ordinary user consent to this app. */
  readonly userConsent: boolean | 'unknown';
};

/** What a plan from these gates rests on. */
export function restsOn({ exists, enabled, required, tenantWide, userConsent }: Gates): RestsOn {
  const scopes = (reading: Reading<ReadonlySet<string>>) =>
    reading.known ? [...reading.value].sort(byText) : ('unknown' as const);
  return {
    exists,
    enabledForSignIn: enabled,
    assignmentRequired: required,
    tenantWide: scopes(tenantWide),
    userConsent: userConsent.known ? userConsent.value : 'unknown',
  };
}

/** A setting the policy leaves alone that is no longer as the plan found it. */
export type Shifted = { readonly label: string; readonly reviewed: Json; readonly live: Json };

/**
 * What of it moved, among the settings the policy does not manage: those it manages are compared step by step.
 * @param creates whether the plan creates the app: then its properties come with it.
 */
export function shifted(
  reviewed: RestsOn,
  live: RestsOn,
  { application, consent }: Desired,
  creates: boolean,
): readonly Shifted[] {
  const both = reviewed.exists && live.exists;
  const row = (label: string, counts: boolean, key: keyof RestsOn): readonly Shifted[] =>
    counts && !sameJson(reviewed[key] as Json, live[key] as Json)
      ? [{ label, reviewed: reviewed[key] as Json, live: live[key] as Json }]
      : [];
  return [
    ...row('The enterprise app is in the tenant', !creates, 'exists'),
    ...row(
      'Enabled for users to sign in?',
      both && application.enabledForSignIn === 'unmanaged',
      'enabledForSignIn',
    ),
    ...row(
      'Assignment required?',
      both && application.assignmentRequired === 'unmanaged',
      'assignmentRequired',
    ),
    ...row('Grant admin consent', (both || !creates) && consent.tenantWide === 'unmanaged', 'tenantWide'),
    ...row('User consent settings', consent.userConsent === 'unmanaged', 'userConsent'),
  ];
}
