import type { Fault } from '../../src/sandbox/fault.ts';
import type { Point, Strike } from './strikes.ts';

type Said = {
  readonly name: string;
  readonly fits: (point: Point) => boolean;
  readonly status: number;
  readonly code: string;
  readonly message: string;
};

const [BAD, SAME] = ['Request_BadRequest', 'Request_MultipleObjectsWithSameKeyValue'];
const made =
  (collection: string) =>
  ({ method, path }: Point) =>
    method === 'POST' && path.endsWith(`/${collection}`);
const removed =
  (collection: string) =>
  ({ method, path }: Point) =>
    method === 'DELETE' && path.includes(`/${collection}/`);

/** Graph's ways to say “is there already” and “is gone already”, each for the write it belongs to. */
const SAID: readonly Said[] = [
  {
    name: 'permission exists',
    fits: made('appRoleAssignedTo'),
    status: 400,
    code: BAD,
    message: 'Permission being assigned already exists on the object',
  },
  {
    name: 'entry exists, 400',
    fits: made('appRoleAssignedTo'),
    status: 400,
    code: BAD,
    message: 'EntitlementGrant entry already exists.',
  },
  {
    name: 'entry exists, 409',
    fits: made('appRoleAssignedTo'),
    status: 409,
    code: SAME,
    message: 'EntitlementGrant entry already exists.',
  },
  {
    name: 'grant exists',
    fits: made('oauth2PermissionGrants'),
    status: 409,
    code: SAME,
    message: 'Permission entry already exists.',
  },
  {
    name: 'entry not found',
    fits: removed('appRoleAssignedTo'),
    status: 400,
    code: BAD,
    message: 'EntitlementGrant being updated or deleted is not found.',
  },
  {
    name: 'nothing to remove',
    fits: ({ method }) => method === 'DELETE',
    status: 404,
    code: 'Request_ResourceNotFound',
    message: 'Resource does not exist.',
  },
];

/** Each by a server that did the write and tells of its own repetition, and by one that is wrong. */
export const ALREADY_SO: readonly Strike[] = SAID.flatMap(
  ({ name, fits, status, code, message }): Strike[] => {
    const body = { error: { code, message } };
    const fault: Fault = { kind: 'answer', status, body };
    return [
      { name: `${name}, as it was done`, how: 'answer', fits, tamper: () => Response.json(body, { status }) },
      { name: `${name}, and it is not so`, how: 'fault', fits, fault },
    ];
  },
);

/** Whether the answer to a write says that all is well, and it is not: only a later look can find that out. */
export function claimsDone(strike: Strike): boolean {
  return strike.name === 'accepted and discarded' || strike.name.endsWith(', and it is not so');
}
