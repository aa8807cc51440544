import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { unzipSync } from 'fflate';
import { onTestFinished } from 'vitest';
import { SANDBOX_APPLY_CLIENT_ID, SANDBOX_CLIENT_ID } from '../../src/sandbox/clients.ts';
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { serve } from '../../src/sandbox/serve.ts';
import type { Tenant } from '../../src/sandbox/tenant.ts';
import { type FakeGitHub, serveGitHub } from '../github/fake.ts';
import type { Pull, Scopes } from '../github/hub.ts';
import { ISSUER } from '../github/oidc.ts';
import { sync } from '../github/sync.ts';
import { layOut, personalEnv } from '../github/working-copy.ts';
import { ROOT } from './iosmail.ts';
import { runWorkflow, type WorkflowEnded } from './workflow.ts';
import type { Handler } from './workflow-job.ts';

const [OWNER, REPO] = ['contoso', 'mail-policies'];
const WORKFLOWS = ['validate', 'plan', 'apply', 'drift'] as const;
type Workflow = (typeof WORKFLOWS)[number];

/** A repository of policies on GitHub, the tenants they are about, and the workflows of this repository, unchanged. */
export type Merging = {
  readonly github: FakeGitHub;
  readonly sandbox: Sandbox;
  /** A clone that people work in. */
  readonly clone: string;
  readonly git: (...args: readonly string[]) => Promise<string>;
  /** Commits files on a branch off main (or on it, where it is there) as somebody, and pushes. */
  readonly push: (
    branch: string,
    files: { readonly [file: string]: string | undefined },
    how?: { readonly by?: string; readonly message?: string },
  ) => Promise<string>;
  /** What GitHub does when a pull request gets a new head: validate, and plan twice. */
  readonly pushed: (pull: Pull) => Promise<{ validate: RunEnded; plan: RunEnded }>;
  /** A push to main. */
  readonly merged: (commit: string, before: string) => Promise<RunEnded>;
  /** Actions › apply › Run workflow. */
  readonly dispatched: (inputs: { run: string; digest: string }, by?: Approving) => Promise<RunEnded>;
  /** Runs one workflow file with an event; for what the ones above do not play. */
  readonly run: (name: Workflow, event: RunEvent) => Promise<RunEnded>;
  /** Re-run all jobs, or Re-run failed jobs; `lost`: a job whose machine dies before its first step. */
  readonly rerun: (
    ended: RunEnded,
    how: { readonly jobs: 'all' | 'failed'; readonly lost?: string },
  ) => Promise<RunEnded>;
  readonly lastRun: () => number;
  /** Ends the command that a job runs right now, by SIGKILL. */
  readonly kill: () => void;
};

/** Who let a run into its environment; ruth where it is not said, nobody where that is empty. */
type Approving = { readonly approvedBy: readonly string[] };

/** One attempt of a run, and what it takes to run it again. */
type RunEnded = WorkflowEnded & {
  readonly id: number;
  readonly attempt: number;
  readonly name: Workflow;
  readonly event: RunEvent;
};

type RunEvent = {
  readonly name: string;
  readonly payload: object;
  readonly sha: string;
  readonly inputs?: { readonly [name: string]: string };
};

/** Serves the tenants and GitHub, and seeds the repository. Everything ends with the test. */
export async function openMerging(
  tenants: readonly Tenant[],
  files: { readonly [file: string]: string },
): Promise<Merging> {
  for (const { clients } of tenants) federate(clients);
  const sandbox = createSandbox({ tenants });
  const served = await serve({ fetch: sandbox.fetch });
  const folder = mkdtempSync(join(tmpdir(), 'iosmail-merging-'));
  writeFileSync(join(folder, 'ca.pem'), served.ca);
  const github = await serveGitHub({
    owner: OWNER,
    repo: REPO,
    users: {
      contoso: { permission: 'admin', id: 1 },
      anna: { permission: 'write', id: 2 },
      rita: { permission: 'write', id: 3 },
      ruth: { permission: 'maintain', id: 4 },
      eve: { permission: 'read', id: 5 },
    },
  });
  onTestFinished(async () => {
    await github.close();
    await served.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const clone = join(folder, 'clone');
  const home = join(folder, 'home');
  const near = [{ url: `${github.origin}/${OWNER}/${REPO}.git`, path: github.gitDir }];
  const git = async (...args: readonly string[]) => {
    const said = await gitIn(clone, args, personalEnv(home, near));
    if (args[0] === 'push') sync(github.hub);
    return said;
  };
  layOut(clone, github.gitDir, `${github.origin}/${OWNER}/${REPO}.git`, { branch: 'main' });
  for (const name of WORKFLOWS) copy(`.github/workflows/${name}.yml`, clone);
  const push: Merging['push'] = async (
    branch,
    changed,
    { by = 'anna', message = 'Change policies' } = {},
  ) => {
    await git('fetch', '--quiet', 'origin');
    const there = github.hub.bare.branch(branch) !== undefined;
    await git('checkout', '--quiet', '-B', branch, there ? `origin/${branch}` : 'origin/main');
    return await commitAndPush(branch, changed, by, message);
  };
  const commitAndPush = async (
    branch: string,
    changed: { readonly [file: string]: string | undefined },
    by: string,
    message: string,
  ) => {
    for (const [file, text] of Object.entries(changed)) {
      if (text === undefined) rmSync(join(clone, file));
      else put(join(clone, file), text);
    }
    await git('add', '--all');
    await git(
      '-c',
      `user.name=${by}`,
      '-c',
      `user.email=${by}@users.test`,
      'commit',
      '--quiet',
      '-m',
      message,
    );
    await git('push', '--quiet', 'origin', branch);
    return await git('rev-parse', 'HEAD');
  };
  await commitAndPush('main', files, 'contoso', 'Begin');

  let lastRun = 4_000;
  const attempted = async (
    { id, attempt, name, event }: Omit<RunEnded, 'jobs'>,
    { earlier, lost }: { readonly earlier?: WorkflowEnded; readonly lost?: string | undefined } = {},
  ): Promise<RunEnded> => {
    github.runs.set(id, { name, status: 'in_progress', conclusion: null, attempt });
    const file = join(folder, `${name}-${id}.yml`);
    writeFileSync(
      file,
      await gitIn(github.gitDir, ['show', `${event.sha}:.github/workflows/${name}.yml`], personalEnv(home)),
    );
    const ended = await runWorkflow(file, {
      event: event.payload,
      contexts: {
        github: {
          event_name: event.name,
          sha: event.sha,
          ref: 'refs/heads/main',
          ref_name: 'main',
          repository: `${OWNER}/${REPO}`,
          repository_owner: OWNER,
          run_id: id,
          run_attempt: attempt,
          actor: 'anna',
          server_url: github.origin,
          api_url: github.apiUrl,
        },
        vars: {},
        inputs: event.inputs ?? {},
      },
      uses: actions(github, folder, id, event.sha, lost),
      ...(earlier === undefined ? {} : { earlier }),
      env: {
        HOME: folder,
        AZURE_AUTHORITY_HOST: served.origin,
        IOSMAIL_GRAPH_ENDPOINT: served.origin,
        NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'),
      },
      job: async ({ id: job, environment, permissions }) => {
        const { 'id-token': identity, ...scopes } = permissions;
        const oidc = github.oidc(environment);
        const given = join(folder, `${id}-${attempt}-${job}`);
        mkdirSync(given);
        return {
          folder: given,
          token: github.workflowToken(scopes as Scopes),
          vars: { AZURE_CLIENT_ID: environment === 'apply' ? SANDBOX_APPLY_CLIENT_ID : SANDBOX_CLIENT_ID },
          ...(identity === 'write'
            ? { env: { ACTIONS_ID_TOKEN_REQUEST_URL: oidc.url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: oidc.token } }
            : {}),
        };
      },
    });
    const failed = Object.values(ended.jobs).some(({ result }) => result === 'failure');
    github.runs.set(id, { status: 'completed', conclusion: failed ? 'failure' : 'success' });
    return { ...ended, id, attempt, name, event };
  };
  const run: Merging['run'] = async (name, event) => {
    lastRun += 1;
    return await attempted({ id: lastRun, attempt: 1, name, event });
  };
  const rerun: Merging['rerun'] = async (ended, { jobs, lost }) =>
    await attempted(
      { ...ended, attempt: ended.attempt + 1 },
      { lost, ...(jobs === 'failed' ? { earlier: ended } : {}) },
    );

  const repository = { full_name: `${OWNER}/${REPO}`, default_branch: 'main', owner: { login: OWNER } };
  const pushed: Merging['pushed'] = async (pull) => {
    const { headSha, branch, number } = github.pull(pull.number);
    const owner = pull.fork ?? OWNER;
    const workflowRun = (action: string, conclusion: string | null) => ({
      action,
      repository,
      workflow_run: {
        event: 'pull_request',
        conclusion,
        head_sha: headSha,
        head_branch: branch,
        head_repository: { full_name: `${owner}/${REPO}`, owner: { login: owner } },
      },
    });
    const main = github.hub.bare.branch('main') ?? '';
    const onMain = { name: 'workflow_run', sha: main };
    await run('plan', { ...onMain, payload: workflowRun('requested', null) });
    const validate = await run('validate', {
      name: 'pull_request',
      sha: headSha,
      payload: { pull_request: { number }, repository },
    });
    const conclusion = validate.jobs.validate?.result ?? 'failure';
    const plan = await run('plan', { ...onMain, payload: workflowRun('completed', conclusion) });
    return { validate, plan };
  };
  return {
    github,
    sandbox,
    clone,
    git,
    push,
    pushed,
    merged: (commit, before) =>
      run('apply', { name: 'push', sha: commit, payload: { before, after: commit, repository } }),
    dispatched: async (inputs, { approvedBy } = { approvedBy: ['ruth'] }) => {
      const answers = approvedBy.map((user) => ({
        environment: 'apply',
        state: 'approved' as const,
        user,
      }));
      github.runs.set(lastRun + 1, { answers });
      const main = github.hub.bare.branch('main') ?? '';
      return await run('apply', {
        name: 'workflow_dispatch',
        sha: main,
        payload: { inputs, repository },
        inputs,
      });
    },
    run,
    rerun,
    lastRun: () => lastRun,
    kill: () => process.kill(Number(readFileSync(join(folder, 'bin/pid'), 'utf8')), 'SIGKILL'),
  };
}

/** The actions the workflows use, played with the same Git repository and the same store of artifacts. */
function actions(
  github: FakeGitHub,
  folder: string,
  run: number,
  sha: string,
  lost: string | undefined,
): { readonly [action: string]: Handler } {
  return {
    'actions/checkout': async ({ folder: into, job }) => {
      if (job === lost) throw new Error('The machine was lost.');
      // As with `persist-credentials: false`: nothing is left behind that could push.
      layOut(into, github.gitDir, `${github.origin}/${OWNER}/${REPO}.git`, { commit: sha });
      await gitIn(into, ['reset', '--quiet', '--hard'], personalEnv(folder));
      return undefined;
    },
    './.github/actions/iosmail': async () => {
      const bin = join(folder, 'bin');
      const call = `exec "${process.execPath}" "${ROOT}/dist/cli.js" "$@"`;
      put(join(bin, 'iosmail'), `#!/bin/sh\necho $$ > "${join(bin, 'pid')}"\n${call}\n`);
      execFileSync('chmod', ['+x', join(bin, 'iosmail')]);
      return { path: [bin] };
    },
    'actions/upload-artifact': async ({ with: given, folder: from }) => {
      const listed = (given.path ?? '').split('\n').flatMap((path) => path.trim() || []);
      const root = dirname(resolve(from, listed[0] ?? ''));
      const files = listed.flatMap((path) => filesBelow(root, relative(root, resolve(from, path))));
      if (files.length === 0) return undefined;
      for (const { id, run: of, name } of github.hub.artifacts.values())
        if (given.overwrite === 'true' && of === run && name === given.name) github.hub.artifacts.delete(id);
      const contents = files.map((file) => [file, readFileSync(join(root, file))] as const);
      const id = github.artifacts.put(run, given.name ?? '', Object.fromEntries(contents));
      return { outputs: { 'artifact-id': String(id) } };
    },
    // By name: the newest of the run, whichever attempt it is from.
    'actions/download-artifact': async ({ with: given, folder: into }) => {
      const { name, 'artifact-ids': ids, 'github-token': token, 'run-id': other } = given;
      if (name && ids) throw new Error("Inputs 'name' and 'artifact-ids' cannot be used together.");
      const wanted = token ? Number(other) : run;
      const found = [...github.hub.artifacts.values()].findLast(
        (each) => each.run === wanted && (ids ? String(each.id) === ids : each.name === name),
      );
      if (found === undefined) throw new Error(`Unable to find the artifact ${name ?? ids}`);
      for (const [file, bytes] of Object.entries(unzipSync(found.zip)))
        put(resolve(into, given.path ?? '.', file), bytes);
      return undefined;
    },
  };
}

/** What both registrations trust: the jobs of the environment of their name, and no secret. */
function federate(clients: Tenant['clients']): void {
  for (const [id, environment] of [
    [SANDBOX_CLIENT_ID, 'plan'],
    [SANDBOX_APPLY_CLIENT_ID, 'apply'],
  ] as const) {
    const client = clients.get(id);
    if (client === undefined) throw new Error(`There is no client ${id}.`);
    delete client.secret;
    const subject = `repo:${OWNER}/${REPO}:environment:${environment}`;
    client.federated = [{ issuer: ISSUER, subject, audience: 'api://AzureADTokenExchange' }];
  }
}

/** Never in a way that blocks: the repository is served by this very process. */
async function gitIn(
  folder: string,
  args: readonly string[],
  env: { readonly [name: string]: string },
): Promise<string> {
  const { stdout } = await promisify(execFile)('git', [...args], { cwd: folder, env });
  return stdout.trim();
}

function copy(file: string, into: string): void {
  put(join(into, file), readFileSync(join(ROOT, file)));
}

function put(file: string, content: string | Uint8Array): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

function filesBelow(folder: string, path: string): readonly string[] {
  if (path === '' || !existsSync(join(folder, path))) return [];
  const listed = execFileSync('find', [path, '-type', 'f'], { cwd: folder, encoding: 'utf8' });
  return listed.split('\n').filter((file) => file !== '');
}
