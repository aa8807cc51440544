import type { WriteRequest } from '../core/request.ts';
import { GraphFailure } from './failure.ts';
import { type GraphError, graphError, parseJson } from './graph-error.ts';
import type { WriteAnswer } from './writer.ts';

/** What an answer to a write means. `again`: it was not executed, and sending it again is right. */
export type WriteOutcome =
  | { readonly kind: 'answered'; readonly answer: WriteAnswer }
  | { readonly kind: 'again'; readonly because: 'throttled' | 'conflict'; readonly failure: GraphFailure }
  | { readonly kind: 'failed'; readonly failure: GraphFailure };

/** Graph's ways to say "is there already", each only for the request it belongs to; codes alone do not tell. */
const ALREADY_THERE: readonly {
  readonly path: RegExp;
  readonly says: (status: number, error: GraphError) => boolean;
}[] = [
  {
    path: /\/(?:appRoleAssignedTo|appRoleAssignments)$/i,
    says: (status, { message }) =>
      (status === 400 || status === 409) &&
      /Permission being assigned already exists on the object|EntitlementGrant entry already exists/i.test(
        message,
      ),
  },
  {
    path: /^\/oauth2PermissionGrants$/i,
    says: (status, { message }) =>
      (status === 400 || status === 409) && /Permission entry already exists/i.test(message),
  },
  {
    path: /^\/servicePrincipals$/i,
    says: (status, { code }) => status === 409 && code === 'Request_MultipleObjectsWithSameKeyValue',
  },
];

/**
 * Reads Graph's answer to a write.
 * @param clientId the app that wrote, for the advice where to grant it a permission.
 */
export function writeOutcome(
  request: WriteRequest,
  status: number,
  text: string,
  clientId: string | undefined,
): WriteOutcome {
  if (status >= 200 && status < 300) return accepted(request, status, text);
  const error = graphError(status, parseJson(text));
  const { code, message } = error;
  if (alreadySo(request, status, error)) return answered({ kind: 'already-so', status, message });
  if (notYet(request, status, error)) return answered({ kind: 'not-yet', status, message });
  if (status === 429) {
    return { kind: 'again', because: 'throttled', failure: throttled(request, status, error) };
  }
  if (status === 409 && code === 'Directory_ConcurrencyViolation') {
    return { kind: 'again', because: 'conflict', failure: conflict(request, status, error) };
  }
  if (status >= 500 || status === 408)
    return failed(answerLost(request, `${status} ${code}: ${message}`, status, error));
  if (status === 401 || status === 403) return failed(refused(request, status, error, clientId));
  return failed(rejected(request, status, error));
}

/** The failure of a write whose answer did not arrive, or does not tell. */
export function answerLost(
  request: WriteRequest,
  detail: string,
  status?: number,
  error?: GraphError,
): GraphFailure {
  return new GraphFailure(
    'answer-lost',
    `Whether Microsoft Graph executed “${request.what}” is not known: ${detail}`,
    'Run the same apply again: it reads first, and sends only what is still missing.',
    detailsOf(status, error),
  );
}

function accepted(request: WriteRequest, status: number, text: string): WriteOutcome {
  if (text === '') return answered({ kind: 'accepted', status });
  const body = parseJson(text);
  // It was executed, yet what it made cannot be told: as good as no answer.
  if (body === undefined) return failed(answerLost(request, `the answer (${status}) is not JSON`, status));
  return answered({ kind: 'accepted', status, body });
}

function alreadySo({ method, path }: WriteRequest, status: number, error: GraphError): boolean {
  if (method === 'DELETE') {
    const gone = /EntitlementGrant being updated or deleted is not found/i.test(error.message);
    return (
      status === 404 || (status === 400 && gone && /\/(?:appRoleAssignedTo|appRoleAssignments)\//i.test(path))
    );
  }
  return method === 'POST' && ALREADY_THERE.some((each) => each.path.test(path) && each.says(status, error));
}

function notYet({ method }: WriteRequest, status: number, { message }: GraphError): boolean {
  if (method === 'DELETE') return false;
  return status === 404 || (status === 400 && /Not a valid reference update/i.test(message));
}

function throttled(request: WriteRequest, status: number, error: GraphError): GraphFailure {
  return new GraphFailure(
    'throttled',
    `Microsoft Graph kept throttling “${request.what}”: ${error.message}`,
    'Something uses up the write budget of this app or tenant: run the same apply again in some minutes.',
    detailsOf(status, error),
  );
}

function conflict(request: WriteRequest, status: number, error: GraphError): GraphFailure {
  return new GraphFailure(
    'conflict',
    `Somebody else keeps writing to what “${request.what}” changes: ${error.message}`,
    'Find out who else manages this app (Entra admin centre › Audit logs), then run the same apply again.',
    detailsOf(status, error),
  );
}

function refused(
  request: WriteRequest,
  status: number,
  error: GraphError,
  clientId: string | undefined,
): GraphFailure {
  const app = clientId === undefined ? 'the app registration that applies' : `app registration ${clientId}`;
  return new GraphFailure(
    'refused',
    `Microsoft Graph refused “${request.what}”: ${status} ${error.code}: ${error.message}`,
    `It needs the application permission ${request.permission}. Add it to ${app}: Entra admin centre › ` +
      'App registrations › API permissions › Microsoft Graph, then “Grant admin consent”.',
    detailsOf(status, error),
  );
}

function rejected(request: WriteRequest, status: number, error: GraphError): GraphFailure {
  return new GraphFailure(
    'rejected',
    `Microsoft Graph did not accept “${request.what}”: ${status} ${error.code}: ${error.message} (${request.method} ${request.path})`,
    'Nothing was changed by this request. Plan again; if it stays, please report this message.',
    detailsOf(status, error),
  );
}

function detailsOf(status: number | undefined, error: GraphError | undefined) {
  return {
    ...(status === undefined ? {} : { status }),
    ...(error === undefined ? {} : { code: error.code }),
    ...(error?.requestId === undefined ? {} : { requestId: error.requestId }),
  };
}

function answered(answer: WriteAnswer): WriteOutcome {
  return { kind: 'answered', answer };
}

function failed(failure: GraphFailure): WriteOutcome {
  return { kind: 'failed', failure };
}
