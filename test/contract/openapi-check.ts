import { contentSchema, misfit, operationOf, refusalSchema, responseOf } from './openapi-slice.ts';

type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/** A request or an answer that Microsoft's own description of Graph does not allow. */
class ContractMismatch extends Error {
  override readonly name = 'ContractMismatch';
}

/**
 * Wraps a fetch so that every request body and every answer of Graph v1.0, batch items included, is checked against the
 * slice of the OpenAPI document; sign-in passes unchecked. An answer that is no JSON (cut off on the way) passes too.
 * @throws ContractMismatch naming method, path and what does not fit
 */
export function checkedFetch(fetch: Fetch): Fetch {
  return async (input, init) => {
    const request = new Request(input instanceof Request ? input.clone() : input, init);
    const url = new URL(request.url);
    if (!url.pathname.startsWith('/v1.0/')) return fetch(input, init);
    const path = url.pathname.slice('/v1.0'.length) + url.search;
    const sent = parse(await request.text());
    checkRequest(request.method, path, sent);
    const response = await fetch(input, init);
    const received = parse(await response.clone().text());
    if (received !== BROKEN) checkResponse(request.method, path, response.status, received);
    if (path.startsWith('/$batch')) checkItems(sent, received);
    return response;
  };
}

const BROKEN = Symbol('no JSON');

function parse(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return BROKEN;
  }
}

function checkRequest(method: string, path: string, body: unknown): void {
  const operation = operationOf(method, path);
  if (!operation) {
    if (body !== undefined) throw new ContractMismatch(`${method} ${path}: an operation outside the slice.`);
    return;
  }
  const schema = contentSchema(operation.requestBody);
  if (schema) hold(schema, body ?? null, `The body of ${method} ${path}`);
  else if (body !== undefined) throw new ContractMismatch(`${method} ${path} takes no body.`);
}

/**
 * Checks one answer; whatever is refused, known or not, must be refused in the one shape that Graph has for it.
 * @param path below the version's root @throws ContractMismatch
 */
export function checkResponse(method: string, path: string, status: number, body: unknown): void {
  const operation = operationOf(method, path);
  if (!operation) {
    if (status < 300)
      throw new ContractMismatch(`${method} ${path}: an operation outside the slice answered ${status}.`);
    if (body !== undefined) hold(refusalSchema(), body, `The ${status} of ${method} ${path}`);
    return;
  }
  const response = responseOf(operation, status);
  if (!response) throw new ContractMismatch(`${method} ${path} may not answer ${status}.`);
  const schema = contentSchema(response);
  // Gateways answer errors without a body.
  if (schema && !(status >= 400 && body === undefined))
    hold(schema, body ?? null, `The ${status} of ${method} ${path}`);
  else if (!schema && body !== undefined)
    throw new ContractMismatch(`The ${status} of ${method} ${path} has a body.`);
}

function hold(schema: Parameters<typeof misfit>[0], body: unknown, what: string): void {
  const why = misfit(schema, body);
  if (why !== undefined) throw new ContractMismatch(`${what} does not fit: ${why}`);
}

type Sent = { readonly id: string; readonly method: string; readonly url: string; readonly body?: unknown };
type Received = { readonly id: string; readonly status: number; readonly body?: unknown };

function checkItems(sent: unknown, received: unknown): void {
  const requests = (sent as { readonly requests?: readonly Sent[] }).requests ?? [];
  const responses = (received as { readonly responses?: readonly Received[] } | undefined)?.responses ?? [];
  for (const item of requests) {
    const path = item.url.startsWith('/') ? item.url : `/${item.url}`;
    checkRequest(item.method, path, item.body);
    const answer = responses.find((each) => each.id.toLowerCase() === item.id.toLowerCase());
    if (answer) checkResponse(item.method, path, answer.status, answer.body);
  }
}
