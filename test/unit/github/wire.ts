import { type GitHub, openGitHub } from '../../../src/github/open-github.ts';

export const TOKEN = 'ghs_verysecret0123456789';
export const NOW = Date.parse('2026-11-24T10:00:00Z');

export type Call = {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
};

/** What answers a call; a thrown error is a connection that broke. */
export type Answering = (call: Call, nth: number) => Response | Promise<Response>;

export type Wire = {
  readonly github: GitHub;
  readonly calls: readonly Call[];
  /** Milliseconds waited, one entry a wait. */
  readonly waits: readonly number[];
};

/** GitHub behind a fetch that only the test answers, and waits that take no time. */
export async function wire(answering: Answering): Promise<Wire> {
  const calls: Call[] = [];
  const waits: number[] = [];
  let now = NOW;
  const github = await openGitHub(
    {
      GITHUB_TOKEN: TOKEN,
      GITHUB_REPOSITORY: 'acme/mail',
      GITHUB_RUN_ID: '77',
      GITHUB_API_URL: 'http://127.0.0.1:1/api/v3',
    },
    {
      fetch: async (input, init) => {
        const url = new URL(input instanceof Request ? input.url : input);
        const body = typeof init?.body === 'string' ? JSON.parse(init.body) : undefined;
        const path = url.pathname.replace('/api/v3/repos/acme/mail', '');
        const call = { method: init?.method ?? 'GET', path, query: url.searchParams, body };
        calls.push(call);
        const answer = await answering(call, calls.length);
        // What a test makes has no address, and octokit reads it.
        return Object.defineProperty(answer, 'url', { value: url.href });
      },
      now: () => now,
      random: () => 0,
      wait: async (ms) => {
        waits.push(ms);
        now += ms;
      },
    },
  );
  return { github, calls, waits };
}

export function json(status: number, body: unknown, headers: { readonly [name: string]: string } = {}) {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
  });
}

/** One page of a list, with the `Link` to the next one where there is one. */
export function page(call: Call, pages: readonly unknown[]) {
  const at = Number(call.query.get('page') ?? 1);
  const next = new URLSearchParams(call.query);
  next.set('page', String(at + 1));
  const link = `<http://127.0.0.1:1/api/v3/repos/acme/mail${call.path}?${next}>; rel="next"`;
  return json(200, pages[at - 1], at < pages.length ? { link } : {});
}
