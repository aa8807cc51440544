import type { Json } from '../core/json.ts';

/** What a handler answers; `body` undefined means none (204). A string body is plain text. */
export type Answer = {
  readonly status: number;
  readonly body?: Json;
  readonly headers?: { readonly [name: string]: string };
};

/** A refusal in Graph's error shape. Thrown by handlers, turned into the answer by the exchange. */
export class GraphError extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: { readonly [name: string]: string };
  readonly details: readonly { readonly code: string; readonly message: string; readonly target?: string }[];

  constructor(
    status: number,
    code: string,
    message: string,
    more: { readonly headers?: GraphError['headers']; readonly details?: GraphError['details'] } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = more.headers ?? {};
    this.details = more.details ?? [];
  }
}

export function badRequest(message: string, details: GraphError['details'] = []): GraphError {
  return new GraphError(400, 'Request_BadRequest', message, { details });
}

export function unsupportedQuery(message: string): GraphError {
  return new GraphError(400, 'Request_UnsupportedQuery', message);
}

/** 404 as Graph words it for a directory object. */
export function notFound(what: string): GraphError {
  return new GraphError(
    404,
    'Request_ResourceNotFound',
    `Resource '${what}' does not exist or one of its queried reference-property objects are not present.`,
  );
}

export function insufficientPrivileges(): GraphError {
  return new GraphError(
    403,
    'Authorization_RequestDenied',
    'Insufficient privileges to complete the operation.',
  );
}

export function multipleObjects(message: string, details: GraphError['details'] = []): GraphError {
  return new GraphError(409, 'Request_MultipleObjectsWithSameKeyValue', message, { details });
}

/** 429 in the shape Graph documents; without `Retry-After` where the service leaves it out. */
export function tooManyRequests(retryAfter: number | undefined): GraphError {
  return new GraphError(429, 'TooManyRequests', 'Too many requests.', {
    headers: retryAfter === undefined ? {} : { 'Retry-After': String(retryAfter) },
  });
}

/** Graph's error body. `requestId` and `date` are what a support case would quote. */
export function errorBody(error: GraphError, requestId: string, date: Date): Json {
  const innerError: { [key: string]: Json } = {
    date: date.toISOString().slice(0, 19),
    'request-id': requestId,
    'client-request-id': requestId,
  };
  if (error.status === 429) innerError.code = '429';
  return {
    error: {
      code: error.code,
      message: error.message,
      ...(error.details.length > 0 ? { details: error.details.map((each) => ({ ...each })) } : {}),
      innerError,
    },
  };
}
