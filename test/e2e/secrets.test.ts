import { execFileSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SANDBOX_APPLY_CLIENT_ID, SANDBOX_CLIENT_ID } from '../../src/sandbox/clients.ts';
import type { Tenant } from '../../src/sandbox/tenant.ts';
import { DEEP, sample } from '../depth.ts';
import { count } from '../tally.ts';
import { type Echo, serveEchoing } from './echoing.ts';
import { iosmail, ROOT, start } from './iosmail.ts';
import { filesOf, leaksOf, objectsOf, tokenMarks } from './marks.ts';

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
});
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
    GITHUB_API_URL: world.github,
    GITHUB_SERVER_URL: world.github,
    GITHUB_STEP_SUMMARY: join(folder, 'summary.md'),
    GITHUB_OUTPUT: join(folder, 'output'),
    ...env,
  };
}

/** Whatever can be switched on to make the parts of this tool talk. */
const LOUD: Env = {
  DEBUG: '*',
  AZURE_LOG_LEVEL: 'verbose',
  NODE_DEBUG: 'http,fetch,undici',
  GIT_TRACE: '1',
  GIT_TRACE_CURL: '1',
  GIT_TRACE_REDACT: '0',
  GIT_CURL_VERBOSE: '1',
};
const oidc = (): Env => ({
  ACTIONS_ID_TOKEN_REQUEST_URL: `${world.github}/oidc?x=1`,
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: REQUEST,
});
const certificate = (file: string): Env => ({ AZURE_CLIENT_CERTIFICATE_PATH: join(folder, file) });

type Case = {
  readonly name: string;
  readonly argv: readonly string[];
  readonly echo?: Echo;
  readonly env?: () => Env;
  readonly node?: readonly string[];
  readonly code?: number;
};

const FORMATS = ['text', 'json', 'markdown'] as const;
const APPLY = ['apply', '--plan', '../plan.json'];
const THROW =
  'data:text/javascript,setInterval(()=>{if(process.listenerCount("uncaughtException")>0)throw Object.assign(new Error("at "+process.env.AZURE_CLIENT_SECRET),{config:process.env})},1)';

/** One of every kind, tried in every run. */
const ALWAYS: readonly Case[] = [
  { name: 'plan, all told', argv: ['plan', '--verbose', '--out', '../seen.json'], env: () => LOUD, code: 0 },
  {
    name: 'apply by GitHub’s token, all told',
    argv: [...APPLY, '--verbose', '--format', 'markdown'],
    env: () => ({ ...LOUD, ...oidc() }),
    code: 0,
  },
  {
    name: 'plan by certificate',
    argv: ['plan', '--format', 'json'],
    env: () => certificate('identity.pem'),
    code: 0,
  },
  {
    name: 'plan by federated token, echoed',
    argv: ['plan'],
    env: () => ({ AZURE_FEDERATED_TOKEN_FILE: join(folder, 'token') }),
    echo: { at: 'sign-in', status: 401 },
    code: 1,
  },
  {
    name: 'the secret echoed by the sign-in service',
    argv: ['plan', '--out', '../seen.json'],
    echo: { at: 'sign-in', status: 400 },
    env: () => LOUD,
    code: 1,
  },
  {
    name: 'parts of a batch refused with an echo',
    argv: ['plan', '--verbose', '--out', '../seen.json'],
    echo: { at: 'item', status: 403 },
  },
  { name: 'a write refused with an echo', argv: APPLY, echo: { at: 'write', status: 403 }, code: 1 },
  {
    name: 'a batch answered with an echo',
    argv: ['plan'],
    echo: { at: 'graph', status: 400, form: 'text' },
    code: 1,
  },
  { name: 'GitHub gives no id token', argv: ['plan'], echo: { at: 'oidc', status: 403 }, env: oidc, code: 1 },
  {
    name: 'a certificate that cannot be used',
    argv: ['plan'],
    env: () => certificate('broken.pem'),
    code: 1,
  },
  {
    name: 'a certificate in place of its path',
    argv: ['plan'],
    env: () => ({ AZURE_CLIENT_CERTIFICATE_PATH: readFileSync(join(folder, 'identity.pem'), 'utf8') }),
    code: 1,
  },
  {
    name: 'a lock, GitHub refusing with an echo',
    argv: ['github', 'lock'],
    echo: { at: 'github', status: 401 },
    env: () => LOUD,
  },
  {
    name: 'a comment, GitHub refusing with an echo',
    argv: ['github', 'comment', '--plan', '../plan.json'],
    echo: { at: 'github', status: 403 },
    env: () => LOUD,
    code: 1,
  },
  {
    name: 'Git over HTTP refused with an echo',
    argv: ['github', 'lock'],
    echo: { at: 'github', status: 403, form: 'text' },
    env: () => ({ ...LOUD, GIT_CONFIG_PARAMETERS: `'url.${world.github}/.insteadOf=${remote}'` }),
    code: 1,
  },
  { name: 'an error nobody catches', argv: ['plan'], node: ['--import', THROW], code: 1 },
];

const credentials: readonly (readonly [string, () => Env])[] = [
  ['secret', () => ({})],
  ['wrong secret', () => ({ AZURE_CLIENT_SECRET: SECRET.replace('Mark1', 'Mark9') })],
  ['certificate', () => certificate('identity.pem')],
  ['federated token', () => ({ AZURE_FEDERATED_TOKEN_FILE: join(folder, 'token') })],
  ['OIDC', oidc],
];
const FORMS = ['json', 'text', 'cut off'] as const;

/** All of it: every command in every format, and every credential with every echo. */
const EVERYTHING: readonly Case[] = [
  ...FORMATS.flatMap((format): readonly Case[] => [
    { name: `validate ${format}`, argv: ['validate', '--format', format], env: () => LOUD, code: 0 },
    {
      name: `plan ${format}`,
      argv: ['plan', '--verbose', '--format', format, '--out', '../seen.json'],
      env: () => LOUD,
      code: 0,
    },
    { name: `apply ${format}`, argv: [...APPLY, '--verbose', '--format', format], env: () => LOUD, code: 0 },
  ]),
  ...credentials.flatMap(([credential, env]) =>
    (['plan', 'apply'] as const).flatMap((command) =>
      (['sign-in', 'graph', 'item', 'write'] as const).flatMap((at) =>
        [200, 400, 401, 403, 404, 429, 500, 503].flatMap((status): readonly Case[] =>
          FORMS.filter((form) => form === 'json' || status === 200 || status === 403).map((form) => ({
            name: `${command} by ${credential}: ${status} as ${form} at ${at}`,
            argv: command === 'plan' ? ['plan', '--verbose', '--out', '../seen.json'] : APPLY,
            echo: { at, status, form },
            env,
          })),
        ),
      ),
    ),
  ),
  ...[200, 401, 403, 500].flatMap((status) =>
    FORMS.flatMap((form): readonly Case[] => [
      { name: `OIDC ${status} as ${form}`, argv: ['plan'], echo: { at: 'oidc', status, form }, env: oidc },
      ...[
        ['github', 'outdated'],
        ['github', 'comment', '--plan', '../plan.json'],
        ['github', 'lock'],
        ['github', 'record', '--report', '../report.json'],
        ['apply', '--commit', 'HEAD', '--report', '../report.json'],
        ['apply', '--plan', '../plan.json', '--digest', 'sha256:0'],
      ].map(
        (argv): Case => ({
          name: `${argv.slice(0, 2).join(' ')}: ${status} as ${form}`,
          argv,
          echo: { at: 'github', status, form },
          env: () => LOUD,
        }),
      ),
    ]),
  ),
];

const cases = DEEP ? [...ALWAYS, ...sample(EVERYTHING, 1e9, ({ name }) => name)] : ALWAYS;

test.each(cases)(
  'no secret is said or left anywhere: $name',
  async ({ argv, echo, env, node, code }) => {
    world.begin(echo);
    for (const file of ['seen.json', 'summary.md', 'output']) rmSync(join(folder, file), { force: true });
    rmSync(join(folder, 'work/.iosmail'), { recursive: true, force: true });
    const ended = await iosmail(argv, {
      cwd: join(folder, 'work'),
      env: envOf(argv, env?.() ?? {}),
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
