import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { comment, sticky } from '../../../src/github/comments.ts';
import { GitHubFailure } from '../../../src/github/failure.ts';
import { openGitHub } from '../../../src/github/open-github.ts';
import { canWrite } from '../../../src/github/permissions.ts';
import { pullNumber } from '../../../src/github/pulls.ts';
import { runStatus } from '../../../src/github/runs.ts';
import { json, NOW, page, TOKEN, wire } from './wire.ts';

const RUN = { status: 'completed', conclusion: 'success', run_attempt: 2 };
const READ = { status: 'completed', conclusion: 'success', attempt: 2 };
const COMMENT = { id: 5, body: 'hello', html_url: 'http://x/5', user: { login: 'github-actions[bot]' } };

async function failureOf(work: Promise<unknown>): Promise<GitHubFailure> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof GitHubFailure) return error;
  throw new Error(`Expected a GitHubFailure, not ${String(error)}`);
}

describe('what a workflow run gives', () => {
  const ENV = { GITHUB_TOKEN: TOKEN, GITHUB_REPOSITORY: 'acme/mail', GITHUB_RUN_ID: '77' };

  it('names repository, run and its address', async () => {
    const github = await openGitHub({ ...ENV, GITHUB_RUN_ATTEMPT: '3', GITHUB_SERVER_URL: 'https://ghe.x/' });
    expect(github).toMatchObject({
      owner: 'acme',
      repo: 'mail',
      run: { id: 77, attempt: 3, url: 'https://ghe.x/acme/mail/actions/runs/77' },
    });
  });

  it.each([
    ['GITHUB_TOKEN', ''],
    ['GITHUB_TOKEN', `${TOKEN}\nx`],
    ['GITHUB_REPOSITORY', 'acme'],
    ['GITHUB_REPOSITORY', 'acme/mail/../x'],
    ['GITHUB_RUN_ID', '7x'],
    ['GITHUB_API_URL', 'https://me:secret@api.github.com'],
  ])('refuses %s=%j without quoting it', async (name, value) => {
    const failure = await failureOf(openGitHub({ ...ENV, [name]: value }));
    expect(failure.message).toContain(name);
    expect(`${failure.message}${failure.fix}`).not.toMatch(/verysecret|me:secret/);
  });
});

describe('a refusal', () => {
  it.each([
    [401, 'actions: read', false, 'GITHUB_TOKEN'],
    [403, 'actions: read', true, 'permissions'],
  ])('%i says what is missing', async (status, permission, named, word) => {
    const { github, calls, waits } = await wire(() => json(status, { message: 'Bad credentials' }));
    const failure = await failureOf(runStatus(github, 1));
    expect(failure.status).toBe(status);
    expect(failure.message).toContain('Bad credentials');
    expect(failure.fix.includes(permission)).toBe(named);
    expect(failure.fix).toContain(word);
    expect([calls.length, waits.length]).toEqual([1, 0]);
  });

  it('names the permission of the very request: writing a comment', async () => {
    const { github } = await wire(() => json(403, { message: 'Resource not accessible by integration' }));
    expect((await failureOf(comment(github, 1, 'x'))).fix).toContain('pull-requests: write');
  });

  it('404 says that it may be there and not to be seen', async () => {
    const { github } = await wire(() => json(404, { message: 'Not Found' }));
    const failure = await failureOf(pullNumber(github, 1));
    expect([failure.status, failure.fix]).toEqual([404, expect.stringContaining('pull-requests: read')]);
  });

  it('404 is an answer where a run or an account may be gone', async () => {
    const { github } = await wire(() => json(404, { message: 'Not Found' }));
    expect([await runStatus(github, 1), await canWrite(github, 'gone')]).toEqual([undefined, false]);
  });

  it.each(['admin', 'write', 'maintain', 'read', 'none', 'triage'])('permission %s', async (permission) => {
    const { github } = await wire(() => json(200, { permission }));
    expect(await canWrite(github, 'anna')).toBe(['admin', 'write', 'maintain'].includes(permission));
  });
});

describe('rate limits', () => {
  it.each([
    ['429 with retry-after', 429, { 'retry-after': '7' }, 'x', 7_000],
    ['secondary limit with retry-after', 403, { 'retry-after': '9' }, 'secondary rate limit', 9_000],
    ['secondary limit without', 403, {}, 'You have exceeded a secondary rate limit.', 60_000],
    [
      'primary limit until its reset',
      403,
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(NOW / 1000 + 30) },
      'API rate limit exceeded',
      31_000,
    ],
  ])('%s is waited out, also for a POST', async (_, status, headers, message, waited) => {
    const { github, waits } = await wire((__, nth) =>
      nth === 1 ? json(status, { message }, headers) : json(201, COMMENT),
    );
    expect((await comment(github, 1, 'hello')).id).toBe(5);
    expect(waits).toEqual([waited]);
  });

  it('three times at most', async () => {
    const { github, calls, waits } = await wire(() => json(429, {}, { 'retry-after': '120' }));
    const failure = await failureOf(runStatus(github, 1));
    expect([failure.status, failure.fix]).toEqual([429, expect.stringContaining('rate limit')]);
    expect([calls.length, waits]).toEqual([4, [120_000, 120_000, 120_000]]);
  });

  it('longer than two minutes is not waited for', async () => {
    const { github, calls, waits } = await wire(() => json(429, {}, { 'retry-after': '121' }));
    await failureOf(runStatus(github, 1));
    expect([calls.length, waits]).toEqual([1, []]);
  });
});

describe('outages', () => {
  it('a read is sent again: 500, a broken connection, then an answer', async () => {
    const { github, waits } = await wire((_, nth) => {
      if (nth === 1) return json(500, { message: 'oops' });
      if (nth === 2) throw new TypeError('fetch failed', { cause: new Error('reset') });
      return json(200, RUN);
    });
    expect(await runStatus(github, 1)).toEqual(READ);
    expect(waits).toEqual([1_000, 2_000]);
  });

  it('a connection that stays broken says so, by code and never by message', async () => {
    const cause = Object.assign(new Error('connect to secret.example'), { code: 'ECONNREFUSED' });
    const { github, calls } = await wire(() => {
      throw new TypeError('fetch failed', { cause });
    });
    const failure = await failureOf(runStatus(github, 1));
    expect(failure.message).toContain(
      'did not answer GET /api/v3/repos/acme/mail/actions/runs/1: ECONNREFUSED',
    );
    expect(failure.message).not.toContain('secret.example');
    expect([failure.status, calls.length]).toEqual([undefined, 4]);
  });

  it('an answer that takes too long says so', async () => {
    const { github } = await wire(() => {
      throw new DOMException('The operation was aborted due to timeout', 'TimeoutError');
    });
    expect((await failureOf(comment(github, 1, 'hello'))).message).toMatch(/: no answer in time\.$/);
  });

  it('a new comment is not sent again', async () => {
    const { github, calls } = await wire(() => json(502, { message: 'bad gateway' }));
    expect((await failureOf(comment(github, 1, 'hello'))).status).toBe(502);
    expect(calls.length).toBe(1);
  });

  it('a sticky comment whose answer was lost is found instead of posted twice', async () => {
    const body = '<!-- m -->hello';
    let there = false;
    const { github, calls } = await wire(({ method }) => {
      if (method === 'GET') return json(200, there ? [{ ...COMMENT, body }] : []);
      there = true;
      throw new TypeError('fetch failed');
    });
    const posted = await sticky(github, 1, { marker: '<!-- m -->', author: 'github-actions[bot]', body });
    expect(posted).toMatchObject({ id: 5, body, did: 'created' });
    expect(calls.filter(({ method }) => method === 'POST').length).toBe(1);
  });
});

describe('a list', () => {
  const body = '<!-- m -->x';
  const list = (second: () => Response) =>
    wire((call) => {
      if (call.method !== 'GET') return json(201, COMMENT);
      const first = page(call, [[], []]);
      return call.query.get('page') === null ? first : second();
    });

  it.each([
    ['409', () => json(409, { message: 'Conflict' }), /answered 409/],
    ['no content', () => new Response('', { status: 200 }), /no JSON/],
    [
      'a page of a gateway',
      () => new Response('<html>', { headers: { 'content-type': 'text/html' } }),
      /no JSON/,
    ],
    ['half an answer', () => new Response('[{"id":1', json(200, {})), /no JSON/],
  ])('that breaks off with %s is never taken for the whole', async (_, second, words) => {
    const { github, calls } = await list(second);
    const posting = sticky(github, 1, { marker: '<!-- m -->', author: 'github-actions[bot]', body });
    expect((await failureOf(posting)).message).toMatch(words);
    expect(calls.every(({ method }) => method === 'GET')).toBe(true);
  });
});

describe('secrets', () => {
  it('no failure holds the token, whatever GitHub says', async () => {
    const status = fc.constantFrom(400, 401, 403, 404, 409, 410, 422, 429, 500, 502);
    await fc.assert(
      fc.asyncProperty(status, fc.string(), fc.string(), fc.boolean(), async (code, before, after, text) => {
        const said = `${before}${TOKEN}${after}`;
        const { github } = await wire(() =>
          text ? new Response(said, { status: code }) : json(code, { message: said, errors: [said] }),
        );
        const failure = await failureOf(comment(github, 1, 'x'));
        const whole = `${failure.message}${failure.fix}${failure.stack}${JSON.stringify(failure)}`;
        expect(whole).not.toContain(TOKEN);
        expect(failure.message).not.toMatch(/\p{Cc}/u);
        expect(failure.cause).toBeUndefined();
      }),
      { numRuns: 60 },
    );
  });
});
