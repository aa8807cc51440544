import { execFileSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SANDBOX_APPLY_CLIENT_ID, SANDBOX_CLIENT_ID } from '../../src/sandbox/clients.ts';
import type { Tenant } from '../../src/sandbox/tenant.ts';
import { DEEP } from '../depth.ts';
import { count } from '../tally.ts';
import { serveEchoing } from './echoing.ts';
import { iosmail, ROOT, start } from './iosmail.ts';
import { filesOf, leaksOf, objectsOf, tokenMarks } from './marks.ts';
import { ALWAYS, EVERYTHING, LOUD } from './secrets-cases.ts';
import { ACTION, setUp } from './set-up.ts';
import { runScript } from './workflow-step.ts';

const jwt = (claims: object) =>
  [
    ...[{ alg: 'RS256' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')),
    createHash('sha256').update(JSON.stringify(claims)).digest('base64url'),
  ].join('.');
const claims = (mark: string) => ({
  jti: mark,
  iss: 'https://mark.test',
  sub: mark,
  aud: 'api://AzureADTokenExchange',
  exp: 4_000_000_000,
});
const SECRET = 'Mark1~client+secret/with=odd&chars"\\8Q~';
const FEDERATED = jwt(claims('mark2-federated-token-file'));
const OIDC = jwt(claims('mark3-github-id-token'));
const REQUEST = jwt(claims('mark4-oidc-request-token'));
const GITHUB = 'ghs_Mark5GitHubToken0123456789abcdefghij';

type World = Awaited<ReturnType<typeof serveEchoing>>;
type Env = { readonly [name: string]: string };
let world: World;
let folder: string;
let remote: string;
const marks = new Map<string, string>([
  ['the client secret', SECRET],
  ['the GitHub token', GITHUB],
  ['the header of Git', Buffer.from(`x-access-token:${GITHUB}`).toString('base64')],
  ...tokenMarks('the federated token', FEDERATED),
  ...tokenMarks('the id token of GitHub', OIDC),
  ...tokenMarks('the token that asks for it', REQUEST),
]);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'iosmail-secrets-'));
  remote = join(folder, 'remote.git');
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'mark' }], { keySize: 2048 });
  for (const [index, line] of key.trim().split('\n').slice(1, -1).entries())
    if (line.trim().length > 40) marks.set(`line ${index + 1} of the private key`, line.trim());
  const thumbprints = (['sha256', 'sha1'] as const).map((hash) =>
    createHash(hash).update(new X509Certificate(cert).raw).digest('base64url'),
  );
  const trust = ({ clients }: Tenant) => {
    for (const id of [SANDBOX_CLIENT_ID, SANDBOX_APPLY_CLIENT_ID]) {
      const client = clients.get(id);
      if (client === undefined) throw new Error('There is no client.');
      client.secret = SECRET;
      client.certificates = thumbprints;
      client.federated = [FEDERATED, OIDC].map((token) => {
        const { iss, sub, aud } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
        return { issuer: iss, subject: sub, audience: aud };
      });
    }
  };
  world = await serveEchoing({ oidc: OIDC, trust });
  writeFileSync(join(folder, 'ca.pem'), world.ca);
  writeFileSync(join(folder, 'identity.pem'), key + cert);
  writeFileSync(join(folder, 'broken.pem'), key.replace('PRIVATE KEY', 'PRIVATE KEX') + cert.slice(0, 200));
  writeFileSync(join(folder, 'token'), FEDERATED);
  const workflow_run = {
    event: 'pull_request',
    conclusion: 'success',
    head_sha: 'a'.repeat(40),
    head_branch: 'change',
    head_repository: { full_name: 'contoso/mail', owner: { login: 'contoso' } },
  };
  const event = {
    action: 'completed',
    workflow_run,
    repository: { full_name: 'contoso/mail', default_branch: 'main' },
  };
  writeFileSync(join(folder, 'event.json'), JSON.stringify(event));
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
      cwd: join(folder, 'work'),
      stdio: 'pipe',
    });
  const policies = join(folder, 'work/policies');
  mkdirSync(join(policies, 'tenants'), { recursive: true });
  mkdirSync(join(policies, 'baselines'));
  const example = (file: string) =>
    readFileSync(join(ROOT, 'policies', file), 'utf8').replace(/settle: \d+/, 'settle: 0');
  for (const file of ['baselines/standard.yaml', 'tenants/adatum.yaml'])
    writeFileSync(join(policies, file), example(file));
  execFileSync('git', ['init', '--quiet', '--bare', '-b', 'main', remote]);
  git('init', '--quiet', '-b', 'main');
  git('add', '--all');
  git('commit', '--quiet', '-m', 'Begin');
  git('remote', 'add', 'origin', remote);
  git('push', '--quiet', 'origin', 'main');
  git('fetch', '--quiet');
  world.begin(undefined);
  const planned = await iosmail(['plan', '--out', '../plan.json'], {
    cwd: join(folder, 'work'),
    env: envOf(['plan'], {}),
  });
  expect(planned.code, planned.stderr).toBe(0);
  // Whoever comes next asks GitHub whether this run is over.
  const locked = await iosmail(['github', 'lock'], {
    cwd: join(folder, 'work'),
    env: envOf([], { GITHUB_RUN_ID: '76' }),
  });
  expect(locked.code, locked.stderr).toBe(0);
}, 120_000);
afterAll(async () => {
  await world.close();
  rmSync(folder, { recursive: true, force: true });
});

function envOf(argv: readonly string[], env: Env): Env {
  return {
    AZURE_AUTHORITY_HOST: world.origin,
    IOSMAIL_GRAPH_ENDPOINT: world.origin,
    NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'),
    AZURE_CLIENT_ID: argv[0] === 'apply' ? SANDBOX_APPLY_CLIENT_ID : SANDBOX_CLIENT_ID,
    AZURE_CLIENT_SECRET: SECRET,
    GITHUB_TOKEN: GITHUB,
    GITHUB_REPOSITORY: 'contoso/mail',
    GITHUB_RUN_ID: '77',
    GITHUB_ACTIONS: 'true',
    GITHUB_EVENT_NAME: 'workflow_dispatch',
    GITHUB_EVENT_PATH: join(folder, 'event.json'),
    GITHUB_API_URL: world.github,
    GITHUB_SERVER_URL: world.github,
    GITHUB_STEP_SUMMARY: join(folder, 'summary.md'),
    GITHUB_OUTPUT: join(folder, 'output'),
    ...env,
  };
}

const cases = DEEP ? [...ALWAYS, ...EVERYTHING] : ALWAYS;

test.each(cases)(
  'no secret is said or left anywhere: $name',
  async ({ argv, echo, env, node, code }) => {
    world.begin(echo);
    for (const file of ['seen.json', 'summary.md', 'output']) rmSync(join(folder, file), { force: true });
    rmSync(join(folder, 'work/.iosmail'), { recursive: true, force: true });
    const ended = await iosmail(argv, {
      cwd: join(folder, 'work'),
      env: envOf(
        argv,
        env?.({ folder, remote, github: world.github, secret: SECRET, request: REQUEST }) ?? {},
      ),
      ...(node === undefined ? {} : { node }),
    });
    if (code !== undefined) expect(ended.code, ended.stdout + ended.stderr.slice(-2_000)).toBe(code);
    const places = new Map([
      ['standard output', ended.stdout],
      ['standard error', ended.stderr],
      ...filesOf(folder, ['identity.pem', 'broken.pem', '/token', 'ca.pem', '.git/']),
      ...(await objectsOf(remote)),
    ]);
    const all = new Map([...marks, ...world.marks]);
    const { leaks, searched } = leaksOf(all, places);
    expect(leaks, `${ended.stdout}\n${ended.stderr.slice(-5_000)}`).toEqual([]);
    count('secrets searched for', searched);
  },
  DEEP ? 120_000 : 60_000,
);

test('the action, and the command in it, say and leave no secret', async () => {
  world.begin({ at: 'item', status: 403 });
  const temp = join(folder, 'runner');
  mkdirSync(temp);
  const env = { PATH: process.env.PATH ?? '', ...envOf(['plan'], LOUD) };
  const action = await setUp(temp, { env });
  expect(action.code, action.stdout + action.stderr).toBe(0);
  const script = `exec '${process.execPath}' '${ACTION}' plan --verbose --out "$RUNNER_TEMP/plan.json"`;
  const planned = await runScript(script, {
    folder: join(folder, 'work'),
    env: { ...env, RUNNER_TEMP: temp },
  });
  expect(planned.stdout).toContain('adatum');
  const places = new Map([['what was said', JSON.stringify([action, planned])], ...filesOf(temp, [])]);
  const { leaks, searched } = leaksOf(new Map([...marks, ...world.marks]), places);
  expect(leaks).toEqual([]);
  count('secrets searched for', searched);
});

test('the sandbox says no secret of this machine', async () => {
  const run = start(['sandbox', '--port', '0'], { env: envOf(['sandbox'], LOUD) });
  await run.said('https://localhost:');
  run.child.kill('SIGTERM');
  const { stdout, stderr } = await run.ended;
  const { leaks, searched } = leaksOf(
    marks,
    new Map([
      ['standard output', stdout],
      ['standard error', stderr],
    ]),
  );
  expect(leaks).toEqual([]);
  count('secrets searched for', searched);
});

test('a secret is found in every spelling', () => {
  const [name, secret] = ['it', 'a+secret/with"odd\\signs'];
  const hidden = [
    secret,
    encodeURIComponent(secret),
    JSON.stringify({ secret }),
    `x${Buffer.from(`user:${secret}`).toString('base64')}`,
  ];
  for (const text of hidden)
    expect(leaksOf(new Map([[name, secret]]), new Map([['there', `… ${text} …`]])).leaks).toEqual([
      'it in there',
    ]);
  expect(leaksOf(new Map([[name, secret]]), new Map([['there', 'nothing']])).leaks).toEqual([]);
});
