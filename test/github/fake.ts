import { randomUUID } from 'node:crypto';
import { strToU8, zipSync } from 'fflate';
import { createBare } from './bare.ts';
import { createClock, type FakeClock } from './clock.ts';
import { createFaults, type FaultAnswer, type FaultMatch } from './faults.ts';
import { openPull, type PullAbout, type ReviewAbout, setRun } from './happenings.ts';
import type { Hub, Permission, Pull, Run, Scopes } from './hub.ts';
import { type MergeMethod, mergePull } from './merge.ts';
import { type Logged, listen, type Servers, serveHost, serveStorage } from './server.ts';
import { sync } from './sync.ts';

export type FakeGitHub = {
  /** Value of `GITHUB_SERVER_URL`. */
  readonly origin: string;
  /** Value of `GITHUB_API_URL`. */
  readonly apiUrl: string;
  /** Where to clone from and push to, the token in it; a fork's when its owner is named. */
  readonly cloneUrl: (token: string, owner?: string) => string;
  /** The path of the bare repository, to look into. */
  readonly gitDir: string;
  /** Values of `ACTIONS_ID_TOKEN_REQUEST_URL` and `…_TOKEN` for a job in this environment. */
  readonly oidc: (environment?: string) => { readonly url: string; readonly token: string };
  readonly token: (who: {
    readonly login: string;
    readonly app?: string;
    readonly permissions: Scopes;
  }) => string;
  /** The token of a workflow's job, with what its `permissions:` say. */
  readonly workflowToken: (permissions: Scopes) => string;
  readonly openPull: (about: PullAbout) => Promise<Pull>;
  /** A copy of the repository under another account, to open pull requests from. */
  readonly fork: (owner: string) => void;
  readonly review: (about: ReviewAbout) => number;
  readonly dismiss: (review: number) => void;
  /** @returns the commit the base branch is at afterwards */
  readonly merge: (
    pull: Pull | number,
    how: { readonly method: MergeMethod; readonly by?: string },
  ) => Promise<string>;
  /** The pull request as it is now. */
  readonly pull: (number: number) => Pull;
  readonly artifacts: {
    readonly put: (
      run: number,
      name: string,
      files: { readonly [path: string]: string | Uint8Array },
    ) => number;
    readonly expire: (artifact: number) => void;
  };
  readonly runs: { readonly set: (id: number, about?: Partial<Omit<Run, 'id'>>) => void };
  readonly fault: (match: FaultMatch, answer: FaultAnswer, times?: number) => void;
  readonly clock: FakeClock;
  readonly log: Logged[];
  /** What was said that GitHub's own description does not allow: to be empty. */
  readonly complaints: string[];
  /** The state behind, to look at and to put into places the API does not reach. */
  readonly hub: Hub;
  readonly close: () => Promise<void>;
};

/**
 * A GitHub of one private repository, on this machine: REST API, the one GraphQL query, Git over HTTP, OIDC tokens.
 * What happens in Git shows in the API. It answers as GitHub documents, and holds every exchange against GitHub's
 * OpenAPI description.
 */
export async function serveGitHub(options: {
  readonly owner: string;
  readonly repo: string;
  readonly users: { readonly [login: string]: { readonly permission: Permission; readonly id: number } };
  readonly defaultBranch?: string;
  readonly environments?: readonly string[];
  /** Branches under a ruleset against deletion and force pushes. */
  readonly appendOnly?: readonly string[];
  /** The time OIDC tokens are issued at. */
  readonly now?: () => Date;
}): Promise<FakeGitHub> {
  const {
    owner,
    repo,
    defaultBranch = 'main',
    environments = ['plan', 'apply'],
    appendOnly = ['iosmail-journal'],
  } = options;
  const bare = createBare(owner, repo, defaultBranch, appendOnly);
  const clock = createClock();
  const faults = createFaults();
  let lastId = 1_000;
  let lastNumber = 0;
  const origins = { host: '', storage: '' };
  const hub: Hub = {
    owner,
    repo,
    defaultBranch,
    environments,
    appendOnly,
    api: () => `${origins.host}/api`,
    storage: () => origins.storage,
    site: () => origins.host,
    bare,
    users: new Map(
      Object.entries(options.users).map(([login, user]) => [login.toLowerCase(), { login, ...user }]),
    ),
    tokens: new Map(),
    pulls: new Map(),
    issues: new Map(),
    comments: new Map(),
    reviews: new Map(),
    checks: new Map(),
    runs: new Map(),
    artifacts: new Map(),
    deployments: new Map(),
    statuses: [],
    nextId: () => ++lastId,
    nextNumber: () => ++lastNumber,
    tick: clock.tick,
    now: clock.now,
  };
  const log: Logged[] = [];
  const complaints: string[] = [];
  const oidcSecret = randomUUID();
  const oidcNow = options.now ?? (() => new Date());
  const servers: Servers = { hub, faults, log, complaints, oidcSecret, oidcNow };
  const host = await listen((url, request, response) => serveHost(servers, url, request, response));
  const storage = await listen((url, request, response) => serveStorage(servers, url, request, response));
  origins.host = host.origin;
  origins.storage = storage.origin;
  const pullOf = (pull: Pull | number): Pull => {
    sync(hub);
    const found = hub.pulls.get(typeof pull === 'number' ? pull : pull.number);
    if (found === undefined) throw new Error(`There is no such pull request.`);
    return found;
  };
  const token: FakeGitHub['token'] = ({ login, app, permissions }) => {
    const minted = `gh${app === undefined ? 'p' : 's'}_${randomUUID().replaceAll('-', '')}`;
    hub.tokens.set(minted, { login, app, permissions });
    return minted;
  };
  return {
    origin: host.origin,
    apiUrl: `${host.origin}/api`,
    cloneUrl: (secret, of = owner) =>
      `${host.origin.replace('://', `://x-access-token:${secret}@`)}/${of}/${repo}.git`,
    gitDir: bare.path,
    oidc: (environment) => ({
      url: `${host.origin}/oidc?api-version=2.0${environment === undefined ? '' : `&environment=${encodeURIComponent(environment)}`}`,
      token: oidcSecret,
    }),
    token,
    workflowToken: (permissions) =>
      token({ login: 'github-actions[bot]', app: 'github-actions', permissions }),
    openPull: async (about) => openPull(hub, about),
    fork: (login) => void bare.fork(login),
    review: ({ pull, user, state, at, body = '' }) => {
      const { number, headSha } = pullOf(pull);
      const id = hub.nextId();
      const submitted = at ?? hub.tick();
      hub.reviews.set(id, { id, pull: number, author: user, commit: headSha, at: submitted, body, state });
      return id;
    },
    dismiss: (id) => {
      const review = hub.reviews.get(id);
      if (review === undefined) throw new Error('There is no such review.');
      review.state = 'DISMISSED';
    },
    merge: async (pull, { method, by = owner }) => mergePull(hub, pullOf(pull), method, by),
    pull: pullOf,
    artifacts: {
      put: (run, name, files) => {
        const id = hub.nextId();
        const entries = Object.entries(files).map(
          ([path, content]) => [path, typeof content === 'string' ? strToU8(content) : content] as const,
        );
        hub.artifacts.set(id, {
          id,
          run,
          name,
          zip: zipSync(Object.fromEntries(entries)),
          createdAt: hub.tick(),
          expired: false,
        });
        return id;
      },
      expire: (id) => {
        const artifact = hub.artifacts.get(id);
        if (artifact === undefined) throw new Error('There is no such artifact.');
        artifact.expired = true;
      },
    },
    runs: { set: (id, about = {}) => setRun(hub, id, about) },
    fault: faults.add,
    clock,
    log,
    complaints,
    hub,
    close: async () => {
      await Promise.all([host.close(), storage.close()]);
      bare.remove();
    },
  };
}
