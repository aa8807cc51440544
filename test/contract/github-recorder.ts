import { checkExchange } from '../github/openapi.ts';

type Sent = {
  readonly method: string;
  readonly path: string;
  readonly body: { readonly output?: { readonly annotations?: readonly unknown[] } } | undefined;
};

/**
 * A fetch that notes what is sent, and what of it GitHub's own description does not allow. Only our side is held
 * against the description: the other one is a third party's, which differs from GitHub here and there.
 */
export function recorder() {
  const faults: string[] = [];
  const sent: Sent[] = [];
  const recording = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const url = new URL(input instanceof Request ? input.url : input);
    const body = typeof init?.body === 'string' ? JSON.parse(init.body) : undefined;
    const method = init?.method ?? 'GET';
    const path = url.pathname;
    sent.push({ method, path, body });
    const found = checkExchange({
      method,
      path,
      query: url.searchParams,
      requestBody: body,
      // An answer of which the description says nothing.
      status: 503,
      responseBody: undefined,
    });
    faults.push(...found.filter((fault) => !/outside the slice|of its 503/.test(fault)));
    return fetch(input, init);
  };
  return { recording, faults, sent };
}
