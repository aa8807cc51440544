import { describe, expect, it } from 'vitest';
import { authorsOf } from '../../../src/github/authors.ts';
import { checksOf } from '../../../src/github/checks.ts';
import { GitHubFailure } from '../../../src/github/failure.ts';
import { pullNumber, pullOfCommit, pullOfHead } from '../../../src/github/pulls.ts';
import { reviewsOf } from '../../../src/github/reviews.ts';
import { runStatus } from '../../../src/github/runs.ts';
import { PullUnreadable } from '../../../src/github/unreadable.ts';
import { json, NOW, page, wire } from './wire.ts';

const SHA = 'a'.repeat(40);

function pull(number: number, over: object = {}) {
  return {
    number,
    state: 'closed',
    draft: false,
    user: { login: 'anna' },
    head: { sha: 'h'.repeat(40), ref: 'topic', user: { login: 'acme' }, repo: { full_name: 'acme/mail' } },
    base: { sha: 'b'.repeat(40), ref: 'main', repo: { full_name: 'acme/mail' } },
    merged_at: `2026-11-2${number}T00:00:00Z`,
    merge_commit_sha: `m${number}`,
    ...over,
  };
}

describe('the pull request of a commit', () => {
  const found = async (...pages: readonly (readonly object[])[]) => {
    const { github, calls } = await wire((call) => page(call, pages));
    const answer = await pullOfCommit(github, SHA, 'main');
    expect(calls[0]?.path).toBe(`/commits/${SHA}/pulls`);
    return answer?.number;
  };

  it('is merged, and into that branch', async () => {
    const other = pull(1).base;
    expect(await found([])).toBeUndefined();
    expect(await found([pull(1, { merged_at: null })])).toBeUndefined();
    expect(await found([pull(1, { base: { ...other, ref: 'release' } })])).toBeUndefined();
    expect(await found([pull(1)])).toBe(1);
  });

  it('is the one whose merge made the commit, else the newest merge, on whatever page', async () => {
    expect(await found([pull(3), pull(2, { merge_commit_sha: SHA })], [pull(4)])).toBe(2);
    expect(await found([pull(3), pull(2)], [pull(4)])).toBe(4);
  });
});

describe('a pull request', () => {
  it.each([
    [pull(1), { state: 'merged', mergeCommit: 'm1', fromFork: false }],
    [pull(1, { merged_at: null }), { state: 'closed' }],
    [pull(1, { merged_at: null, state: 'open', draft: true }), { state: 'open', draft: true }],
    [pull(1, { user: null }), { author: 'ghost' }],
    [pull(1, { head: { ...pull(1).head, repo: { full_name: 'eve/mail' } } }), { fromFork: true }],
    [pull(1, { head: { ...pull(1).head, repo: null } }), { fromFork: true }],
  ])('%#', async (told, expected) => {
    const { github } = await wire(() => json(200, told));
    expect(await pullNumber(github, 1)).toMatchObject(expected);
  });

  it('has no merge commit before it is merged: that of the trial merge does not count', async () => {
    const { github } = await wire(() => json(200, pull(1, { merged_at: null, state: 'open' })));
    expect(await pullNumber(github, 1)).not.toHaveProperty('mergeCommit');
  });

  it('of a branch is the newest open one, and never one of another branch', async () => {
    const open = { merged_at: null, state: 'open' };
    const foreign = { ...pull(1).head, user: { login: 'eve' } };
    const { github, calls } = await wire((call) =>
      page(call, [[pull(1, open), pull(5, { ...open, head: foreign })], [pull(3, open)]]),
    );
    expect((await pullOfHead(github, { owner: 'Acme', branch: 'topic' }))?.number).toBe(3);
    expect(calls.map(({ query }) => [query.get('state'), query.get('head')])[0]).toEqual([
      'open',
      'Acme:topic',
    ]);
  });
});

describe('lists are read to their end', () => {
  it('reviews, with who is no person and what is not sent yet', async () => {
    const review = (login: string, state: string, over: object = {}) => ({
      user: { login, type: 'User' },
      state,
      commit_id: SHA,
      submitted_at: '2026-11-24T00:00:00Z',
      ...over,
    });
    const { github } = await wire((call) =>
      page(call, [
        [review('anna', 'APPROVED'), review('bot', 'approved', { user: { login: 'bot', type: 'Bot' } })],
        [review('ben', 'PENDING', { commit_id: null, submitted_at: undefined })],
        [review('', 'DISMISSED', { user: null })],
      ]),
    );
    expect(await reviewsOf(github, 1)).toEqual([
      { reviewer: 'anna', bot: false, state: 'APPROVED', commit: SHA, at: '2026-11-24T00:00:00Z' },
      { reviewer: 'bot', bot: true, state: 'APPROVED', commit: SHA, at: '2026-11-24T00:00:00Z' },
      { reviewer: 'ben', bot: false, state: 'PENDING', at: '' },
      { reviewer: 'ghost', bot: true, state: 'DISMISSED', commit: SHA, at: '2026-11-24T00:00:00Z' },
    ]);
  });

  it('a review in a state nobody knows is no "approved", and not passed over', async () => {
    const { github } = await wire((call) => page(call, [[{ user: null, state: 'MAYBE', commit_id: SHA }]]));
    await expect(reviewsOf(github, 1)).rejects.toBeInstanceOf(PullUnreadable);
  });

  it('check runs, the older ones of a name too', async () => {
    const run = (id: number, over: object = {}) => ({
      id,
      name: 'iosmail plan',
      status: 'completed',
      conclusion: 'success',
      started_at: '2026-11-24T01:00:00Z',
      completed_at: '2026-11-24T02:00:00Z',
      external_id: 'sha256:1',
      output: { text: 'record' },
      app: { slug: 'github-actions' },
      ...over,
    });
    const bare = {
      conclusion: null,
      completed_at: null,
      external_id: null,
      output: { text: null },
      app: null,
    };
    const { github, calls } = await wire((call) =>
      page(call, [
        { total_count: 2, check_runs: [run(1)] },
        { total_count: 2, check_runs: [run(2, { ...bare, status: 'in_progress' })] },
      ]),
    );
    const [first, second] = await checksOf(github, SHA);
    expect(first).toEqual({
      id: 1,
      name: 'iosmail plan',
      app: 'github-actions',
      externalId: 'sha256:1',
      text: 'record',
      status: 'completed',
      conclusion: 'success',
      at: '2026-11-24T02:00:00Z',
    });
    expect(second).toMatchObject({ app: undefined, externalId: '', text: '', at: '2026-11-24T01:00:00Z' });
    expect(calls[0]?.query.get('filter')).toBe('all');
  });
});

it('a run that is not completed has no conclusion', async () => {
  const { github } = await wire(() => json(200, { status: 'in_progress', conclusion: null }));
  expect(await runStatus(github, 7)).toEqual({ status: 'in_progress', attempt: 1 });
});

describe('who wrote a pull request', () => {
  const who = (login: string | null) => ({ user: login === null ? null : { login } });
  const commit = (
    authors: readonly (string | null)[],
    committer: string | null,
    totalCount = authors.length,
  ) => ({
    commit: { authors: { totalCount, nodes: authors.map(who) }, committer: who(committer) },
  });
  const answer = (
    nodes: readonly (object | null)[],
    totalCount: number,
    endCursor: string | null,
    opener: object | null = { login: 'Anna' },
  ) =>
    json(200, {
      data: {
        repository: {
          pullRequest: {
            author: opener,
            commits: { totalCount, pageInfo: { hasNextPage: endCursor !== null, endCursor }, nodes },
          },
        },
      },
    });

  it('its author, and authors, co-authors and committers of all commits, on two pages', async () => {
    const { github, calls } = await wire(({ body }) =>
      Object(body).variables.after === null
        ? answer([commit(['anna', 'Ben'], 'web-flow')], 2, 'next')
        : answer([commit([null], 'Cleo')], 2, null),
    );
    expect([...(await authorsOf(github, 4))].sort()).toEqual(['anna', 'ben', 'cleo', 'web-flow']);
    expect(calls.map(({ body }) => Object(body).variables)).toEqual([
      { owner: 'acme', repo: 'mail', number: 4, after: null },
      { owner: 'acme', repo: 'mail', number: 4, after: 'next' },
    ]);
    expect(calls[0]).toMatchObject({ method: 'POST', path: '/api/graphql' });
    expect(Object(calls[0]?.body).query).toContain('query CommitAuthors');
  });

  it('who opened it wrote a part of it, even where every commit is by somebody else', async () => {
    const { github } = await wire(() => answer([commit(['ben'], 'ben')], 1, null));
    expect([...(await authorsOf(github, 4))].sort()).toEqual(['anna', 'ben']);
    const gone = await wire(() => answer([commit(['ben'], null)], 1, null, null));
    expect([...(await authorsOf(gone.github, 4))]).toEqual(['ben']);
  });

  it.each([
    ['a commit missing', () => answer([commit(['anna'], 'anna')], 2, null)],
    ['an author missing', () => answer([commit(['anna'], 'anna', 2)], 1, null)],
    ['a page that leads to itself', () => answer([commit(['anna'], 'anna')], 900, 'again')],
    ['no such pull request', () => json(200, { data: { repository: { pullRequest: null } } })],
    ['a commit that is null', () => answer([null], 1, null)],
    ['no data at all', () => json(200, { data: null })],
    ['not found', () => json(200, { data: null, errors: [{ type: 'NOT_FOUND', message: 'ghs_other' }] })],
  ])('%s is unreadable for good, never fewer people', async (_, told) => {
    const { github } = await wire(told);
    const error = await authorsOf(github, 4).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(PullUnreadable);
    expect(String(error)).toContain('everybody who wrote a part of pull request 4');
    expect(String(error)).not.toContain('ghs_other');
  });

  it.each([
    [[{ type: 'FORBIDDEN', message: 'ghs_other' }]],
    [[{ message: 'Something went wrong while executing your query.' }]],
    [[{ type: 'NOT_FOUND' }, { type: 'SERVICE_UNAVAILABLE' }]],
  ])('%j is about the token or the moment', async (errors) => {
    const { github } = await wire(() => json(200, { data: null, errors }));
    const error = await authorsOf(github, 4).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(GitHubFailure);
    expect(error).not.toBeInstanceOf(PullUnreadable);
    expect(String(error)).not.toContain('ghs_other');
  });

  it('a rate limit told of with status 200 is waited out', async () => {
    const errors = [{ type: 'RATE_LIMITED', message: 'API rate limit exceeded' }];
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(NOW / 1000 + 9) };
    const { github, waits } = await wire((_, nth) =>
      nth === 1 ? json(200, { data: null, errors }, headers) : answer([commit(['anna'], 'anna')], 1, null),
    );
    expect([...(await authorsOf(github, 4))]).toEqual(['anna']);
    expect(waits).toEqual([10_000]);
  });

  it('a question asked in vain is asked again, since it changes nothing', async () => {
    const { github, waits } = await wire((_, nth) =>
      nth === 1 ? json(502, {}) : answer([commit(['anna'], 'anna')], 1, null),
    );
    expect([...(await authorsOf(github, 4))]).toEqual(['anna']);
    expect(waits).toEqual([1_000]);
  });
});
