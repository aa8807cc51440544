import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { artifactFile } from '../../src/github/artifacts.ts';
import { authorsOf } from '../../src/github/authors.ts';
import { checksOf, writeCheck } from '../../src/github/checks.ts';
import { commentById, sticky } from '../../src/github/comments.ts';
import { deploy } from '../../src/github/deployments.ts';
import { failureIssue } from '../../src/github/issues.ts';
import { type GitHub, openGitHub } from '../../src/github/open-github.ts';
import { canWrite } from '../../src/github/permissions.ts';
import { pullNumber, pullOfCommit, pullOfHead } from '../../src/github/pulls.ts';
import { reviewsOf } from '../../src/github/reviews.ts';
import { runStatus } from '../../src/github/runs.ts';
import { SANDBOX_CLIENT_ID } from '../../src/sandbox/clients.ts';
import { createSandbox } from '../../src/sandbox/sandbox.ts';
import { type Checkout, checkout } from '../github/checkout.ts';
import { type FakeGitHub, serveGitHub } from '../github/fake.ts';
import type { Scopes } from '../github/hub.ts';

const BOT = 'github-actions[bot]';
const marker = '<!-- marker -->';
let fake: FakeGitHub;
let work: Checkout;

/** GitHub as a job with these permissions sees it; nothing is waited for. */
const open = (permissions: Scopes): Promise<GitHub> => {
  const env = {
    GITHUB_TOKEN: fake.workflowToken(permissions),
    GITHUB_API_URL: fake.apiUrl,
    GITHUB_SERVER_URL: fake.origin,
    GITHUB_REPOSITORY: 'contoso/policies',
    GITHUB_RUN_ID: '77',
  };
  return openGitHub(env, { wait: async () => undefined });
};
const PUBLISH: Scopes = { 'pull-requests': 'write', checks: 'write' };
const APPLY: Scopes = { contents: 'read', 'pull-requests': 'read', checks: 'read', actions: 'read' };
const RECORD: Scopes = { contents: 'write', 'pull-requests': 'write', issues: 'write', deployments: 'write' };

beforeEach(async () => {
  const users = {
    contoso: { permission: 'admin', id: 1 },
    ada: { permission: 'write', id: 2 },
    bob: { permission: 'maintain', id: 3 },
    eve: { permission: 'read', id: 4 },
  } as const;
  fake = await serveGitHub({ owner: 'contoso', repo: 'policies', users });
  work = await checkout(fake, 'http');
});

afterEach(async () => {
  expect(fake.complaints).toEqual([]);
  await fake.close();
  work.remove();
});

describe('the client on a whole GitHub', () => {
  it('publishes a plan once, even when an answer is lost', async () => {
    const sha = await work.branch('change', 'a.yaml');
    const { number } = await fake.openPull({ branch: 'change', author: 'ada' });
    const gh = await open(PUBLISH);
    expect(await pullOfHead(gh, { owner: 'contoso', branch: 'change' })).toMatchObject({
      number,
      head: { sha },
    });
    fake.fault('POST /repos/contoso/policies/issues', 'lost');
    fake.fault('POST /repos/contoso/policies/check-runs', 'lost');
    const posted = await sticky(gh, number, { marker, author: BOT, body: `${marker} one` });
    const edited = await sticky(gh, number, { marker, author: BOT, body: `${marker} two` });
    expect([edited.id, edited.did, fake.hub.comments.size]).toEqual([posted.id, 'edited', 1]);
    expect(await commentById(gh, posted.id)).toMatchObject({ author: BOT, body: `${marker} two` });
    const line = { path: 'a.yaml', line: 1, level: 'warning', message: 'look' } as const;
    await writeCheck(gh, {
      sha,
      name: 'iosmail plan',
      conclusion: 'success',
      title: 'Plan',
      summary: 'One change',
      text: 'all of it',
      externalId: 'root',
      annotations: Array.from({ length: 120 }, () => line),
    });
    const checks = await checksOf(gh, sha);
    expect(checks).toMatchObject([{ name: 'iosmail plan', app: 'github-actions', externalId: 'root' }]);
    expect([...fake.hub.checks.values()].map(({ annotations }) => annotations.length)).toEqual([120]);
  });

  it('reads a review of a merged pull request with what the apply job may read', async () => {
    const head = await work.branch('change', 'a.yaml');
    await work.commit('b.yaml', 'b', 'bob', 'With help\n\nCo-authored-by: Eve <eve@users.test>');
    await work.git('push', '--quiet', 'origin', 'change');
    const { number } = await fake.openPull({ branch: 'change', author: 'ada' });
    const dismissed = fake.review({ pull: number, user: 'bob', state: 'APPROVED' });
    fake.review({ pull: number, user: 'contoso', state: 'APPROVED' });
    fake.dismiss(dismissed);
    const merged = await fake.merge(number, { method: 'rebase', by: 'bob' });
    const gh = await open(APPLY);
    const brought = fake.pull(number).brought;
    expect(brought).toHaveLength(2);
    for (const sha of brought)
      expect(await pullOfCommit(gh, sha, 'main')).toMatchObject({
        number,
        state: 'merged',
        mergeCommit: merged,
      });
    expect(await pullOfCommit(gh, head, 'main')).toBeUndefined();
    expect([...(await authorsOf(gh, number))].sort()).toEqual(['ada', 'bob', 'eve']);
    const { headSha } = fake.pull(number);
    expect(await reviewsOf(gh, number)).toMatchObject([
      { reviewer: 'bob', state: 'DISMISSED', commit: headSha },
      { reviewer: 'contoso', state: 'APPROVED', commit: headSha },
    ]);
    expect(await Promise.all(['bob', 'eve', 'nobody'].map((login) => canWrite(gh, login)))).toEqual([
      true,
      false,
      false,
    ]);
    fake.runs.set(5, { status: 'in_progress', conclusion: null });
    fake.artifacts.put(5, 'iosmail-plan', { 'plan.json': 'old' });
    fake.artifacts.put(5, 'iosmail-plan', { 'plan.json': '{"new":true}' });
    expect(await runStatus(gh, 5)).toEqual({ status: 'in_progress', attempt: 1 });
    expect(await artifactFile(gh, 5, 'iosmail-plan', 'plan.json')).toBe('{"new":true}');
    await expect(sticky(gh, number, { marker, author: BOT, body: marker })).rejects.toMatchObject({
      status: 403,
    });
  });

  it('records a deployment once, and opens and closes the one issue', async () => {
    const gh = await open(RECORD);
    const sha = await work.git('rev-parse', 'HEAD');
    const done = {
      sha,
      environment: 'apply',
      payload: { tenant: 't' },
      url: gh.run.url,
      description: 'Applied',
    };
    fake.fault('POST /repos/contoso/policies/deployments', 'lost');
    const { id } = await deploy(gh, { ...done, state: 'in_progress' });
    expect(await deploy(gh, { ...done, state: 'success' })).toEqual({ id });
    expect(
      [...fake.hub.deployments.values()].map(({ statuses }) => statuses.map(({ state }) => state)),
    ).toEqual([['in_progress', 'success']]);
    const about = { marker, author: BOT };
    fake.fault('POST /repos/contoso/policies/issues', 'lost');
    const opened = await failureIssue(gh, { ...about, title: 'Failed', body: `${marker} why` });
    await failureIssue(gh, { ...about, title: 'Failed', body: `${marker} why else` });
    const closed = await failureIssue(gh, { ...about, closed: 'It works again.' });
    expect([opened?.did, closed?.did, closed?.number]).toEqual(['opened', 'closed', opened?.number]);
    expect([...fake.hub.issues.values()].map(({ state, body }) => [state, body])).toEqual([
      ['closed', `${marker} why else`],
    ]);
  });

  it('waits out limits and outages', async () => {
    await work.branch('change', 'a.yaml');
    const { number } = await fake.openPull({ branch: 'change', author: 'ada' });
    const gh = await open(APPLY);
    for (const fault of ['secondary limit', 'rate limit', 'bad gateway'] as const) fake.fault('GET', fault);
    expect(await pullNumber(gh, number)).toMatchObject({ number, state: 'open', fromFork: false });
    expect(fake.log.slice(-4).map(({ status }) => status)).toEqual([429, 403, 502, 200]);
  });
});

describe("a job's OIDC token", () => {
  it('signs in to the sandbox as the environment its federated credential names', async () => {
    const sandbox = createSandbox();
    const tenant = [...sandbox.tenants.values()][0];
    const client = tenant?.clients.get(SANDBOX_CLIENT_ID);
    if (tenant === undefined || client === undefined) throw new Error('The sandbox has no tenant.');
    client.federated = [
      {
        issuer: 'https://token.actions.githubusercontent.com',
        subject: 'repo:contoso/policies:environment:apply',
        audience: 'api://AzureADTokenExchange',
      },
    ];
    const signIn = async (environment: string) => {
      const { url, token } = fake.oidc(environment);
      const headers = { authorization: `bearer ${token}` };
      const answer = await fetch(`${url}&audience=api://AzureADTokenExchange`, { headers });
      const { value } = (await answer.json()) as { readonly value: string };
      const form = new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: SANDBOX_CLIENT_ID,
        scope: 'https://graph.microsoft.com/.default',
        client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
        client_assertion: value,
      });
      const signed = await sandbox.fetch(`https://localhost/${tenant.id}/oauth2/v2.0/token`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: form.toString(),
      });
      return signed.status;
    };
    expect([await signIn('apply'), await signIn('plan')]).toEqual([200, 401]);
  });
});
