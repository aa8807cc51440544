import { createEmulator, type Emulator } from 'emulate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checksOf, type NewCheck, writeCheck } from '../../src/github/checks.ts';
import { comment, commentById, sticky } from '../../src/github/comments.ts';
import { failureIssue } from '../../src/github/issues.ts';
import { type GitHub, openGitHub } from '../../src/github/open-github.ts';
import { canWrite } from '../../src/github/permissions.ts';
import { pullNumber, pullOfHead } from '../../src/github/pulls.ts';
import { reviewsOf } from '../../src/github/reviews.ts';
import { recorder } from './github-recorder.ts';

const MARKER = '<!-- iosmail:plan -->';
const BOT = 'robot';
const USERS = [BOT, 'anna', 'ben'];

let emulator: Emulator;
let robot: GitHub;
let anna: GitHub;
let ben: GitHub;
/** The head of the branch `topic`, and the pull request that proposes it. */
let head: string;
let pull: number;
const { recording, faults, sent } = recorder();

function as(login: string): Promise<GitHub> {
  const env = { GITHUB_TOKEN: login, GITHUB_REPOSITORY: `${BOT}/mail`, GITHUB_RUN_ID: '77' };
  return openGitHub({ ...env, GITHUB_API_URL: emulator.url }, { fetch: recording });
}

beforeAll(async () => {
  emulator = await createEmulator({
    service: 'github',
    port: 0,
    seed: {
      tokens: Object.fromEntries(USERS.map((login) => [login, { login, scopes: ['repo'] }])),
      github: {
        users: USERS.map((login) => ({ login })),
        repos: [{ owner: BOT, name: 'mail', auto_init: true }],
      },
    },
  });
  [robot, anna, ben] = await Promise.all([as(BOT), as('anna'), as('ben')]);
  const { octokit, owner, repo } = robot;
  await octokit.rest.repos.addCollaborator({ owner, repo, username: 'anna', permission: 'push' });
  await octokit.rest.repos.addCollaborator({ owner, repo, username: 'ben', permission: 'pull' });
  const main = await octokit.rest.git.getRef({ owner, repo, ref: 'heads/main' });
  await octokit.rest.git.createRef({ owner, repo, ref: 'refs/heads/topic', sha: main.data.object.sha });
  const { data } = await octokit.rest.repos.createOrUpdateFileContents({
    owner,
    repo,
    path: 'policies/a.yaml',
    message: 'policy',
    content: 'YQ==',
    branch: 'topic',
  });
  head = data.commit.sha ?? '';
  pull = (await anna.octokit.rest.pulls.create({ owner, repo, title: 'x', head: 'topic', base: 'main' })).data
    .number;
});

afterAll(async () => {
  await emulator.close();
});

describe('a sticky comment', () => {
  const say = (words: string, same?: (old: string) => boolean) =>
    sticky(robot, pull, {
      marker: MARKER,
      author: BOT,
      body: `${MARKER}\n${words}`,
      ...(same === undefined ? {} : { same }),
    });
  const bodies = async () => {
    const { octokit, owner, repo } = robot;
    const { data } = await octokit.rest.issues.listComments({
      owner,
      repo,
      issue_number: pull,
      per_page: 100,
    });
    return data.map(({ user, body }) => `${user?.login}: ${body?.replace(`${MARKER}\n`, '* ')}`);
  };

  it('is posted, left, edited, and stays one; a comment of anybody else is left alone', async () => {
    await comment(anna, pull, `${MARKER}\nnot mine`);
    for (let each = 0; each < 105; each += 1) await comment(anna, pull, `talk ${each}`);
    const first = await say('one');
    expect(first).toMatchObject({ did: 'created', body: `${MARKER}\none` });
    expect(await say('one')).toMatchObject({ did: 'unchanged', id: first.id });
    expect(await say('two', () => true)).toMatchObject({ did: 'unchanged', body: `${MARKER}\none` });
    expect(await say('two', () => false)).toMatchObject({ did: 'edited', id: first.id });
    await comment(robot, pull, `${MARKER}\na duplicate`);
    await comment(robot, pull, 'no marker');
    expect(await say('three')).toMatchObject({ did: 'edited', id: first.id, body: `${MARKER}\nthree` });
    const { octokit, owner, repo } = robot;
    const all = await octokit.paginate(octokit.rest.issues.listComments, { owner, repo, issue_number: pull });
    const marked = all
      .filter(({ body }) => body?.includes(MARKER))
      .map(({ user, body }) => [user?.login, body]);
    expect(marked).toEqual([
      ['anna', `${MARKER}\nnot mine`],
      [BOT, `${MARKER}\nthree`],
    ]);
    expect(all.some(({ body }) => body === 'no marker')).toBe(true);
    expect((await bodies()).includes('anna: * not mine')).toBe(true);
    expect(await commentById(robot, first.id)).toMatchObject({ author: BOT, body: `${MARKER}\nthree` });
    expect(await commentById(robot, 987_654)).toBeUndefined();
  });

  it('longer than GitHub takes is refused before anything is sent', async () => {
    const before = await bodies();
    await expect(say('x'.repeat(65_536))).rejects.toThrow(/longer than GitHub takes/);
    await expect(comment(robot, pull, 'x'.repeat(65_537))).rejects.toThrow(/Nothing was posted/);
    expect(await bodies()).toEqual(before);
  });
});

describe('check runs', () => {
  const check = (name: string, count: number): NewCheck => ({
    sha: head,
    name,
    conclusion: 'success',
    title: 'Plan',
    summary: 'What happens',
    text: 'the record',
    externalId: 'sha256:0',
    annotations: Array.from({ length: count }, (_, at) => ({
      path: 'policies/a.yaml',
      line: at + 1,
      level: 'warning' as const,
      title: 'loses mail',
      message: `line ${at + 1}`,
    })),
  });

  it('are written with all their annotations, fifty a request, and read again', async () => {
    const written = await writeCheck(robot, check('iosmail plan', 120));
    // The emulator holds the last request's only, where GitHub adds them up: so what was sent counts.
    const annotated = sent.filter(({ path }) => path.includes('/check-runs'));
    expect(annotated.map(({ body }) => body?.output?.annotations?.length)).toEqual([50, 50, 20]);
    const { octokit, owner, repo } = robot;
    const { data } = await octokit.rest.checks.get({ owner, repo, check_run_id: written.id });
    expect(data.output.annotations_count).toBe(20);
    await writeCheck(robot, check('iosmail plan 2', 0));
    // The emulator leaves `conclusion` out when it creates one, and knows no app.
    await writeCheck(robot, check('iosmail plan', 0));
    const runs = await checksOf(robot, head);
    expect(runs.map(({ name }) => name).sort()).toEqual(['iosmail plan', 'iosmail plan', 'iosmail plan 2']);
    expect(runs.find(({ id }) => id === written.id)).toMatchObject({
      externalId: 'sha256:0',
      text: 'the record',
      status: 'completed',
      app: undefined,
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    });
  });

  it('longer than GitHub takes are refused before anything is sent', async () => {
    const before = (await checksOf(robot, head)).length;
    const long = { ...check('iosmail plan', 0), text: 'x'.repeat(65_536) };
    await expect(writeCheck(robot, long)).rejects.toThrow(/The text of a check run is 65536/);
    expect((await checksOf(robot, head)).length).toBe(before);
  });
});

describe('a pull request', () => {
  it('is found by its branch and its number', async () => {
    const found = await pullOfHead(robot, { owner: BOT, branch: 'topic' });
    expect(found).toEqual(await pullNumber(robot, pull));
    expect(found).toMatchObject({
      number: pull,
      state: 'open',
      head: { sha: head, branch: 'topic' },
      base: { branch: 'main' },
      author: 'anna',
      fromFork: false,
    });
    expect(await pullOfHead(robot, { owner: 'somebody', branch: 'topic' })).toBeUndefined();
    expect(await pullOfHead(robot, { owner: BOT, branch: 'other' })).toBeUndefined();
  });

  it('has reviews, oldest first', async () => {
    const { owner, repo } = robot;
    for (const event of ['COMMENT', 'REQUEST_CHANGES', 'APPROVE'] as const) {
      await robot.octokit.rest.pulls.createReview({ owner, repo, pull_number: pull, event, body: 'x' });
    }
    expect(await reviewsOf(robot, pull)).toEqual(
      ['COMMENTED', 'CHANGES_REQUESTED', 'APPROVED'].map((state) => ({
        reviewer: BOT,
        bot: false,
        state,
        commit: head,
        at: expect.stringMatching(/^\d{4}-/),
      })),
    );
  });

  it('may be approved by who can write', async () => {
    expect([await canWrite(robot, 'anna'), await canWrite(robot, BOT)]).toEqual([true, true]);
    expect([await canWrite(robot, 'ben'), await canWrite(robot, 'nobody')]).toEqual([false, false]);
  });
});

describe('the issue of a failure', () => {
  const about = { marker: '<!-- iosmail:failure -->', author: BOT };
  const tell = (words: string) =>
    failureIssue(robot, { ...about, title: `Apply failed: ${words}`, body: `${about.marker}\n${words}` });

  it('is opened once, edited, closed, and opened anew', async () => {
    const { owner, repo } = ben;
    await anna.octokit.rest.issues.create({ owner, repo, title: 'mine', body: about.marker });
    expect(await failureIssue(robot, { ...about, closed: 'fine' })).toBeUndefined();
    const first = await tell('one');
    expect(first?.did).toBe('opened');
    expect(await tell('one')).toMatchObject({ number: first?.number, did: 'unchanged' });
    expect(await tell('two')).toMatchObject({ number: first?.number, did: 'edited' });
    expect(await failureIssue(robot, { ...about, closed: 'It went well.' })).toMatchObject({
      number: first?.number,
      did: 'closed',
    });
    const again = await tell('three');
    expect(again?.did).toBe('opened');
    expect(again?.number).not.toBe(first?.number);
    const { data } = await ben.octokit.rest.issues.listForRepo({ owner, repo, state: 'open' });
    const issues = data.filter(({ pull_request }) => pull_request === undefined);
    expect(issues.map(({ title }) => title).sort()).toEqual(['Apply failed: three', 'mine']);
  });
});

it('asked for nothing that GitHub does not know', () => {
  expect(faults).toEqual([]);
});
