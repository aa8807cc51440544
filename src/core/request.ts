import type { Json } from './json.ts';

/**
 * A read of Microsoft Graph v1.0, as data. `path` starts with `/` and is relative to the version, e.g.
 * `/servicePrincipals(appId='…')?$select=id`, with every value already percent-encoded where it must be.
 * The path is the read's identity: two reads with one path are one read.
 */
export type ReadRequest = Fetched | Question;

/** A read that is fetched: all of them but a question. */
export type Fetched = {
  readonly method: 'GET';
  readonly path: string;
  /**
   * `one`: one object · `list`: a collection, read to its last page unless `pages` is set · `count`: a plain integer.
   * `count` and advanced queries need `eventual`.
   */
  readonly shape: 'one' | 'list' | 'count';
  /** Sends `ConsistencyLevel: eventual`, which advanced queries demand; they read an index that lags more. */
  readonly eventual?: true;
  /**
   * For a list that nothing is decided by: at most this many pages, so many milliseconds apart. An answer that ends
   * before the list does says so.
   */
  readonly pages?: { readonly most: number; readonly apart: number };
  /** What is read, in an administrator's words, for messages: "the users and groups of the app". */
  readonly what: string;
  /** The least Graph application permission that allows it, for the message when it is refused. */
  readonly permission: string;
};

/** What Conditional Access would do: the one action of Graph that a reader may ask for, because it changes nothing. */
export const WHAT_IF = '/identity/conditionalAccess/evaluate';

/** A read that Graph wants posted. What follows the `#` tells two questions apart and is not sent. */
export type Question = {
  readonly method: 'POST';
  readonly path: `${typeof WHAT_IF}#${string}`;
  readonly body: Json;
  readonly shape: 'list';
  readonly eventual?: never;
  readonly pages?: never;
  readonly what: string;
  readonly permission: string;
};

/**
 * A write, as data: the plan shows exactly this and apply sends exactly this.
 * `{application}` in path or body stands for the object id of a service principal that an earlier step creates.
 */
export type WriteRequest = {
  readonly method: 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: Json;
  readonly what: string;
  readonly permission: string;
};

/** Stands for the object id of the app while the plan that creates it is not applied yet. */
export const APPLICATION_ID = '{application}';

/**
 * The request once the app it speaks of is there: its id stands in the path and in the two properties that name a
 * service principal, and nowhere else, since every other text may be somebody's own.
 */
export function forApplication(request: WriteRequest, application: string | undefined): WriteRequest {
  if (application === undefined) return request;
  const { body } = request;
  const path = request.path.replaceAll(APPLICATION_ID, application);
  if (body === undefined || body === null || typeof body !== 'object') return { ...request, path };
  const named = Object.entries(body).map(([key, value]) =>
    (key === 'clientId' || key === 'resourceId') && value === APPLICATION_ID
      ? [key, application]
      : [key, value],
  );
  return { ...request, path, body: Array.isArray(body) ? body : Object.fromEntries(named) };
}

/** What a tenant said to one read. A refusal is a value of its own: never an empty list, never "absent". */
export type Answer =
  /** `cut`: the list goes on. */
  | { readonly kind: 'found'; readonly value: Json; readonly cut?: true }
  /** 404: there is no such object. */
  | { readonly kind: 'absent' }
  /** 401, 403, or a licence refusal: the tenant has an answer and did not give it. */
  | { readonly kind: 'refused'; readonly status: number; readonly code: string; readonly message: string };

/** Answers by the path of their read. */
export type Answers = ReadonlyMap<string, Answer>;

/** A value that was read, or the reason why it is not known. */
export type Reading<T> =
  | { readonly known: true; readonly value: T }
  | { readonly known: false; readonly why: string };

export function known<T>(value: T): Reading<T> {
  return { known: true, value };
}

export function unknown<T>(why: string): Reading<T> {
  return { known: false, why };
}

/** Escapes a value for a quoted string of an OData filter, and encodes it for a URL. */
export function odata(value: string): string {
  return encodeURIComponent(value.replaceAll("'", "''"));
}
