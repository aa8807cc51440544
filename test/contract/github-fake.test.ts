import { Octokit } from 'octokit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Checkout, checkout } from '../github/checkout.ts';
import { type FakeGitHub, serveGitHub } from '../github/fake.ts';
import type { Scopes } from '../github/hub.ts';

const at = { owner: 'contoso', repo: 'policies' } as const;
const ALL: Scopes = {
  contents: 'write',
  'pull-requests': 'write',
  issues: 'write',
  checks: 'write',
  actions: 'read',
  deployments: 'write',
  statuses: 'write',
};

let fake: FakeGitHub;
let work: Checkout;

const client = (auth: string) =>
  new Octokit({ auth, baseUrl: fake.apiUrl, throttle: { enabled: false }, retry: { enabled: false } });
const workflow = (permissions: Scopes = ALL) => client(fake.workflowToken(permissions));

const git: Checkout['git'] = (...args) => work.git(...args);
const commit: Checkout['commit'] = (...args) => work.commit(...args);
const branch: Checkout['branch'] = (...args) => work.branch(...args);

beforeEach(async () => {
  fake = await serveGitHub({
    ...at,
    users: {
      contoso: { permission: 'admin', id: 1 },
      ada: { permission: 'write', id: 2 },
      bob: { permission: 'maintain', id: 3 },
      eve: { permission: 'read', id: 4 },
    },
  });
  work = await checkout(fake, 'http');
});

afterEach(async () => {
  // The slice holds what the product asks for; the fake knows a little more.
  expect(fake.complaints.filter((each) => !each.includes('outside the slice'))).toEqual([]);
  await fake.close();
  work.remove();
});

describe('pull requests follow Git', () => {
  it('moves the head with a push, and tells the files', async () => {
    const first = await branch('change', 'a.yaml');
    const pull = await fake.openPull({ branch: 'change', author: 'ada' });
    const { rest } = workflow();
    const before = await rest.pulls.get({ ...at, pull_number: pull.number });
    expect(before.data).toMatchObject({
      state: 'open',
      changed_files: 1,
      head: { sha: first, ref: 'change' },
    });
    const second = await commit('b.yaml', 'more\n');
    await git('push', '--quiet', 'origin', 'change');
    const after = await rest.pulls.get({ ...at, pull_number: pull.number });
    expect(after.data).toMatchObject({ commits: 2, head: { sha: second }, mergeable: true, merged: false });
    // The trial merge has a commit, which is on no branch.
    const trial = after.data.merge_commit_sha ?? '';
    await git('fetch', '--quiet', 'origin', `refs/pull/${pull.number}/merge`);
    expect(await git('rev-parse', 'FETCH_HEAD', 'FETCH_HEAD^2')).toBe(`${trial}\n${second}`);
    const files = await rest.pulls.listFiles({ ...at, pull_number: pull.number });
    expect(files.data.map(({ filename, status }) => [filename, status])).toEqual([
      ['a.yaml', 'added'],
      ['b.yaml', 'added'],
    ]);
    const found = await rest.pulls.list({ ...at, head: 'contoso:change' });
    expect(found.data.map(({ number }) => number)).toEqual([pull.number]);
  });

  it('merges with a merge commit', async () => {
    const head = await branch('change', 'a.yaml');
    const pull = await fake.openPull({ branch: 'change', author: 'ada' });
    const merged = await fake.merge(pull, { method: 'merge', by: 'bob' });
    await git('fetch', '--quiet', 'origin');
    expect(await git('rev-parse', 'origin/main')).toBe(merged);
    expect(await git('rev-parse', 'origin/main^2')).toBe(head);
    const { data } = await workflow().rest.pulls.get({ ...at, pull_number: pull.number });
    expect(data).toMatchObject({
      state: 'closed',
      merged: true,
      merge_commit_sha: merged,
      head: { sha: head },
    });
  });

  it('rebases into commits of its own, each of which leads to the pull request', async () => {
    const head = await branch('change', 'a.yaml', 'b.yaml', 'c.yaml');
    const pull = await fake.openPull({ branch: 'change', author: 'ada' });
    const open = await ofCommit(head);
    expect(open).toEqual([pull.number]);
    await fake.merge(pull, { method: 'rebase', by: 'bob' });
    await git('fetch', '--quiet', 'origin');
    const brought = (await git('rev-list', 'origin/main', '^main')).split('\n');
    expect(brought).toHaveLength(3);
    expect(brought).not.toContain(head);
    for (const sha of brought) expect(await ofCommit(sha)).toEqual([pull.number]);
    expect(await ofCommit(head)).toEqual([]);
    expect(await ofCommit(await git('rev-parse', 'main'))).toEqual([]);
    expect(await git('log', '-1', '--format=%an %cn', 'origin/main')).toBe('ada bob');
  });

  it('squashes, and leaves the head where it was whatever happens to the branch', async () => {
    const head = await branch('change', 'a.yaml', 'b.yaml');
    const pull = await fake.openPull({ branch: 'change', author: 'eve', title: 'Two in one' });
    const merged = await fake.merge(pull, { method: 'squash' });
    await commit('late.yaml', 'late\n');
    await git('push', '--quiet', 'origin', 'change');
    expect(fake.pull(pull.number).headSha).toBe(head);
    await git('fetch', '--quiet', 'origin');
    expect(
      await git('log', '-1', '--format=%s|%an|%cn|%(trailers:key=Co-authored-by,valueonly)', merged),
    ).toBe(`Two in one (#${pull.number})|eve|GitHub|ada <ada@users.test>`);
    expect(await ofCommit(merged)).toEqual([pull.number]);
  });

  it('does not merge what conflicts', async () => {
    await branch('one', 'same.yaml');
    await branch('two', 'same.yaml');
    const [one, two] = [
      await fake.openPull({ branch: 'one', author: 'ada' }),
      await fake.openPull({ branch: 'two', author: 'bob' }),
    ];
    await fake.merge(one, { method: 'merge' });
    const { data } = await workflow().rest.pulls.get({ ...at, pull_number: two.number });
    expect(data).toMatchObject({ mergeable: false, mergeable_state: 'dirty' });
    await expect(fake.merge(two, { method: 'merge' })).rejects.toThrow('not mergeable');
  });

  it('knows pull requests from forks, and those whose branch is gone', async () => {
    fake.fork('eve');
    const head = await branch('change', 'a.yaml');
    const eve = fake.token({ login: 'eve', permissions: { contents: 'read' } });
    await git('push', '--quiet', fake.cloneUrl(eve, 'eve'), 'change');
    await git('push', '--quiet', 'origin', '--delete', 'change');
    const pull = await fake.openPull({ branch: 'change', author: 'eve', fork: 'eve' });
    const { data } = await workflow().rest.pulls.get({ ...at, pull_number: pull.number });
    expect(data.head).toMatchObject({
      sha: head,
      label: 'eve:change',
      repo: { full_name: 'eve/policies', fork: true },
    });
    expect((await workflow().rest.pulls.list({ ...at, head: 'contoso:change' })).data).toEqual([]);
    await branch('gone', 'b.yaml');
    const gone = await fake.openPull({ branch: 'gone', author: 'ada' });
    await git('push', '--quiet', 'origin', '--delete', 'gone');
    expect((await workflow().rest.pulls.get({ ...at, pull_number: gone.number })).data.state).toBe('closed');
  });
});

async function ofCommit(commit_sha: string): Promise<readonly number[]> {
  const { data } = await workflow().rest.repos.listPullRequestsAssociatedWithCommit({ ...at, commit_sha });
  return data.map(({ number }) => number);
}

describe('reviews', () => {
  it('keep the commit they were given for, and are dismissed in place', async () => {
    const head = await branch('change', 'a.yaml');
    const { number } = await fake.openPull({ branch: 'change', author: 'ada' });
    const id = fake.review({ pull: number, user: 'bob', state: 'APPROVED' });
    await commit('b.yaml', 'more\n');
    await git('push', '--quiet', 'origin', 'change');
    fake.review({ pull: number, user: 'eve', state: 'CHANGES_REQUESTED', at: '2030-01-01T00:00:00Z' });
    fake.dismiss(id);
    const { data } = await workflow().rest.pulls.listReviews({ ...at, pull_number: number });
    expect(data.map((review) => [review.user?.login, review.state, review.commit_id === head])).toEqual([
      ['bob', 'DISMISSED', true],
      ['eve', 'CHANGES_REQUESTED', false],
    ]);
    expect(data[1]?.submitted_at).toBe('2030-01-01T00:00:00Z');
  });

  it('come with permissions in the older roles', async () => {
    const permission = async (username: string) =>
      (await workflow({}).rest.repos.getCollaboratorPermissionLevel({ ...at, username })).data;
    expect(await permission('BOB')).toMatchObject({ permission: 'write', role_name: 'maintain' });
    expect(await permission('eve')).toMatchObject({ permission: 'read' });
    await expect(permission('nobody')).rejects.toMatchObject({ status: 404 });
  });
});

describe('who wrote a pull request', () => {
  const QUERY = `query CommitAuthors($number: Int!, $after: String) {
    repository(owner: "contoso", name: "policies") {
      pullRequest(number: $number) {
        author { login }
        commits(first: 2, after: $after) {
          totalCount
          pageInfo { hasNextPage endCursor }
          nodes { commit { oid authors(first: 100) { nodes { email user { login } } } committer { user { login } } } }
        }
      }
    }
  }`;

  it('is told by commit, co-authors too, a page at a time', async () => {
    await git('checkout', '--quiet', '-B', 'change', 'main');
    await commit('a', '1');
    await commit(
      'b',
      '2',
      'bob',
      'Two\n\nCo-authored-by: Eve <EVE@users.test>\nCo-authored-by: X <x@elsewhere.test>',
    );
    await commit('c', '3', 'stranger');
    await git('push', '--quiet', 'origin', 'change');
    const { number } = await fake.openPull({ branch: 'change', author: 'renovate[bot]' });
    const { graphql } = workflow();
    type User = { readonly user: { readonly login: string } | null };
    type Nodes = readonly { readonly commit: { readonly authors: { readonly nodes: readonly User[] } } }[];
    type Page = {
      readonly repository: {
        readonly pullRequest: {
          readonly author: { readonly login: string };
          readonly commits: {
            readonly totalCount: number;
            readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
            readonly nodes: Nodes;
          };
        };
      };
    };
    const first = (await graphql<Page>(QUERY, { number })).repository.pullRequest;
    const logins = (nodes: Nodes) =>
      nodes.map(({ commit }) => commit.authors.nodes.map(({ user }) => user?.login ?? null));
    expect(first.author.login).toBe('renovate');
    expect(first.commits).toMatchObject({ totalCount: 3, pageInfo: { hasNextPage: true } });
    expect(logins(first.commits.nodes)).toEqual([['ada'], ['bob', 'eve', null]]);
    const after = first.commits.pageInfo.endCursor;
    const second = (await graphql<Page>(QUERY, { number, after })).repository.pullRequest;
    expect(second.commits.pageInfo.hasNextPage).toBe(false);
    expect(logins(second.commits.nodes)).toEqual([[null]]);
  });

  it('is refused to a token that may not read it, and to a query of fields there are not', async () => {
    const denied = workflow({ contents: 'read' }).graphql(QUERY, { number: 1 });
    await expect(denied).rejects.toThrow('not accessible');
    await expect(workflow().graphql(QUERY, { number: 9 })).rejects.toThrow(
      'Could not resolve to a PullRequest',
    );
    await branch('change', 'a.yaml');
    await fake.openPull({ branch: 'change', author: 'ada' });
    const wrong = workflow().graphql(QUERY.replace('oid', 'sha'), { number: 1 });
    await expect(wrong).rejects.toThrow("Field 'sha' doesn't exist on type 'commit'");
  });
});

describe('comments and issues', () => {
  it('takes a comment as long as GitHub does, and no longer', async () => {
    await branch('change', 'a.yaml');
    const { number: issue_number } = await fake.openPull({ branch: 'change', author: 'ada' });
    const { rest } = workflow({ 'pull-requests': 'write' });
    const long = '\u{1F600}'.repeat(65_536);
    const { data } = await rest.issues.createComment({ ...at, issue_number, body: long });
    expect(data.user).toMatchObject({ login: 'github-actions[bot]', type: 'Bot' });
    await expect(rest.issues.createComment({ ...at, issue_number, body: `${long}.` })).rejects.toMatchObject({
      status: 422,
    });
    await rest.issues.updateComment({ ...at, comment_id: data.id, body: 'short' });
    expect((await rest.issues.getComment({ ...at, comment_id: data.id })).data.body).toBe('short');
    await rest.issues.deleteComment({ ...at, comment_id: data.id });
    await expect(rest.issues.getComment({ ...at, comment_id: data.id })).rejects.toMatchObject({
      status: 404,
    });
  });

  it('gives pages with links, 30 to one unless asked otherwise', async () => {
    await branch('change', 'a.yaml');
    const { number: issue_number } = await fake.openPull({ branch: 'change', author: 'ada' });
    const octokit = workflow();
    for (let each = 0; each < 35; each += 1)
      await octokit.rest.issues.createComment({ ...at, issue_number, body: `No. ${each}` });
    const first = await octokit.rest.issues.listComments({ ...at, issue_number });
    expect(first.data).toHaveLength(30);
    expect(first.headers.link).toContain('rel="next"');
    const all = await octokit.paginate(octokit.rest.issues.listComments, {
      ...at,
      issue_number,
      per_page: 10,
    });
    expect(all.map(({ body }) => body)).toEqual(Array.from({ length: 35 }, (_, each) => `No. ${each}`));
    expect(fake.log.filter(({ query }) => query.includes('per_page=10'))).toHaveLength(4);
  });

  it('lists pull requests among the issues, and closes an issue', async () => {
    await branch('change', 'a.yaml');
    await fake.openPull({ branch: 'change', author: 'ada' });
    const { rest } = workflow();
    const { data } = await rest.issues.create({ ...at, title: 'It failed', body: 'See there.' });
    const open = (await rest.issues.listForRepo({ ...at })).data;
    expect(open.map((each) => [each.number, each.pull_request !== undefined])).toEqual([
      [2, false],
      [1, true],
    ]);
    await rest.issues.update({ ...at, issue_number: data.number, state: 'closed' });
    expect((await rest.issues.listForRepo({ ...at })).data.map(({ number }) => number)).toEqual([1]);
    await expect(rest.issues.create({ ...at, title: '' })).rejects.toMatchObject({ status: 422 });
  });
});

describe('check runs', () => {
  const output = { title: 'Plan', summary: 'Two changes', text: 'x'.repeat(65_535) };
  const annotation = (line: number) =>
    ({
      path: 'a.yaml',
      start_line: line,
      end_line: line,
      annotation_level: 'notice',
      message: 'look',
    }) as const;

  it('belong to the App of the token, and only it changes them', async () => {
    const head_sha = await branch('change', 'a.yaml');
    const ours = workflow();
    const theirs = client(fake.token({ login: 'other[bot]', app: 'other', permissions: ALL }));
    const made = await ours.rest.checks.create({
      ...at,
      head_sha,
      name: 'iosmail plan',
      external_id: 'root',
      output,
    });
    expect(made.data).toMatchObject({ status: 'queued', conclusion: null, app: { slug: 'github-actions' } });
    const edit = { ...at, check_run_id: made.data.id, conclusion: 'success' as const };
    await expect(theirs.rest.checks.update(edit)).rejects.toMatchObject({ status: 403 });
    const done = await ours.rest.checks.update(edit);
    expect(done.data).toMatchObject({ status: 'completed', conclusion: 'success', external_id: 'root' });
    await theirs.rest.checks.create({ ...at, head_sha, name: 'iosmail plan' });
    await ours.rest.checks.create({ ...at, head_sha, name: 'iosmail plan', conclusion: 'neutral' });
    const count = async (filter?: 'all' | 'latest') =>
      (await ours.rest.checks.listForRef({ ...at, ref: 'change', ...(filter ? { filter } : {}) })).data
        .total_count;
    expect(await count()).toBe(2);
    expect(await count('all')).toBe(3);
    const person = client(fake.token({ login: 'ada', permissions: ALL }));
    await expect(person.rest.checks.create({ ...at, head_sha, name: 'x' })).rejects.toMatchObject({
      status: 403,
    });
  });

  it('takes 50 annotations a request and 65,535 characters', async () => {
    const head_sha = await branch('change', 'a.yaml');
    const { checks } = workflow().rest;
    const many = (count: number) => Array.from({ length: count }, (_, each) => annotation(each + 1));
    const send = (more: object) =>
      checks.create({ ...at, head_sha, name: 'n', output: { ...output, ...more } });
    const made = await send({ annotations: many(50) });
    await checks.update({ ...at, check_run_id: made.data.id, output: { ...output, annotations: many(7) } });
    const { data } = await checks.get({ ...at, check_run_id: made.data.id });
    expect(data.output.annotations_count).toBe(57);
    await expect(send({ annotations: many(51) })).rejects.toThrow('No more than 50 items are allowed');
    await expect(send({ text: 'x'.repeat(65_536) })).rejects.toThrow('Only 65535 characters are allowed');
    const told = fake.complaints.splice(0);
    expect(told).toEqual([
      expect.stringContaining('must NOT have more than 50 items'),
      expect.stringContaining('must NOT have more than 65535 characters'),
    ]);
    await expect(checks.create({ ...at, head_sha: '1'.repeat(40), name: 'n' })).rejects.toThrow(
      'No commit found',
    );
  });
});

describe('runs, artifacts, deployments', () => {
  it('sends to another place for the zip, without the token', async () => {
    fake.runs.set(77, { status: 'in_progress', conclusion: null });
    const id = fake.artifacts.put(77, 'iosmail-plan', { 'plan.json': '{"a":1}' });
    const { actions } = workflow().rest;
    expect((await actions.getWorkflowRun({ ...at, run_id: 77 })).data.status).toBe('in_progress');
    const listed = await actions.listWorkflowRunArtifacts({ ...at, run_id: 77, name: 'iosmail-plan' });
    expect(listed.data.artifacts.map((each) => each.id)).toEqual([id]);
    const zip = await actions.downloadArtifact({ ...at, artifact_id: id, archive_format: 'zip' });
    const { unzipSync, strFromU8 } = await import('fflate');
    const files = unzipSync(new Uint8Array(zip.data as ArrayBuffer));
    expect(Object.entries(files).map(([name, content]) => [name, strFromU8(content)])).toEqual([
      ['plan.json', '{"a":1}'],
    ]);
    const withToken = await fetch(zip.url, { headers: { authorization: 'Bearer x' } });
    expect(withToken.status).toBe(401);
    fake.artifacts.expire(id);
    const late = actions.downloadArtifact({ ...at, artifact_id: id, archive_format: 'zip' });
    await expect(late).rejects.toMatchObject({ status: 410 });
  });

  it('deploys only what is green unless told that nothing is required', async () => {
    const sha = await git('rev-parse', 'main');
    const { repos } = workflow().rest;
    const deploy = (more: object) =>
      repos.createDeployment({ ...at, ref: sha, environment: 'contoso', ...more });
    await repos.createCommitStatus({ ...at, sha, state: 'pending', context: 'ci' });
    await expect(deploy({})).rejects.toMatchObject({ status: 409 });
    const first = await deployed(await deploy({ required_contexts: [], payload: { run: 7 } }));
    const second = await deployed(await deploy({ required_contexts: [] }));
    for (const deployment_id of [first, second])
      await repos.createDeploymentStatus({ ...at, deployment_id, state: 'success' });
    const states = async (deployment_id: number) =>
      (await repos.listDeploymentStatuses({ ...at, deployment_id })).data.map(({ state }) => state);
    expect([await states(first), await states(second)]).toEqual([['inactive', 'success'], ['success']]);
    const { data } = await repos.listDeployments({ ...at, environment: 'contoso' });
    expect(data.map(({ id, payload }) => [id, payload])).toEqual([
      [second, {}],
      [first, { run: 7 }],
    ]);
    expect((await repos.getAllEnvironments(at)).data.environments?.map(({ name }) => name)).toEqual([
      'plan',
      'apply',
    ]);
  });
});

const deployed = async (answer: { readonly data: object }): Promise<number> =>
  'id' in answer.data ? Number(answer.data.id) : Number.NaN;

describe('who may do what', () => {
  it('knows no token but those it gave, and each for what it is for', async () => {
    await expect(client('ghp_unknown').rest.pulls.list(at)).rejects.toMatchObject({ status: 401 });
    const reader = workflow({ 'pull-requests': 'read', checks: 'read' });
    expect((await reader.rest.pulls.list(at)).data).toEqual([]);
    const told = reader.rest.checks.create({ ...at, name: 'n', head_sha: await git('rev-parse', 'main') });
    await expect(told).rejects.toMatchObject({
      status: 403,
      response: { headers: { 'x-accepted-github-permissions': 'checks=write' } },
    });
    await expect(reader.rest.issues.listForRepo(at)).rejects.toMatchObject({ status: 403 });
    await expect(reader.rest.pulls.list({ owner: 'x', repo: 'y' })).rejects.toMatchObject({ status: 404 });
  });

  it('lets nobody push without contents: write', async () => {
    const reader = fake.token({ login: 'eve', permissions: { contents: 'read' } });
    await git('fetch', '--quiet', fake.cloneUrl(reader), 'main');
    await expect(git('push', fake.cloneUrl(reader), 'main:other')).rejects.toThrow('403');
    await expect(git('fetch', fake.cloneUrl('ghp_unknown'), 'main')).rejects.toThrow();
  });

  it('keeps the journal branch from being rewritten or deleted', async () => {
    await branch('iosmail-journal', 'journal.jsonl');
    await commit('journal.jsonl', 'one more\n');
    await git('push', '--quiet', 'origin', 'iosmail-journal');
    await git('reset', '--quiet', '--hard', 'main');
    await commit('journal.jsonl', 'rewritten\n');
    const pushed = git('push', '--force', 'origin', 'iosmail-journal');
    await expect(pushed).rejects.toThrow('Cannot force-push to this branch');
    const deleted = git('push', 'origin', '--delete', 'iosmail-journal');
    await expect(deleted).rejects.toThrow('Cannot delete this branch');
    await branch('free', 'a');
    await git('push', '--quiet', 'origin', '--delete', 'free');
  });

  it('makes a branch only once, by the API as by a push', async () => {
    const sha = await git('rev-parse', 'main');
    const ref = 'refs/heads/iosmail-lock';
    const { rest } = workflow();
    await rest.git.createRef({ ...at, ref, sha });
    await expect(rest.git.createRef({ ...at, ref, sha })).rejects.toThrow('Reference already exists');
    await branch('elsewhere', 'a');
    const pushed = git('push', `--force-with-lease=${ref}:`, 'origin', `elsewhere:${ref}`);
    await expect(pushed).rejects.toThrow('stale info');
    await rest.git.deleteRef({ ...at, ref: 'heads/iosmail-lock' });
    await git('push', '--quiet', `--force-with-lease=${ref}:`, 'origin', `elsewhere:${ref}`);
  });
});

describe('the wire', () => {
  it('answers 304 to whoever has it already', async () => {
    const octokit = workflow();
    const first = await octokit.rest.pulls.list(at);
    const again = octokit.rest.pulls.list({ ...at, headers: { 'if-none-match': first.headers.etag ?? '' } });
    await expect(again).rejects.toMatchObject({ status: 304 });
    await branch('change', 'a');
    await fake.openPull({ branch: 'change', author: 'ada' });
    const changed = await octokit.rest.pulls.list({
      ...at,
      headers: { 'if-none-match': first.headers.etag ?? '' },
    });
    expect(changed.data).toHaveLength(1);
  });

  it('fails as often as it is told to', async () => {
    const { rest } = workflow();
    fake.fault('GET /repos/contoso/policies/pulls', 'rate limit');
    fake.fault(/\/pulls/, 'secondary limit');
    fake.fault((request) => request.includes('/pulls'), 'bad gateway');
    fake.fault('GET', 'reset');
    const statuses: unknown[] = [];
    for (let each = 0; each < 5; each += 1) {
      statuses.push(
        await rest.pulls.list(at).then(
          ({ status }) => status,
          (error: { readonly status?: number }) => error.status,
        ),
      );
    }
    expect(statuses).toEqual([403, 429, 502, 500, 200]);
  });

  it('can carry out what it does not answer', async () => {
    const { rest } = workflow();
    fake.fault('POST', 'lost');
    await expect(rest.issues.create({ ...at, title: 'Lost' })).rejects.toThrow();
    expect((await rest.issues.listForRepo(at)).data.map(({ title }) => title)).toEqual(['Lost']);
  });

  it('orders what happens by a second each', async () => {
    fake.clock.set('2026-03-01T08:00:00Z');
    await branch('change', 'a');
    const pull = await fake.openPull({ branch: 'change', author: 'ada' });
    fake.review({ pull, user: 'bob', state: 'APPROVED' });
    const { data } = await workflow().rest.pulls.listReviews({ ...at, pull_number: pull.number });
    expect([pull.createdAt, data[0]?.submitted_at]).toEqual(['2026-03-01T08:00:01Z', '2026-03-01T08:00:02Z']);
  });

  it('gives a job the token that a federated credential names', async () => {
    const { url, token } = fake.oidc('apply');
    const ask = (authorization: string) =>
      fetch(`${url}&audience=${encodeURIComponent('api://AzureADTokenExchange')}`, {
        headers: { authorization },
      });
    const { value } = (await (await ask(`bearer ${token}`)).json()) as { readonly value: string };
    const claims = JSON.parse(Buffer.from(value.split('.')[1] ?? '', 'base64url').toString());
    expect(claims).toMatchObject({
      iss: 'https://token.actions.githubusercontent.com',
      sub: 'repo:contoso/policies:environment:apply',
      aud: 'api://AzureADTokenExchange',
    });
    expect((await ask('bearer other')).status).toBe(401);
  });
});
