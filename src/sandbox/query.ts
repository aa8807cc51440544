import { badRequest, unsupportedQuery } from './answers.ts';
import { type Filter, parseFilter } from './filter.ts';

/** The OData options of a request. */
export type Query = {
  readonly select: readonly string[] | undefined;
  readonly filter: Filter | undefined;
  readonly top: number;
  readonly count: boolean;
  /** Where the page starts: after the row with this key. */
  readonly after: string | undefined;
  /** The options as they came, for the next link. */
  readonly raw: URLSearchParams;
};

const DEFAULT_PAGE = 100;
const MAX_PAGE = 999;
const KNOWN = new Set(['$select', '$filter', '$top', '$count', '$skiptoken']);

/**
 * Reads the query string. Options this subset does not play (`$expand`, `$orderby`, `$search`, `$skip`) are
 * refused rather than ignored, for an ignored option would let a wrong request look right.
 * @throws GraphError 400
 */
export function parseQuery(raw: URLSearchParams): Query {
  for (const name of raw.keys()) {
    if (!name.startsWith('$')) continue;
    if (!KNOWN.has(name)) throw unsupportedQuery(`The query option '${name}' is not supported here.`);
  }
  const top = raw.get('$top');
  if (top !== null && !(/^\d+$/.test(top) && Number(top) >= 1 && Number(top) <= MAX_PAGE)) {
    throw badRequest(`Invalid page size specified: '${top}'. Must be between 1 and ${MAX_PAGE} inclusive.`);
  }
  const token = raw.get('$skiptoken');
  const filter = raw.get('$filter');
  return {
    select: raw
      .get('$select')
      ?.split(',')
      .map((name) => name.trim()),
    filter: filter === null ? undefined : parseFilter(filter),
    top: top === null ? DEFAULT_PAGE : Number(top),
    count: raw.get('$count') === 'true',
    after: token === null ? undefined : readToken(token),
    raw,
  };
}

/** Opaque on purpose: nobody outside may build or read one. */
export function skipToken(key: string): string {
  return `RFN${Buffer.from(`page:${key}`).toString('base64url')}`;
}

function readToken(token: string): string {
  const text = token.startsWith('RFN') ? Buffer.from(token.slice(3), 'base64url').toString() : '';
  if (!text.startsWith('page:')) throw badRequest('The specified skip token is invalid.');
  return text.slice('page:'.length);
}
