import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Echo } from './echoing.ts';

type Env = { readonly [name: string]: string };

/** Where a run happens, and the secrets it is given by name. */
type At = {
  readonly folder: string;
  readonly remote: string;
  readonly github: string;
  readonly secret: string;
  /** The token that GitHub's id token is asked for with. */
  readonly request: string;
};

/** One run of the command: who signs in, what goes wrong, and how it ends where that is to be so. */
export type Case = {
  readonly name: string;
  readonly argv: readonly string[];
  readonly echo?: Echo;
  readonly env?: (at: At) => Env;
  readonly node?: readonly string[];
  readonly code?: number;
};

/** Whatever can be switched on to make the parts of this tool talk. */
export const LOUD: Env = {
  DEBUG: '*',
  AZURE_LOG_LEVEL: 'verbose',
  NODE_DEBUG: 'http,fetch,undici',
  GIT_TRACE: '1',
  GIT_TRACE_CURL: '1',
  GIT_TRACE_REDACT: '0',
  GIT_CURL_VERBOSE: '1',
};
const oidc = ({ github, request }: At): Env => ({
  ACTIONS_ID_TOKEN_REQUEST_URL: `${github}/oidc?x=1`,
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: request,
});
const federated = ({ folder }: At): Env => ({ AZURE_FEDERATED_TOKEN_FILE: join(folder, 'token') });
const certificate =
  (file: string) =>
  ({ folder }: At): Env => ({ AZURE_CLIENT_CERTIFICATE_PATH: join(folder, file) });

const FORMATS = ['text', 'json', 'markdown'] as const;
const APPLY = ['apply', '--plan', '../plan.json'];
const THROW =
  'data:text/javascript,setInterval(()=>{if(process.listenerCount("uncaughtException")>0)throw Object.assign(new Error("at "+process.env.AZURE_CLIENT_SECRET),{config:process.env})},1)';

/** One of every kind, tried in every run. */
export const ALWAYS: readonly Case[] = [
  { name: 'plan, all told', argv: ['plan', '--verbose', '--out', '../seen.json'], env: () => LOUD, code: 0 },
  {
    name: 'apply by GitHub’s token, all told',
    argv: [...APPLY, '--verbose', '--format', 'markdown'],
    env: (at) => ({ ...LOUD, ...oidc(at) }),
    code: 0,
  },
  {
    name: 'plan by certificate',
    argv: ['plan', '--format', 'json'],
    env: certificate('identity.pem'),
    code: 0,
  },
  {
    name: 'plan by federated token, echoed',
    argv: ['plan'],
    env: federated,
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
    env: certificate('broken.pem'),
    code: 1,
  },
  {
    name: 'a certificate in place of its path',
    argv: ['plan'],
    env: ({ folder }) => ({
      AZURE_CLIENT_CERTIFICATE_PATH: readFileSync(join(folder, 'identity.pem'), 'utf8'),
    }),
    code: 1,
  },
  {
    name: 'a lock, GitHub refusing with an echo',
    argv: ['github', 'lock'],
    echo: { at: 'github', status: 401 },
    env: () => LOUD,
    code: 1,
  },
  {
    name: 'a mark, GitHub refusing with an echo',
    argv: ['github', 'outdated'],
    echo: { at: 'github', status: 403 },
    env: () => LOUD,
    code: 1,
  },
  {
    name: 'Git over HTTP refused with an echo',
    argv: ['github', 'lock'],
    echo: { at: 'github', status: 403, form: 'text' },
    env: ({ github, remote }) => ({ ...LOUD, GIT_CONFIG_PARAMETERS: `'url.${github}/.insteadOf=${remote}'` }),
    code: 1,
  },
  { name: 'an error nobody catches', argv: ['plan'], node: ['--import', THROW], code: 1 },
];

const FORMS = ['json', 'text', 'cut off'] as const;
const SIGNED_IN: readonly (readonly [string, (at: At) => Env])[] = [
  ['wrong secret', ({ secret }) => ({ AZURE_CLIENT_SECRET: `${secret}9` })],
  ['certificate', certificate('identity.pem')],
  ['federated token', federated],
  ['OIDC', oidc],
];

function echoed(
  argv: readonly string[],
  at: Echo['at'],
  statuses: readonly number[],
  by: readonly [string, (at: At) => Env],
): readonly Case[] {
  return statuses.flatMap((status) =>
    FORMS.filter((form) => form === 'json' || status === 200 || status === 403).map((form): Case => {
      const name = `${argv.slice(0, 2).join(' ')} by ${by[0]}: ${status} as ${form} at ${at}`;
      return { name, argv, echo: { at, status, form }, env: by[1] };
    }),
  );
}

const PLAN = ['plan', '--verbose', '--out', '../seen.json'];
const SECRET: readonly [string, (at: At) => Env] = ['secret', () => LOUD];
const GITHUB_COMMANDS = [
  ['github', 'outdated', '--verbose'],
  ['github', 'comment', '--plan', '../plan.json'],
  ['github', 'lock'],
  ['github', 'record', '--report', '../report.json'],
  ['apply', '--commit', 'HEAD', '--report', '../report.json'],
  ['apply', '--plan', '../plan.json', '--digest', 'sha256:0'],
];

/** All of it: every command in every format, and every credential with every echo. */
export const EVERYTHING: readonly Case[] = [
  ...FORMATS.flatMap((format): readonly Case[] => [
    { name: `validate ${format}`, argv: ['validate', '--format', format], env: () => LOUD, code: 0 },
    { name: `plan ${format}`, argv: [...PLAN, '--format', format], env: () => LOUD, code: 0 },
    { name: `apply ${format}`, argv: [...APPLY, '--format', format], env: () => LOUD, code: 0 },
  ]),
  ...[PLAN, APPLY].flatMap((argv) => [
    ...(['sign-in', 'graph', 'item'] as const).flatMap((at) =>
      echoed(argv, at, [200, 400, 401, 403, 404, 429, 500], SECRET),
    ),
    ...SIGNED_IN.flatMap((by) => echoed(argv, 'sign-in', [401, 403, 500], by)),
    ...SIGNED_IN.slice(1).flatMap((by) => echoed(argv, 'item', [403], by)),
  ]),
  ...echoed(APPLY, 'write', [400, 401, 403, 409, 429], SECRET),
  ...echoed(['plan'], 'oidc', [200, 401, 403, 500], ['OIDC', oidc]),
  ...GITHUB_COMMANDS.flatMap((argv) => echoed(argv, 'github', [200, 401, 403, 500], SECRET)),
  {
    name: 'GitHub breaks off',
    argv: ['github', 'outdated'],
    echo: { at: 'github', status: 500, form: 'reset' },
    env: () => LOUD,
  },
  {
    name: 'the sign-in service breaks off',
    argv: ['plan'],
    echo: { at: 'sign-in', status: 500, form: 'reset' },
    env: () => LOUD,
    code: 1,
  },
];
