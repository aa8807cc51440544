import { setTimeout as sleep } from 'node:timers/promises';
import type { Octokit } from 'octokit';
import type { OnWait } from '../core/wait.ts';
import { GitHubFailure } from './failure.ts';
import { type Patience, patiently, SPREAD } from './patience.ts';

/** One repository on GitHub, and the workflow run this is. */
export type GitHub = {
  readonly octokit: Octokit;
  readonly owner: string;
  readonly repo: string;
  readonly run: { readonly id: number; readonly attempt: number; readonly url: string };
  readonly serverUrl: string;
  /** Waits before what was sent is looked for, and tells it. */
  readonly settle: (turn: {
    readonly ms: number;
    readonly attempt: number;
    readonly of: number;
  }) => Promise<unknown>;
};

export type GitHubOptions = {
  readonly fetch?: typeof globalThis.fetch;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  /** Waits that many milliseconds. */
  readonly wait?: (ms: number) => Promise<unknown>;
  /** From 0 to below 1, for the jitter of waits; `Math.random` when unset. */
  readonly random?: () => number;
  /** Told of every wait, before it begins. */
  readonly onWait?: OnWait;
  /** Ends every wait. */
  readonly stop?: AbortSignal;
};

/** One request may take that long, in milliseconds; an answer that never ends must not hold a job. */
const LONGEST_REQUEST = 60_000;
const silent = () => undefined;

/**
 * Opens GitHub as a workflow run sees it, from the variables GitHub Actions sets, and GITHUB_TOKEN. Every request
 * waits out rate limits and outages within bounds, and fails with a GitHubFailure only.
 * @throws GitHubFailure when a variable is missing or wrong.
 */
export async function openGitHub(env: NodeJS.ProcessEnv, options: GitHubOptions = {}): Promise<GitHub> {
  const token = variable(env, 'GITHUB_TOKEN', /^\S+$/);
  const [owner = '', repo = ''] = variable(env, 'GITHUB_REPOSITORY', /^[\w.-]+\/[\w.-]+$/).split('/');
  const id = Number(variable(env, 'GITHUB_RUN_ID', /^\d{1,15}$/));
  const attempt = Number(variable(env, 'GITHUB_RUN_ATTEMPT', /^\d{1,9}$/, '1'));
  const serverUrl = address(env, 'GITHUB_SERVER_URL', 'https://github.com');
  const { Octokit } = await import('octokit');
  const wait = options.wait ?? sleeping(options.stop);
  const { now = Date.now, random = Math.random, onWait } = options;
  const patience: Patience = { token, now, wait, random, onWait };
  const octokit = new Octokit({
    auth: token,
    baseUrl: address(env, 'GITHUB_API_URL', 'https://api.github.com'),
    userAgent: 'iosmail',
    request: { fetch: limited(options.fetch ?? globalThis.fetch) },
    log: { debug: silent, info: silent, warn: silent, error: silent },
    // Both of them would send a write again whose answer was lost, and neither can be told an upper bound.
    throttle: { enabled: false },
    retry: { enabled: false },
  });
  octokit.hook.wrap('request', (request, options) => {
    const { method, url } = octokit.request.endpoint(options);
    const asked = { method, path: new URL(url).pathname };
    return patiently(asked, patience, async () => {
      const response = await request(options);
      limitInside(url, response.headers, response.data);
      if (options.request?.parseSuccessResponseBody !== false) isJson(response.status, response.data);
      return response;
    });
  });
  const run = { id, attempt, url: runUrl(serverUrl, owner, repo, id) };
  const settle: GitHub['settle'] = (turn) => {
    const ms = Math.round(turn.ms * (1 + SPREAD * random()));
    onWait?.({ ...turn, ms, from: 'GitHub', why: 'answer lost', what: 'a look at GitHub' });
    return wait(ms);
  };
  return { octokit, owner, repo, serverUrl, run, settle };
}

/** Fails with the reason of the stop. */
function sleeping(stop: AbortSignal | undefined): (ms: number) => Promise<unknown> {
  if (stop === undefined) return sleep;
  return (ms) =>
    sleep(ms, undefined, { signal: stop }).catch((error: unknown) => {
      stop.throwIfAborted();
      throw error;
    });
}

/** An answer that is cut off, or a gateway's page, comes as text, or as nothing: octokit takes it for an empty list. */
function isJson(status: number, data: unknown): void {
  if (status === 204 || (typeof data === 'object' && data !== null)) return;
  throw Object.assign(new Error('no JSON'), { code: 'the answer is no JSON' });
}

/** GraphQL tells of a rate limit in an answer of status 200. */
function limitInside(url: string, headers: object, data: unknown): void {
  if (!url.endsWith('/graphql') || typeof data !== 'object' || data === null || !('errors' in data)) return;
  const errors: unknown[] = Array.isArray(data.errors) ? data.errors : [];
  if (!errors.some((each) => Object(each).type === 'RATE_LIMITED')) return;
  throw Object.assign(new Error('rate limit'), { response: { status: 429, headers, data: {} } });
}

function runUrl(serverUrl: string, owner: string, repo: string, id: number): string {
  return `${serverUrl}/${owner}/${repo}/actions/runs/${id}`;
}

function limited(fetch: typeof globalThis.fetch): typeof globalThis.fetch {
  return (input, init) =>
    fetch(input, { ...init, signal: init?.signal ?? AbortSignal.timeout(LONGEST_REQUEST) });
}

function variable(env: NodeJS.ProcessEnv, name: string, shape: RegExp, otherwise?: string): string {
  const value = env[name] || otherwise;
  if (value !== undefined && shape.test(value)) return value;
  const how =
    name === 'GITHUB_TOKEN'
      ? 'Set it to `github.token` in the `env` of the step.'
      : `This belongs into a workflow of GitHub Actions, which sets ${name} itself.`;
  throw new GitHubFailure(`${name} is ${value === undefined ? 'not set' : 'not what it should be'}.`, how);
}

function address(env: NodeJS.ProcessEnv, name: string, otherwise: string): string {
  return variable(env, name, /^https?:\/\/[^\s@?#]+$/, otherwise).replace(/\/+$/, '');
}
