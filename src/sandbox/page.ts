import type { Json } from '../core/json.ts';
import { type Answer, badRequest, unsupportedQuery } from './answers.ts';
import { filterProperties, matches, orderedIn } from './filter.ts';
import { skipToken } from './query.ts';
import { type GraphRequest, isEventual } from './request.ts';

export type JsonObject = { [key: string]: Json };

/** How one kind of object looks on the wire. */
export type Shape<T> = {
  /** Without the namespace: `user`. */
  readonly type: string;
  /** Every property this sandbox has of it. */
  readonly full: (row: T) => JsonObject;
  /** What comes without `$select`; default: everything. */
  readonly defaults?: readonly string[];
  /** What `$filter` may compare. */
  readonly filterable: readonly string[];
  /** What `$filter` may compare by `ge` and `le`; default: nothing. */
  readonly ordered?: readonly string[];
};

/** Collections of several kinds take no filter here. */
const MIXED: Shape<unknown> = { type: 'directoryObject', full: () => ({}), filterable: [] };

/** One object, cut down to `$select`; `context` is the entity set's name. */
export function one<T>(
  request: GraphRequest,
  shape: Shape<T>,
  row: T,
  context: string,
  status = 200,
): Answer {
  return {
    status,
    body: {
      '@odata.context': `${request.root}/$metadata#${context}/$entity`,
      ...project(request, shape, row),
    },
  };
}

/** Properties of a row as asked for. @throws GraphError 400 for a property that does not exist. */
export function project<T>(request: GraphRequest, shape: Shape<T>, row: T): JsonObject {
  const full = shape.full(row);
  const wanted = request.query.select ?? shape.defaults;
  if (!wanted) return full;
  const cut: JsonObject = {};
  for (const asked of wanted) {
    const name = Object.hasOwn(full, asked)
      ? asked
      : Object.keys(full).find((key) => key.toLowerCase() === asked.toLowerCase());
    const value = name === undefined ? undefined : full[name];
    if (name === undefined || value === undefined) {
      throw badRequest(`Could not find a property named '${asked}' on type 'microsoft.graph.${shape.type}'.`);
    }
    cut[name] = value;
  }
  return cut;
}

/**
 * A page of a collection in the order of `key`, which is not the order of creation.
 * With a shape for each row, rows carry `@odata.type`, as in collections of mixed kinds.
 */
export function page<T>(
  request: GraphRequest,
  rows: Iterable<T>,
  key: (row: T) => string,
  shape: Shape<T> | ((row: T) => Shape<T>),
  context: string,
): Answer {
  const { query } = request;
  const shapeOf = typeof shape === 'function' ? shape : () => shape;
  if (query.count && !isEventual(request)) {
    throw unsupportedQuery('$count is not currently supported without the ConsistencyLevel header.');
  }
  let found = [...rows];
  const { filter } = query;
  if (filter) {
    const { filterable, ordered = [], type, full } = typeof shape === 'function' ? MIXED : shape;
    const [strange] = [
      ...filterProperties(filter).filter((property) => !filterable.includes(property)),
      ...orderedIn(filter).filter((property) => !ordered.includes(property)),
    ];
    if (strange !== undefined) {
      throw unsupportedQuery(
        `Unsupported or invalid query filter clause specified for property '${strange}' of resource '${type}'.`,
      );
    }
    found = found.filter((row) => {
      const object = full(row);
      return matches(filter, (name) => valueAt(object, name.split('/')));
    });
  }
  const total = found.length;
  const keyed = found.map((row) => ({ row, key: key(row) }));
  keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  const after = query.after;
  const first = after === undefined ? 0 : keyed.findIndex((each) => each.key > after);
  const rest = first < 0 ? [] : keyed.slice(first, first + query.top);
  const more = first >= 0 && first + query.top < keyed.length;
  const last = rest.at(-1);
  const body: JsonObject = { '@odata.context': `${request.root}/$metadata#${context}` };
  if (query.count) body['@odata.count'] = total;
  if (more && last) body['@odata.nextLink'] = nextLink(request, last.key);
  body.value = rest.map(({ row }) =>
    typeof shape === 'function'
      ? { '@odata.type': `#microsoft.graph.${shapeOf(row).type}`, ...project(request, shapeOf(row), row) }
      : project(request, shape, row),
  );
  return { status: 200, body };
}

/** The value at a path; of a list, that of each of its objects. */
function valueAt(value: Json | undefined, [name, ...deeper]: readonly string[]): Json | undefined {
  if (name === undefined) return value;
  if (Array.isArray(value)) return value.map((each: Json) => valueAt(each, [name, ...deeper]) ?? null);
  if (value === null || typeof value !== 'object') return undefined;
  return valueAt((value as JsonObject)[name], deeper);
}

function nextLink(request: GraphRequest, key: string): string {
  const options = new URLSearchParams(request.query.raw);
  options.set('$skiptoken', skipToken(key));
  // The service writes options readably; `URLSearchParams` would hide the dollar signs.
  const text = [...options].map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&');
  return `${request.root}${request.path}?${text}`;
}

/** A bare number as text. @throws GraphError 400 without `ConsistencyLevel: eventual`. */
export function countOf(request: GraphRequest, rows: number): Answer {
  requireEventual(request, false);
  return { status: 200, body: rows, headers: { 'Content-Type': 'text/plain' } };
}

/** Advanced queries need the header, and casts `$count=true` as well. */
export function requireEventual(request: GraphRequest, andCount: boolean): void {
  if (!isEventual(request) || (andCount && !request.query.count)) {
    throw unsupportedQuery(
      'Request is missing ConsistencyLevel: eventual header or $count=true, which this query needs.',
    );
  }
}
