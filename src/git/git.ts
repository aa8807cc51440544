import { execFile } from 'node:child_process';
import { withoutSecrets } from '../core/secrets.ts';

/** Git said no, or is not there. `status` is its exit code, where it ran. */
export class GitFailure extends Error {
  override readonly name = 'GitFailure';
  readonly fix: string;
  readonly status: number | undefined;
  constructor(message: string, fix: string, status?: number) {
    super(message);
    this.fix = fix;
    this.status = status;
  }
}

export type GitOptions = {
  readonly input?: string | Uint8Array;
  /** Beside the variables of this process. */
  readonly env?: { readonly [name: string]: string };
  /** Exit codes beside 0 that are an answer and no failure. */
  readonly answers?: readonly number[];
};

/** `said`: its warnings. */
export type GitAnswer = { readonly status: number; readonly output: Buffer; readonly said: string };

/** What one call may say: several times the largest fleet's policies. */
const MAX_OUTPUT = 512 * 1024 * 1024;

/** Variables that would point Git at another repository, or have it start a program. */
const NOT_INHERITED = [
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_COMMON_DIR',
  'GIT_NAMESPACE',
  'GIT_OBJECT_DIRECTORY',
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_EXTERNAL_DIFF',
  'GIT_PAGER',
];

/** What Git would be told to print of what it does: the headers it sends are among it. */
const TRACING = /^GIT_(?:TRACE|CURL_VERBOSE)/;

/** No hook and no other program of the repository's configuration runs. */
const INERT = [
  '-c',
  'core.hooksPath=/dev/null',
  '-c',
  'core.fsmonitor=false',
  '-c',
  'protocol.ext.allow=never',
];

/**
 * Runs Git in a folder, without a shell, without hooks, and without the machine's own configuration.
 * @returns what it wrote to standard output.
 * @throws GitFailure with what Git said.
 */
export async function git(repo: string, args: readonly string[], options: GitOptions = {}): Promise<Buffer> {
  return (await gitAnswer(repo, args, options)).output;
}

/** The same where the exit code is part of the answer. */
export function gitAnswer(
  repo: string,
  args: readonly string[],
  { input, env = {}, answers = [] }: GitOptions = {},
): Promise<GitAnswer> {
  return new Promise((resolve, reject) => {
    const settings = { cwd: repo, env: environment(env), encoding: 'buffer', maxBuffer: MAX_OUTPUT } as const;
    const child = execFile('git', [...INERT, ...args], settings, (error, output, said) => {
      const status = error === null ? 0 : error.code;
      const told = withoutSecrets(said.toString('utf8'), secretsIn(env));
      if (typeof status === 'number' && (status === 0 || answers.includes(status))) {
        resolve({ status, output, said: told });
        return;
      }
      reject(failureOf(args, status, told, withoutSecrets(error?.message ?? '')));
    });
    // Git may end before it has read everything; what it says then is the failure, not the broken pipe.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}

/** The token that Git is given for one call, as it is and as a header. */
function secretsIn({ GIT_CONFIG_VALUE_0: header }: { readonly [name: string]: string }): readonly string[] {
  return [process.env.GITHUB_TOKEN, header?.split(' ').at(-1)].filter((each) => each !== undefined);
}

function environment(more: { readonly [name: string]: string }): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(
    ([name]) => !NOT_INHERITED.includes(name) && !TRACING.test(name),
  );
  return {
    ...Object.fromEntries(own),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_LITERAL_PATHSPECS: '1',
    // An object is what its name says, not what a replacement says.
    GIT_NO_REPLACE_OBJECTS: '1',
    LC_ALL: 'C',
    ...more,
  };
}

function failureOf(
  args: readonly string[],
  status: number | string | null | undefined,
  said: string,
  message: string,
): GitFailure {
  if (status === 'ENOENT') {
    return new GitFailure(
      'Git cannot be started here.',
      'Install Git 2.38 or newer, and run this inside the repository.',
    );
  }
  const verb = args.find((arg) => /^[a-z][a-z-]*$/.test(arg)) ?? '';
  const why = said.trim() === '' ? message.split('\n')[0] : said.trim().split('\n').join(' ');
  return new GitFailure(
    `git ${verb} failed: ${why}`,
    'Run it in a complete clone of the repository (in GitHub Actions: fetch-depth: 0), with Git 2.38 or newer.',
    typeof status === 'number' ? status : undefined,
  );
}
