import type { Json } from '../core/json.ts';
import type { Query } from './query.ts';
import type { Store } from './store.ts';
import type { Tenant } from './tenant.ts';

/** One Graph request, ready for its handler: signed in, allowed, parsed. */
export type GraphRequest = {
  readonly tenant: Tenant;
  readonly now: Date;
  /** Values of the path's variables, in order; an alternate key stays as `(appId='…')`. */
  readonly params: readonly string[];
  readonly query: Query;
  readonly headers: Headers;
  /** The parsed body; `{}` without one. */
  readonly body: { readonly [key: string]: Json };
  /** `https://host/v1.0`, for absolute links. */
  readonly root: string;
  /** The path below the root, without query. */
  readonly path: string;
  /** The application permissions of the token. */
  readonly roles: ReadonlySet<string>;
  readonly store: Store;
  /** How often this tenant was asked before: what changes from answer to answer hangs on it. */
  readonly turn: number;
};

/** The n-th variable of the path. */
export function param(request: GraphRequest, at: number): string {
  return request.params[at] ?? '';
}

/** Whether the caller accepts answers from the lagging index, as advanced queries demand. */
export function isEventual(request: GraphRequest): boolean {
  return request.headers.get('consistencylevel')?.toLowerCase() === 'eventual';
}
