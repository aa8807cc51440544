import type { TokenCredentialOptions } from '@azure/identity';

/** One request for a `fetch`. */
export type Outgoing = {
  readonly method: string;
  readonly headers: { [name: string]: string };
  readonly body?: string;
  readonly signal?: AbortSignal;
  readonly redirect?: 'manual';
};

/** The part of `fetch` that is used; the global one, undici's, and a sandbox in memory all fit. */
export type Fetch = (url: string, init: Outgoing) => Promise<Response>;

/** What the credentials of @azure/identity send their requests with. */
export type HttpClient = NonNullable<TokenCredentialOptions['httpClient']>;

/** One HTTP exchange: an answer read to its end, or why there is none. */
export type Exchange =
  | { readonly arrived: true; readonly status: number; readonly headers: Headers; readonly text: string }
  | { readonly arrived: false; readonly why: 'network' | 'timeout' | 'too-large'; readonly detail: string };

/** No answer we ask for comes near this; a batch of twenty full pages is about 8 MiB. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

export type Limits = { readonly timeout: number; readonly maxBytes?: number };

/**
 * Sends one request and reads the whole answer as text. Redirects are not followed, so that a token never
 * travels on. Never throws.
 * @param limits `timeout` in milliseconds for the whole exchange, body included.
 */
export async function exchange(fetch: Fetch, url: string, init: Outgoing, limits: Limits): Promise<Exchange> {
  const abort = new AbortController();
  const outer = init.signal;
  const cancel = () => abort.abort();
  outer?.addEventListener('abort', cancel, { once: true });
  if (outer?.aborted) cancel();
  let timer: NodeJS.Timeout | undefined;
  // Raced as well as aborted: a transport that ignores the signal must not hang us.
  const gaveUp = new Promise<Exchange>((resolve) => {
    const give = (why: 'timeout' | 'network', detail: string) => resolve({ arrived: false, why, detail });
    timer = setTimeout(() => {
      give('timeout', `no answer within ${limits.timeout / 1000} s`);
      cancel();
    }, limits.timeout);
    abort.signal.addEventListener('abort', () => give('network', 'cancelled'), { once: true });
    if (abort.signal.aborted) give('network', 'cancelled');
  });
  const talk = async (): Promise<Exchange> => {
    try {
      const response = await fetch(url, { ...init, redirect: 'manual', signal: abort.signal });
      const text = await bounded(response, limits.maxBytes ?? MAX_ANSWER_BYTES);
      if (text === undefined) {
        return { arrived: false, why: 'too-large', detail: 'the answer is larger than any we ask for' };
      }
      return { arrived: true, status: response.status, headers: response.headers, text };
    } catch (error) {
      return { arrived: false, why: 'network', detail: reasonOf(error) };
    }
  };
  try {
    return await Promise.race([talk(), gaveUp]);
  } finally {
    clearTimeout(timer);
    outer?.removeEventListener('abort', cancel);
  }
}

async function bounded(response: Response, maxBytes: number): Promise<string | undefined> {
  if (response.body === null) return '';
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.byteLength;
    if (size > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}

/** The code of the innermost cause ("ENOTFOUND"), which is what tells an administrator something. */
function reasonOf(error: unknown): string {
  let innermost = error;
  for (let depth = 0; depth < 5 && innermost instanceof Error && innermost.cause !== undefined; depth++) {
    innermost = innermost.cause;
  }
  if (!(innermost instanceof Error)) return String(innermost);
  const code = 'code' in innermost && typeof innermost.code === 'string' ? innermost.code : undefined;
  if (code === undefined || innermost.message.includes(code)) return innermost.message;
  return innermost.message === '' ? code : `${code}: ${innermost.message}`;
}
