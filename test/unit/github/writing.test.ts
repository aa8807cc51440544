import { describe, expect, it } from 'vitest';
import { writeCheck } from '../../../src/github/checks.ts';
import { sticky } from '../../../src/github/comments.ts';
import { type Deployment, deploy } from '../../../src/github/deployments.ts';
import { failureIssue } from '../../../src/github/issues.ts';
import { checkExchange } from '../../github/openapi.ts';
import { type Call, json, wire } from './wire.ts';

/** What GitHub's own description does not allow of what was sent. */
function faultsOf(calls: readonly Call[]): string[] {
  return calls.flatMap(({ method, path, query, body }) =>
    checkExchange({
      method,
      path: `/repos/acme/mail${path}`,
      query,
      requestBody: body,
      status: 503,
      responseBody: undefined,
    }).filter((fault) => !fault.includes('of its 503')),
  );
}

describe('a deployment', () => {
  const about: Deployment = {
    sha: 'a'.repeat(40),
    environment: 'contoso',
    payload: { run: 77, digest: 'sha256:1' },
    state: 'success',
    description: 'é'.repeat(200),
    url: 'https://github.com/acme/mail/actions/runs/77',
  };

  it('is made once, and its status told', async () => {
    const { github, calls } = await wire(({ method, path }) => {
      if (method === 'GET') return json(200, []);
      return json(201, { id: path.endsWith('/statuses') ? 1 : 9 });
    });
    expect(await deploy(github, about)).toEqual({ id: 9 });
    const [listed, made, told] = calls;
    expect(listed?.query.get('sha')).toBe(about.sha);
    expect(made?.body).toMatchObject({
      ref: about.sha,
      environment: 'contoso',
      auto_merge: false,
      required_contexts: [],
      payload: about.payload,
    });
    expect(told?.path).toBe('/deployments/9/statuses');
    expect(told?.body).toMatchObject({ state: 'success', log_url: about.url });
    expect(Array.from(String(Object(told?.body).description)).length).toBe(140);
    expect(faultsOf(calls)).toEqual([]);
  });

  it.each([
    ['as it came', { digest: 'sha256:1', run: 77 }],
    ['as text', '{"run":77,"digest":"sha256:1"}'],
  ])('that is there already is not made twice: payload %s', async (_, payload) => {
    const there = { id: 4, sha: about.sha, environment: 'contoso', payload };
    const { github, calls } = await wire(({ method }) =>
      method === 'GET'
        ? json(200, [
            { ...there, id: 1, sha: 'b' },
            { ...there, id: 2, environment: 'x' },
            { ...there, id: 3, payload: 'x' },
            there,
          ])
        : json(201, { id: 1 }),
    );
    expect(await deploy(github, about)).toEqual({ id: 4 });
    expect(calls.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /deployments',
      'POST /deployments/4/statuses',
    ]);
  });

  it('whose answer was lost is looked for', async () => {
    let made = false;
    const { github, calls } = await wire(({ method, path }) => {
      if (method === 'GET') {
        const { sha, environment, payload } = about;
        return json(200, made ? [{ id: 6, sha, environment, payload }] : []);
      }
      if (path.endsWith('/statuses')) return json(201, { id: 1 });
      made = true;
      return json(504, {});
    });
    expect(await deploy(github, about)).toEqual({ id: 6 });
    expect(calls.filter(({ path, method }) => method === 'POST' && path === '/deployments').length).toBe(1);
  });

  it('that GitHub does not make is a failure', async () => {
    const { github } = await wire(({ method }) =>
      method === 'GET' ? json(200, []) : json(202, { message: 'Auto-merged main into topic.' }),
    );
    await expect(deploy(github, about)).rejects.toThrow(/made no deployment/);
  });
});

describe('a check run', () => {
  it('tells the line of an annotation, and the column where it is known', async () => {
    const { github, calls } = await wire(() =>
      json(201, { id: 1, name: 'iosmail plan', external_id: '', output: { text: '' }, app: null }),
    );
    const said = { path: 'policies/a.yaml', line: 7, level: 'failure', message: 'm' } as const;
    await writeCheck(github, {
      sha: 'a'.repeat(40),
      name: 'iosmail plan',
      conclusion: 'failure',
      title: 'Plan',
      summary: 's',
      text: 'record',
      externalId: 'sha256:1',
      annotations: [{ ...said, column: 5, title: 'refused' }, said],
    });
    const sent = { path: said.path, start_line: 7, end_line: 7, annotation_level: 'failure', message: 'm' };
    expect(Object(calls[0]?.body).output.annotations).toEqual([
      { ...sent, start_column: 5, end_column: 5, title: 'refused' },
      sent,
    ]);
    expect(faultsOf(calls)).toEqual([]);
  });
});

describe('an answer that was lost', () => {
  it('of a check run is looked for; the next annotations go to what is found', async () => {
    const check = {
      sha: 'a'.repeat(40),
      name: 'iosmail plan',
      conclusion: 'success' as const,
      title: 'Plan',
      summary: 's',
      text: 'record',
      externalId: 'sha256:1',
      annotations: Array.from({ length: 51 }, (_, line) => ({
        path: 'policies/a.yaml',
        line: line + 1,
        level: 'notice' as const,
        message: 'm',
      })),
    };
    const told = (id: number, text: string) => ({
      id,
      name: 'iosmail plan',
      external_id: 'sha256:1',
      output: { text },
      app: null,
    });
    const { github, calls } = await wire(({ method }) => {
      if (method === 'POST') return json(500, {});
      return method === 'GET'
        ? json(200, { total_count: 2, check_runs: [told(1, 'older'), told(2, 'record')] })
        : json(200, told(2, 'record'));
    });
    expect((await writeCheck(github, check)).id).toBe(2);
    expect(calls.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /check-runs',
      `GET /commits/${check.sha}/check-runs`,
      'PATCH /check-runs/2',
    ]);
    expect(faultsOf(calls)).toEqual([]);
  });

  it('of a comment that is not there after a while is asked for again, three times in all', async () => {
    const body = '<!-- m -->x';
    const told = { id: 3, body, html_url: 'h', user: { login: 'bot' } };
    const wanted = { marker: '<!-- m -->', author: 'bot', body };
    const posts = (calls: readonly Call[]) => calls.filter(({ method }) => method === 'POST').length;
    let refusals = 2;
    const better = await wire(({ method }) => {
      if (method === 'GET') return json(200, []);
      refusals -= 1;
      return refusals < 0 ? json(201, told) : json(502, {});
    });
    expect(await sticky(better.github, 1, wanted)).toMatchObject({ id: 3, did: 'created' });
    expect([posts(better.calls), better.waits]).toEqual([3, [2_000, 4_000]]);

    const never = await wire(({ method }) => (method === 'GET' ? json(200, []) : json(502, {})));
    await expect(sticky(never.github, 1, wanted)).rejects.toThrow(/502/);
    expect(posts(never.calls)).toBe(3);

    const refused = await wire(({ method }) => (method === 'GET' ? json(200, []) : json(422, {})));
    await expect(sticky(refused.github, 1, wanted)).rejects.toThrow(/422/);
    expect(posts(refused.calls)).toBe(1);
  });

  it('of an issue is looked for', async () => {
    const issue = {
      number: 8,
      title: 't',
      body: '<!-- f -->b',
      html_url: 'http://x/8',
      user: { login: 'bot' },
    };
    const { github, calls } = await wire(({ method }, nth) => {
      if (method === 'POST') return json(503, {});
      return json(200, nth === 1 ? [] : [{ ...issue, number: 7, pull_request: {} }, issue]);
    });
    const about = { marker: '<!-- f -->', author: 'Bot', title: 't', body: '<!-- f -->b' };
    expect(await failureIssue(github, about)).toEqual({ number: 8, url: 'http://x/8', did: 'opened' });
    expect(calls.filter(({ method }) => method === 'POST').length).toBe(1);
  });
});

it('a duplicate that somebody else removed meanwhile is no failure; other line ends are no change', async () => {
  const body = '<!-- m -->\none';
  const told = (id: number) => ({
    id,
    body: body.replace('\n', '\r\n'),
    html_url: 'h',
    user: { login: 'bot' },
  });
  const { github, calls } = await wire(({ method }) =>
    method === 'GET' ? json(200, [told(1), told(2)]) : json(404, { message: 'Not Found' }),
  );
  const posted = await sticky(github, 1, { marker: '<!-- m -->', author: 'bot', body });
  expect(posted).toMatchObject({ id: 1, did: 'unchanged' });
  expect(calls.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'GET /issues/1/comments',
    'DELETE /issues/comments/2',
  ]);
  expect(faultsOf(calls)).toEqual([]);
});

it('a sticky comment that would never be found again is not posted', async () => {
  const { github, calls } = await wire(() => json(200, []));
  await expect(sticky(github, 1, { marker: '<!-- m -->', author: 'bot', body: 'x' })).rejects.toThrow(
    /marker/,
  );
  expect(calls).toEqual([]);
});

it('a failure too long to tell is told in part', async () => {
  const { github, calls } = await wire(({ method }) =>
    method === 'GET' ? json(200, []) : json(201, { number: 1, html_url: 'h' }),
  );
  const body = `<!-- f -->${'x'.repeat(65_524)}😀more`;
  await failureIssue(github, { marker: '<!-- f -->', author: 'bot', title: 't'.repeat(300), body });
  const sent = Object(calls[1]?.body);
  expect([sent.title.length, sent.body.length]).toEqual([256, 65_535]);
  expect(sent.body).toMatch(/^<!-- f -->x+…$/);
});
