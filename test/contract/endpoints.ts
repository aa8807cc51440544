// A second opinion on requests: what a package that Microsoft generates from the OpenAPI document of Graph v1.0 knows
// about them (scripts/slice-graph-endpoints.mjs cuts the fixture and says how to renew it).
import { readFileSync } from 'node:fs';

type Endpoint = {
  readonly query: readonly string[];
  readonly header: readonly string[];
  /** The type of a body, and of what comes back; of one entry where that is a list. */
  readonly takes?: string;
  readonly gives?: string;
};
type Property = { readonly of?: string; readonly filter?: readonly string[] };
type Type = { readonly base?: string; readonly properties: { readonly [name: string]: Property } };

/** A request below the root of the version, as it was sent, alone or inside a batch. */
export type GraphRequest = {
  readonly method: string;
  /** Encoded, with its query. */
  readonly path: string;
  readonly headers: { readonly [name: string]: string };
  readonly body?: unknown;
};

const known: {
  readonly operations: { readonly [operation: string]: Endpoint };
  readonly types: { readonly [name: string]: Type };
} = JSON.parse(readFileSync(new URL('../fixtures/graph-endpoints.json', import.meta.url), 'utf8'));

const ROUTES = Object.entries(known.operations)
  .map(([key, endpoint]) => ({ endpoint, pattern: patternOf(key), variables: key.split('{').length }))
  .sort((a, b) => a.variables - b.variables);

function patternOf(key: string): RegExp {
  const parts = key
    .split(/(\{[\w-]+\})/)
    .map((part) =>
      part.startsWith('{')
        ? "(?!\\$|(?:microsoft\\.)?graph\\.)[^/()']+"
        : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'),
    );
  return new RegExp(`^${parts.join('')}$`);
}

/** The builder of a route, spelled as it is; the path is decoded and has no query. */
function endpointOf(method: string, path: string): Endpoint | undefined {
  return ROUTES.find(({ pattern }) => pattern.test(`${method} ${path}`))?.endpoint;
}

/** Spellings of OData that the package does not have, and what it has for them. */
const SPELLINGS: readonly (readonly [name: string, from: RegExp, to: string])[] = [
  ['the full name of the namespace', /\/microsoft\.graph\.(\w+)/, '/graph.$1'],
  ['an alternate key before a further segment', /\((?:appId|roleTemplateId)='[^']*'\)(?=\/)/, '/id'],
];

/** Everything about a request that the package does not know; nothing when it fits. */
export function strangeIn({ method, path, headers, body }: GraphRequest): readonly string[] {
  const [encoded = '', search = ''] = path.split('?');
  let plain = decodeURIComponent(encoded);
  const strange: string[] = [];
  for (const [name, from, to] of SPELLINGS) {
    if (endpointOf(method, plain) !== undefined || !from.test(plain)) continue;
    plain = plain.replace(from, to);
    strange.push(name);
  }
  const endpoint = endpointOf(method, plain);
  if (endpoint === undefined) return [`no ${method} ${plain}`];
  const options = [...new URLSearchParams(search)];
  const level = Object.keys(headers).filter((name) => /^(consistencylevel|if-match)$/i.test(name));
  const select = options.flatMap(([name, value]) => (name === '$select' ? value.split(',') : []));
  const filters = options.flatMap(([name, value]) => (name === '$filter' ? [value] : []));
  return [
    ...strange,
    ...options.filter(([name]) => !endpoint.query.includes(name)).map(([name]) => `no option ${name}`),
    ...level.filter((name) => !endpoint.header.includes(name)).map((name) => `no header ${name}`),
    ...select
      .filter((name) => propertyOf(endpoint.gives, name) === undefined)
      .map((name) => `$select: ${endpoint.gives} has no ${name}`),
    ...filters.flatMap((filter) => strangeInFilter(endpoint.gives, filter)),
    ...strangeInBody(endpoint.takes, body),
  ];
}

function propertyOf(type: string | undefined, name: string): Property | undefined {
  const { base, properties } = known.types[type ?? ''] ?? { properties: {} };
  return properties[name] ?? (base === undefined ? undefined : propertyOf(base, name));
}

function strangeInFilter(type: string | undefined, filter: string): readonly string[] {
  const outside = filter.replace(/'(?:[^']|'')*'/g, '…');
  return [...outside.matchAll(/(\w+) (eq|ne|in|ge|le)\b/g)].flatMap(([, name = '', operator = '']) => {
    const property = propertyOf(type, name);
    if (property === undefined) return [`$filter: ${type} has no ${name}`];
    return property.filter?.includes(operator) === true
      ? []
      : [`$filter: ${type} says no ${name} ${operator}`];
  });
}

function strangeInBody(type: string | undefined, body: unknown): readonly string[] {
  if (body === undefined) return [];
  if (type === undefined) return ['takes no body'];
  return Object.entries(body as object).flatMap(([name, value]) => {
    const property = propertyOf(type, name);
    if (property === undefined) return [`body: ${type} has no ${name}`];
    return property.of === undefined || typeof value !== 'object' ? [] : strangeInBody(property.of, value);
  });
}
