import { describe, expect, test } from 'vitest';
import { decide } from '../../../src/commands/decide-merged.ts';
import type { PolicyCommit } from '../../../src/commands/merged.ts';
import { deciding, GATE, idOf, OTHER, type Reviewed, reviewed, rules } from './reviewed-pulls.ts';

const START = 'a'.repeat(40);
const [FIRST, SECOND] = [idOf(GATE), idOf(OTHER)];
const API = '/repos/contoso/policies';

const changed = (commit: string, ...tenants: readonly string[]): PolicyCommit => ({
  commit,
  tenants: new Map(tenants.map((id) => [id, { was: undefined, is: commit }])),
  rules: rules(),
});

async function decided(
  { github }: Reviewed,
  commits: readonly PolicyCommit[],
  left: readonly (readonly [string, number | undefined])[] = [],
  stated = rules(),
) {
  const about = deciding({ start: { at: START, stated }, commits, left: new Map(left) });
  return (await decide(async () => github, about)).decisions;
}

/** Two merged pull requests, each approved, each with the plan of its own tenant. */
async function twoMerged() {
  const world = await reviewed();
  const { fake, opened, recorded, merged } = world;
  const first = await opened('first', { 'a.yaml': 'a\n' });
  const second = await opened('second', { 'b.yaml': 'b\n' });
  await recorded(first, GATE, 71);
  await recorded(second, OTHER, 72);
  for (const pull of [first, second]) fake.review({ pull, user: 'bob', state: 'APPROVED' });
  const commits = [changed(await merged(first), FIRST), changed(await merged(second), SECOND)];
  return { ...world, first, second, commits };
}

describe('a pull request that was rebased, and whose second commit takes back its first', () => {
  const rebased = async (is: string) => {
    const world = await reviewed();
    const pull = await world.opened('undone', { 'a.yaml': 'a\n', 'b.yaml': 'b\n' });
    const commit = await world.fake.merge(pull, { method: 'rebase', by: 'contoso' });
    await world.work.git('fetch', '--quiet', 'origin');
    const first = await world.work.git('rev-parse', `${commit}^`);
    const commits: PolicyCommit[] = [
      { commit: first, tenants: new Map([[FIRST, { was: 'old', is: 'new' }]]), rules: rules() },
      { commit, tenants: new Map([[FIRST, { was: 'new', is }]]), rules: rules() },
    ];
    return { world, commits };
  };

  test('changes no tenant, so nothing is refused', async () => {
    const { world, commits } = await rebased('old');
    expect([...(await decided(world, commits)).keys()]).toEqual([]);
  });

  test('leaves a tenant to what an earlier run has still to do with it', async () => {
    const { world, commits } = await rebased('old');
    const decisions = await decided(world, commits, [[FIRST, undefined]]);
    expect(decisions.get(FIRST)).toMatchObject({ kind: 'refused', under: { kind: 'direct push' } });
  });

  test('is judged where it does not take all of it back', async () => {
    const { world, commits } = await rebased('newer');
    expect((await decided(world, commits)).get(FIRST)).toMatchObject({ under: { kind: 'pull request' } });
  });
});

const GONE = { status: 404, body: { message: 'Not Found' } };

describe('what GitHub will never tell of one pull request holds its own tenants only', () => {
  test('both are told: both are reviewed', async () => {
    const world = await twoMerged();
    const decisions = await decided(world, world.commits);
    expect([...decisions].map(([id, { kind }]) => [id, kind])).toEqual([
      [FIRST, 'reviewed'],
      [SECOND, 'reviewed'],
    ]);
  });

  test.each([
    [
      'reviews that are not there',
      (n: number) => `GET ${API}/pulls/${n}/reviews`,
      GONE,
      /does not have the reviews/,
    ],
    [
      'a review in a state nobody knows',
      (n: number) => `GET ${API}/pulls/${n}/reviews`,
      {
        status: 200,
        body: [{ id: 1, user: { login: 'bob', type: 'User' }, state: 'MAYBE', commit_id: START }],
      },
      /a state that is not known here/,
    ],
    [
      'a head that GitHub does not know',
      (_: number, head: string) => `GET ${API}/commits/${head}/check-runs`,
      { status: 422, body: { message: 'No commit found for SHA' } },
      /does not have the head/,
    ],
    [
      'a run that was deleted',
      () => `GET ${API}/actions/runs/71/artifacts`,
      GONE,
      /does not have the plan file/,
    ],
  ] as const)('%s', async (_, asked, answer, why) => {
    const world = await twoMerged();
    world.fake.fault(asked(world.first.number, world.fake.pull(world.first.number).headSha), answer, 9);
    const decisions = await decided(world, world.commits);
    const first = decisions.get(FIRST);
    expect(first).toMatchObject({ kind: 'refused', under: { pull: world.first.number } });
    expect(first?.kind === 'refused' && first.problem.message).toMatch(why);
    expect(first?.kind === 'refused' && first.problem.message).toMatch(/[^.]\. Nothing was sent\.$/);
    expect(decisions.get(SECOND)?.kind).toBe('reviewed');
  });

  test('authors that are not all told of', async () => {
    const world = await twoMerged();
    const { first } = world;
    // GraphQL has one address: the first question is about the first pull request.
    const commits = { totalCount: 251, pageInfo: { hasNextPage: false, endCursor: null }, nodes: [] };
    const pullRequest = { author: { login: 'ada' }, commits };
    world.fake.fault('POST /graphql', { status: 200, body: { data: { repository: { pullRequest } } } });
    const decisions = await decided(world, world.commits);
    expect(decisions.get(FIRST)).toMatchObject({ kind: 'refused', under: { pull: first.number } });
    expect(decisions.get(SECOND)?.kind).toBe('reviewed');
  });

  test.each([401, 403, 500, 502, 503])('an answer of %s is about GitHub as a whole', async (status) => {
    const world = await twoMerged();
    world.fake.fault(
      `GET ${API}/pulls/${world.first.number}/reviews`,
      { status, body: { message: 'No.' } },
      9,
    );
    await expect(decided(world, world.commits)).rejects.toMatchObject({ status });
  });

  test('a problem of the moment that GraphQL tells with status 200 is one too', async () => {
    const world = await twoMerged();
    const errors = [{ message: 'Something went wrong while executing your query.' }];
    world.fake.fault('POST /graphql', { status: 200, body: { data: null, errors } });
    await expect(decided(world, world.commits)).rejects.toMatchObject({ name: 'GitHubFailure' });
  });

  test('what is gone by the time of the first write sends nothing', async () => {
    const world = await twoMerged();
    let now = 0;
    const about = deciding({
      start: { at: START, stated: rules() },
      commits: world.commits,
      now: () => now,
    });
    const { decisions } = await decide(async () => world.github, about);
    const first = decisions.get(FIRST);
    now = 60_000;
    world.fake.fault(`GET ${API}/pulls/${world.first.number}/reviews`, GONE, 9);
    if (first?.kind !== 'reviewed') throw new Error('It was reviewed.');
    expect((await first.recheck())?.message).toMatch(/^Refused: .* Nothing was sent\.$/);
  });
});

test.each([
  ['the same plan, recorded again', GATE, undefined],
  [
    'another plan, recorded and approved after the decision',
    { ...GATE, tenants: GATE.tenants.map((each) => ({ ...each, digest: `sha256:${'0'.repeat(64)}` })) },
    'Refused: another plan was recorded meanwhile. Nothing was sent.',
  ],
] as const)('at the first write: %s', async (_, plan, message) => {
  const { fake, first, recorded, commits, github } = await twoMerged();
  let now = 0;
  const about = deciding({ start: { at: START, stated: rules() }, commits, now: () => now });
  const decision = (await decide(async () => github, about)).decisions.get(FIRST);
  if (decision?.kind !== 'reviewed') throw new Error('It was reviewed.');
  now = 60_000;
  await recorded(first, plan, 81);
  fake.review({ pull: first, user: 'bob', state: 'APPROVED' });
  expect((await decision.recheck())?.message).toBe(message);
});

describe('what an earlier run did not finish', () => {
  test('is tried again under its pull request', async () => {
    const world = await twoMerged();
    const decisions = await decided(world, [], [[FIRST, world.first.number]]);
    expect(decisions.get(FIRST)).toMatchObject({ kind: 'reviewed', under: { pull: world.first.number } });
  });

  test('is refused where that pull request is gone, and nothing else is', async () => {
    const world = await twoMerged();
    const decisions = await decided(
      world,
      [],
      [
        [FIRST, 999],
        [SECOND, world.second.number],
      ],
    );
    expect(decisions.get(FIRST)).toMatchObject({ kind: 'refused' });
    expect(decisions.get(FIRST)).not.toHaveProperty('under.pull');
    expect(decisions.get(SECOND)?.kind).toBe('reviewed');
  });
});

test.each([
  [true, 'direct push'],
  [false, 'refused'],
] as const)(
  'a push without a pull request is tried again while the rules allow it (%s)',
  async (allowDirectPush, kind) => {
    const world = await reviewed();
    const decisions = await decided(world, [], [[FIRST, undefined]], rules({ allowDirectPush }));
    expect(decisions.get(FIRST)).toMatchObject({ kind });
  },
);

describe('two pull requests with the same head', () => {
  /** One into `main`, one into `release`, each planned for what it would change. */
  async function twins() {
    const world = await reviewed();
    const { fake, work, opened } = world;
    await work.git('push', '--quiet', 'origin', 'main:release');
    const pull = await opened('twin', { 'a.yaml': 'a\n' });
    const twin = await fake.openPull({ branch: 'twin', author: 'ada', base: 'release' });
    expect(twin.headSha).toBe(pull.headSha);
    return { ...world, pull, twin };
  }

  test('the plan of the other one does not count', async () => {
    const { pull, twin, recorded, fake, merged, ...world } = await twins();
    await recorded(twin, GATE, 71);
    fake.review({ pull, user: 'bob', state: 'APPROVED' });
    const commit = await merged(pull);
    const decision = (await decided({ ...world, fake, recorded, merged }, [changed(commit, FIRST)])).get(
      FIRST,
    );
    expect(decision).toMatchObject({ kind: 'refused', under: { pull: pull.number } });
    expect(decision?.kind === 'refused' && decision.problem.message).toContain(
      `that of pull request ${twin.number} does not count`,
    );
  });

  test('a newer plan of the other one neither replaces ours nor hinders it', async () => {
    const { pull, twin, recorded, fake, merged, ...world } = await twins();
    await recorded(pull, GATE, 71);
    fake.review({ pull, user: 'bob', state: 'APPROVED' });
    await recorded(twin, OTHER, 72);
    const commit = await merged(pull);
    const decisions = await decided({ ...world, fake, recorded, merged }, [changed(commit, FIRST, SECOND)]);
    expect(decisions.get(FIRST)).toMatchObject({ kind: 'reviewed', under: { approvedBy: ['bob'] } });
    const second = decisions.get(SECOND);
    expect(second?.kind === 'refused' && second.problem.message).toContain('does not hold this tenant');
  });

  test('an approval of the other one does not count', async () => {
    const { pull, twin, recorded, fake, merged, ...world } = await twins();
    await recorded(pull, GATE, 71);
    fake.review({ pull: twin, user: 'bob', state: 'APPROVED' });
    const commit = await merged(pull);
    const decision = (await decided({ ...world, fake, recorded, merged }, [changed(commit, FIRST)])).get(
      FIRST,
    );
    expect(decision?.kind === 'refused' && decision.problem.message).toContain('0 of 1 approvals count');
  });
});
