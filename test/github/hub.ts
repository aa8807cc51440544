import type { Bare } from './bare.ts';

export type Permission = 'admin' | 'maintain' | 'write' | 'triage' | 'read' | 'none';
type Access = 'read' | 'write';
export type Scope =
  | 'contents'
  | 'pull-requests'
  | 'issues'
  | 'checks'
  | 'actions'
  | 'deployments'
  | 'statuses'
  | 'environments';
export type Scopes = { readonly [scope in Scope]?: Access };

type User = { readonly login: string; readonly id: number; readonly permission: Permission };
/** Whoever a token speaks for. `app` is the slug of a GitHub App; people have none. */
export type Identity = {
  readonly login: string;
  readonly app: string | undefined;
  readonly permissions: Scopes;
};

export type Pull = {
  readonly number: number;
  readonly author: string;
  readonly branch: string;
  readonly base: string;
  readonly fork: string | undefined;
  readonly createdAt: string;
  readonly draft: boolean;
  title: string;
  body: string | null;
  state: 'open' | 'closed';
  headSha: string;
  baseSha: string;
  updatedAt: string;
  closedAt: string | null;
  mergedAt: string | null;
  mergedBy: string | null;
  mergeCommit: string | null;
  /** The merge GitHub tried last; null where it conflicts. */
  trial: string | null;
  /** The commits of the default branch that this one brought there. */
  brought: readonly string[];
};
export type Issue = {
  readonly number: number;
  readonly id: number;
  readonly author: string;
  readonly createdAt: string;
  title: string;
  body: string | null;
  labels: readonly string[];
  assignees: readonly string[];
  state: 'open' | 'closed';
  stateReason: string | null;
  updatedAt: string;
  closedAt: string | null;
};
export type Comment = {
  readonly id: number;
  readonly on: number;
  readonly author: string;
  readonly app: string | undefined;
  readonly createdAt: string;
  body: string;
  updatedAt: string;
};
export type ReviewState = 'APPROVED' | 'CHANGES_REQUESTED' | 'COMMENTED' | 'DISMISSED';
export type Review = {
  readonly id: number;
  readonly pull: number;
  readonly author: string;
  readonly commit: string;
  readonly at: string;
  readonly body: string;
  state: ReviewState;
};
export type Fields = { readonly [name: string]: unknown };
export type CheckRun = {
  readonly id: number;
  readonly app: string;
  readonly sha: string;
  readonly annotations: Fields[];
  name: string;
  status: string;
  conclusion: string | null;
  externalId: string;
  detailsUrl: string | null;
  startedAt: string;
  completedAt: string | null;
  title: string | null;
  summary: string | null;
  text: string | null;
};
export type Run = {
  readonly id: number;
  readonly status: string;
  readonly conclusion: string | null;
  readonly event: string;
  readonly name: string;
  readonly path: string;
  readonly headSha: string;
  readonly headBranch: string;
  readonly attempt: number;
  readonly at: string;
  /** What people answered at its environments, in order. */
  readonly answers: readonly {
    readonly environment: string;
    readonly state: 'approved' | 'rejected';
    readonly user: string;
  }[];
};
export type Artifact = {
  readonly id: number;
  readonly run: number;
  readonly name: string;
  readonly zip: Uint8Array;
  readonly createdAt: string;
  expired: boolean;
};
export type DeploymentStatus = {
  readonly id: number;
  readonly state: string;
  readonly author: string;
  readonly description: string;
  readonly logUrl: string;
  readonly environmentUrl: string;
  readonly at: string;
};
export type Deployment = {
  readonly id: number;
  readonly sha: string;
  readonly ref: string;
  readonly task: string;
  readonly environment: string;
  readonly payload: unknown;
  readonly description: string | null;
  readonly author: string;
  readonly app: string | undefined;
  readonly at: string;
  readonly statuses: DeploymentStatus[];
};
export type Status = {
  readonly id: number;
  readonly sha: string;
  readonly context: string;
  readonly state: string;
  readonly description: string | null;
  readonly targetUrl: string | null;
  readonly author: string;
  readonly at: string;
};

/** Everything the host knows beside what is in Git. */
export type Hub = {
  readonly owner: string;
  readonly repo: string;
  readonly defaultBranch: string;
  readonly environments: readonly string[];
  /** Branches that are neither deleted nor pushed to by force. */
  readonly appendOnly: readonly string[];
  /** Where the API answers, without a slash at the end. */
  readonly api: () => string;
  /** Where files are stored: another origin, as with GitHub, so that no token goes there. */
  readonly storage: () => string;
  /** Where the pages for people would be. */
  readonly site: () => string;
  readonly bare: Bare;
  readonly users: Map<string, User>;
  readonly tokens: Map<string, Identity>;
  readonly pulls: Map<number, Pull>;
  readonly issues: Map<number, Issue>;
  readonly comments: Map<number, Comment>;
  readonly reviews: Map<number, Review>;
  readonly checks: Map<number, CheckRun>;
  readonly runs: Map<number, Run>;
  readonly artifacts: Map<number, Artifact>;
  readonly deployments: Map<number, Deployment>;
  readonly statuses: Status[];
  /** A new id, above all before. */
  readonly nextId: () => number;
  /** The next number of an issue or a pull request: they count together. */
  readonly nextNumber: () => number;
  /** The time of an event: one second after the one before. ISO 8601 to the second. */
  readonly tick: () => string;
  /** The time now, without anything happening. */
  readonly now: () => string;
};
