import type { Fields, Hub, Identity, Scope } from './hub.ts';

export type ApiRequest = {
  readonly method: string;
  /** Below the API's root: `/repos/…`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly params: { readonly [name: string]: string };
  readonly body: Fields;
  readonly caller: Identity;
};
export type Answer = {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: { readonly [name: string]: string };
};
export type Route = {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE' | 'PUT';
  readonly path: string;
  /** Any one of these scopes does; none: every known token may. */
  readonly needs: readonly Scope[];
  readonly handle: (request: ApiRequest, hub: Hub) => Answer;
};

const DOCS = 'https://docs.github.com/rest';

/** An error as GitHub words it. */
export function refuse(status: number, message: string, more: Fields = {}): Answer {
  return { status, body: { message, ...more, documentation_url: DOCS, status: String(status) } };
}

export const notFound = (): Answer => refuse(404, 'Not Found');

/** `Validation Failed`, about one field. */
export function invalid(resource: string, field: string, code: string, message?: string): Answer {
  return refuse(422, 'Validation Failed', {
    errors: [{ resource, field, code, ...(message === undefined ? {} : { message }) }],
  });
}

export const ok = (body: unknown): Answer => ({ status: 200, body });
export const created = (body: unknown): Answer => ({ status: 201, body });

/**
 * One page of a list, with the Link header.
 * @param wrap puts the page into an object, for the lists that GitHub wraps
 */
export function paged<Item>(
  request: ApiRequest,
  hub: Hub,
  items: readonly Item[],
  shape: (item: Item) => unknown,
  wrap: (page: readonly unknown[]) => unknown = (page) => page,
): Answer {
  const size = Math.min(100, Math.max(1, Number(request.query.get('per_page') ?? 30) || 30));
  const page = Math.max(1, Number(request.query.get('page') ?? 1) || 1);
  const last = Math.max(1, Math.ceil(items.length / size));
  const url = (to: number) => {
    const query = new URLSearchParams(request.query);
    query.set('page', String(to));
    return `<${hub.api()}${request.path}?${query}>`;
  };
  const links = [
    ...(page > 1 ? [`${url(page - 1)}; rel="prev"`] : []),
    ...(page < last ? [`${url(page + 1)}; rel="next"`, `${url(last)}; rel="last"`] : []),
    ...(page > 1 ? [`${url(1)}; rel="first"`] : []),
  ];
  return {
    status: 200,
    body: wrap(items.slice((page - 1) * size, page * size).map(shape)),
    ...(links.length === 0 ? {} : { headers: { link: links.join(', ') } }),
  };
}

export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function fields(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : undefined;
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** GitHub counts characters, not UTF-16 units. */
export const tooLong = (value: string, limit: number): boolean => [...value].length > limit;
