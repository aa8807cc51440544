import type { Outcome } from './report.ts';

/** What came back for one request: how it was taken, or why there is no answer to it. */
export type RequestResult =
  | 'accepted'
  | 'already-so'
  | 'not-yet'
  | 'network'
  | 'throttled'
  | 'server'
  | 'answer-lost'
  | 'refused'
  | 'conflict'
  | 'rejected'
  | 'broken-answer'
  | 'sign-in'
  | 'wrong-tenant'
  /** The run was stopped before it could be sent again; it was not executed. */
  | 'interrupted';

const OUTCOMES: { readonly [outcome in Outcome]: true } = {
  applied: true,
  'nothing to do': true,
  'partly applied': true,
  stale: true,
  refused: true,
  failed: true,
};
const RESULTS: { readonly [result in RequestResult]: true } = {
  accepted: true,
  'already-so': true,
  'not-yet': true,
  network: true,
  throttled: true,
  server: true,
  'answer-lost': true,
  refused: true,
  conflict: true,
  rejected: true,
  'broken-answer': true,
  'sign-in': true,
  'wrong-tenant': true,
  interrupted: true,
};

/** Whether a value that was read is one of our words for how a tenant ended. */
export function isOutcome(value: unknown): value is Outcome {
  return typeof value === 'string' && Object.hasOwn(OUTCOMES, value);
}

/** Whether a value that was read is one of our words for how a request ended. */
export function isRequestResult(value: unknown): value is RequestResult {
  return typeof value === 'string' && Object.hasOwn(RESULTS, value);
}

const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Whether a value that was read is a GUID in lower case, as ids of tenants and people are written. */
export function isGuid(value: unknown): value is string {
  return typeof value === 'string' && GUID.test(value);
}
