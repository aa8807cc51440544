import { withoutSecrets } from '../core/secrets.ts';

/** What went wrong at the edge of Microsoft Graph, as far as a caller can act on it. */
export type GraphFailureReason =
  /** No answer came: name not found, refused connection, reset, timeout. Reads only; nothing is known. */
  | 'network'
  /** Graph kept saying "too many requests" for longer than we wait. Nothing was executed. */
  | 'throttled'
  /** Graph kept answering 5xx to a read. */
  | 'server'
  /** A write was sent and its answer did not arrive: it may or may not have been executed. Read before repeating. */
  | 'answer-lost'
  /** A permission or a licence is missing. */
  | 'refused'
  /** Somebody else is writing to the same object, and did not stop. Not executed. */
  | 'conflict'
  /** Graph says the request is wrong. Not executed. */
  | 'rejected'
  /** An answer that is not what Graph promises: cut off, missing parts, wrong types, a link to a foreign host. */
  | 'broken-answer'
  /** No token: wrong secret, unknown app, unreachable sign-in service. */
  | 'sign-in'
  /** The token is for another tenant than the policy file. */
  | 'wrong-tenant';

type Details = { readonly status?: number; readonly code?: string; readonly requestId?: string };

/**
 * The one error of the Graph edge. Message and fix never hold a token, secret or assertion, and there is no
 * `cause`: the errors of the SDKs carry requests, and requests carry secrets. Graph's texts are not escaped yet.
 */
export class GraphFailure extends Error {
  override readonly name = 'GraphFailure';
  readonly reason: GraphFailureReason;
  /** What to do next, one or two sentences. */
  readonly fix: string;
  /** HTTP status, where an answer came. */
  readonly status?: number;
  /** Graph's error code, or the AADSTS code of the sign-in service. */
  readonly code?: string;
  /** What Microsoft's support asks for. */
  readonly requestId?: string;

  constructor(reason: GraphFailureReason, message: string, fix: string, details: Details = {}) {
    super(withoutSecrets(message));
    this.reason = reason;
    this.fix = withoutSecrets(fix);
    if (details.status !== undefined) this.status = details.status;
    if (details.code !== undefined) this.code = withoutSecrets(details.code);
    if (details.requestId !== undefined) this.requestId = details.requestId;
  }
}
