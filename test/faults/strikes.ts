import type { Fault } from '../../src/sandbox/fault.ts';
import type { Tenant } from '../../src/sandbox/tenant.ts';

/** A place where something can go wrong: an exchange or, inside a batch, one of its requests. */
export type Point = {
  readonly method: string;
  readonly path: string;
  readonly item: boolean;
};

/** One way in which things go wrong. */
export type Strike = {
  readonly name: string;
  readonly fits: (point: Point) => boolean;
} & (
  | {
      /** The answer of this point; `for ever`: of everything that asks for the same from then on, `all`: of all. */
      readonly how: 'fault';
      readonly fault: Fault;
      readonly lasts?: 'path' | 'all';
    }
  | { readonly how: 'tenant'; readonly change: (tenant: Tenant) => void }
  | { readonly how: 'clock'; readonly ms: number }
  | { readonly how: 'answer'; readonly tamper: (response: Response) => Response | Promise<Response> }
);

const isSignIn = ({ path }: Point) => !path.startsWith('/v1.0/');
const isWrite = (point: Point) =>
  !isSignIn(point) && point.method !== 'GET' && !point.path.startsWith('/v1.0/$batch');
const isGraph = (point: Point) => !isSignIn(point);
const isExchange = ({ item }: Point) => !item;
const everywhere = () => true;

const answer = (status: number, code?: string, message = 'No.', headers?: { [name: string]: string }) =>
  ({
    kind: 'answer',
    status,
    ...(headers === undefined ? {} : { headers }),
    ...(code === undefined ? {} : { body: { error: { code, message } } }),
  }) as const satisfies Fault;

/** Everything Graph and the way to it have been seen to do, each once. */
export const PASSING: readonly Strike[] = [
  { name: 'connection reset before', how: 'fault', fits: everywhere, fault: { kind: 'reset-before' } },
  { name: 'connection reset after', how: 'fault', fits: everywhere, fault: { kind: 'reset-after' } },
  { name: 'answer cut off', how: 'fault', fits: isExchange, fault: { kind: 'truncate' } },
  {
    name: '429 with Retry-After',
    how: 'fault',
    fits: everywhere,
    fault: answer(429, 'TooManyRequests', 'Too many requests.', { 'Retry-After': '7' }),
  },
  { name: '429 without Retry-After', how: 'fault', fits: everywhere, fault: answer(429, 'TooManyRequests') },
  { name: '500', how: 'fault', fits: everywhere, fault: answer(500, 'generalException') },
  { name: '502', how: 'fault', fits: everywhere, fault: answer(502) },
  { name: '503', how: 'fault', fits: everywhere, fault: answer(503, 'serviceNotAvailable') },
  { name: '504', how: 'fault', fits: everywhere, fault: answer(504) },
  { name: '401', how: 'fault', fits: isGraph, fault: answer(401, 'InvalidAuthenticationToken') },
  {
    name: 'accepted and discarded',
    how: 'fault',
    fits: isWrite,
    fault: { kind: 'discard' },
  },
  {
    name: '409 at the same time',
    how: 'fault',
    fits: isWrite,
    fault: answer(409, 'Directory_ConcurrencyViolation'),
  },
  {
    name: '404 for an object just made',
    how: 'fault',
    fits: (point) => isWrite(point) && point.method !== 'DELETE',
    fault: answer(404, 'Request_ResourceNotFound'),
  },
  {
    name: '400 for a principal just made',
    how: 'fault',
    fits: (point) => isWrite(point) && point.path.endsWith('/appRoleAssignedTo'),
    fault: answer(400, 'Request_BadRequest', 'Not a valid reference update.'),
  },
  {
    name: 'no JSON',
    how: 'answer',
    fits: isExchange,
    tamper: (response) => new Response('<html>Service Unavailable</html>', { status: response.status }),
  },
  { name: 'no answer', how: 'answer', fits: isExchange, tamper: () => new Promise(() => {}) },
  { name: 'two hours pass', how: 'clock', fits: everywhere, ms: 2 * 3600_000 },
];

/** What does not pass by itself: somebody looks into it, and the same command is run again. */
export const LASTING: readonly Strike[] = [
  {
    name: '403 for this path',
    how: 'fault',
    lasts: 'path',
    fits: isGraph,
    fault: answer(403, 'Authorization_RequestDenied', 'Insufficient privileges to complete the operation.'),
  },
  { name: '503 from here on', how: 'fault', lasts: 'all', fits: isExchange, fault: answer(503) },
  {
    name: '429 for ten minutes',
    how: 'fault',
    lasts: 'all',
    fits: isGraph,
    fault: answer(429, 'TooManyRequests', 'Too many requests.', { 'Retry-After': '600' }),
  },
  { name: 'cut off for ever', how: 'fault', lasts: 'all', fits: isExchange, fault: { kind: 'reset-after' } },
  {
    name: 'a token of another tenant',
    how: 'tenant',
    fits: isSignIn,
    change: (tenant) => {
      tenant.settings.tokenTenantId = '6f0d1c55-2f3a-4b0e-9a57-5d0f6e0c4b11';
    },
  },
];

/** Reads that show a write late. Only where something is written. */
export const LAGGING: readonly Strike[] = [1, 5, 15, 30].map((seconds) => ({
  name: `reads ${seconds} s behind`,
  how: 'tenant',
  fits: isExchange,
  change: (tenant) => {
    tenant.settings.lagSeconds = seconds;
  },
}));
