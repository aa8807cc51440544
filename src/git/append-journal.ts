import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isGuid } from '../core/journal-words.ts';
import { canonical, type Json } from '../core/json.ts';
import { GitFailure, git } from './git.ts';
import { refIsThere } from './history.ts';
import { fetchBranch, journalFiles, type RunLine, runsIn, WHO } from './journal-branch.ts';
import { push } from './push.ts';
import { isRun, plainText, RESTORE } from './read-run-line.ts';
import { filesIn } from './tree.ts';

type Env = { readonly [name: string]: string };

/** What one run adds. */
export type Addition = {
  readonly run: RunLine;
  /** Lines to append, by tenant id, each ending with a newline. */
  readonly tenants: ReadonlyMap<string, string>;
  readonly message: string;
};

/** `there already`: the branch has all of it, from an earlier call about the same run. */
export type Appended = { readonly commit: string; readonly did: 'appended' | 'there already' };

const ATTEMPTS = 5;
/** Milliseconds before the next attempt, up to twice that: a server may still be busy with the other run's commit. */
const PAUSE = 200;

/**
 * Appends one run as one commit and pushes it, never by force. Where another run was faster, its commit comes first.
 * What is there already is not written again. The branch as this clone knows it is up to date afterwards.
 * @throws GitFailure for a branch that cannot be read, a line that could not be read again, and whatever keeps the push
 * from going through.
 */
export async function appendJournal(
  repo: string,
  branch: string,
  addition: Addition,
  env: Env = {},
): Promise<Appended> {
  const ref = `refs/remotes/origin/${branch}`;
  readable(addition);
  for (let attempt = 1; ; attempt += 1) {
    await fetchBranch(repo, branch, env);
    const parent = (await refIsThere(repo, ref))
      ? (await git(repo, ['rev-parse', '--verify', ref])).toString('utf8').trim()
      : undefined;
    const before = parent === undefined ? new Map<string, Buffer>() : await journalFiles(repo, parent);
    const parts = missing(before, addition, ref);
    if (parent !== undefined && parts.size === 0) return { commit: parent, did: 'there already' };
    const commit = await commitOn(repo, parent, before, parts, addition.message);
    if ((await push(repo, commit, branch, env)) === 'taken') {
      await git(repo, ['update-ref', ref, commit]);
      return { commit, did: 'appended' };
    }
    if (attempt === ATTEMPTS) {
      throw new GitFailure(
        `The branch ${branch} cannot be written: others were faster ${ATTEMPTS} times.`,
        'Run the job again once the other runs have ended.',
      );
    }
    await sleep(PAUSE * attempt * (1 + Math.random()));
  }
}

/** What would damage the journal is not written into it. */
function readable({ run, tenants }: Addition): void {
  const whole = [...tenants].every(([id, lines]) => isGuid(id) && (lines === '' || lines.endsWith('\n')));
  if (whole && isRun(JSON.parse(JSON.stringify(run)))) return;
  throw new GitFailure(
    `The line of run ${run.run} could not be read again, so it was not written.`,
    'The report of the run is not as `iosmail apply` writes it: run the whole workflow again.',
  );
}

/** What has to be appended, by path. */
function missing(
  before: ReadonlyMap<string, Buffer>,
  { run, tenants }: Addition,
  ref: string,
): ReadonlyMap<string, Buffer> {
  const parts = new Map<string, Buffer>();
  for (const [id, lines] of tenants) {
    const path = `tenants/${id}.jsonl`;
    if (lines !== '' && !holds(before.get(path), lines)) parts.set(path, Buffer.from(lines));
  }
  const written = before.get('runs.jsonl');
  const runs = written === undefined ? [] : runsIn(plainText(written, `runs.jsonl on ${ref}`), ref);
  const sentIsThere = parts.size === 0 && [...tenants.values()].some((lines) => lines !== '');
  const known = runs.some((each) => sameRun(each, run, sentIsThere));
  // Lines of a tenant without a line of their run would say that something was sent and not by whom.
  if (!known || parts.size > 0) parts.set('runs.jsonl', Buffer.from(`${JSON.stringify(run)}\n`));
  return parts;
}

/** Whether the lines stand there together, from the start of a line. */
function holds(bytes: Buffer | undefined, lines: string): boolean {
  return bytes !== undefined && (bytes.indexOf(lines) === 0 || bytes.includes(`\n${lines}`));
}

/**
 * Whether two lines tell of the same apply. GitHub counts an attempt more also when only the job that records is run
 * again: then what was sent is there already, word for word, and there is nothing new to tell.
 */
function sameRun(one: RunLine, other: RunLine, sentIsThere: boolean): boolean {
  const told = ({ time, attempt, ...rest }: RunLine) => canonical(rest as Json);
  return (one.attempt === other.attempt || sentIsThere) && told(one) === told(other);
}

async function commitOn(
  repo: string,
  parent: string | undefined,
  before: ReadonlyMap<string, Buffer>,
  parts: ReadonlyMap<string, Buffer>,
  message: string,
): Promise<string> {
  const own = await mkdtemp(join(tmpdir(), 'iosmail-index-'));
  const env = { GIT_INDEX_FILE: join(own, 'index') };
  try {
    if (parent !== undefined) await git(repo, ['read-tree', parent], { env });
    for (const [path, part] of parts) {
      const old = before.get(path) ?? Buffer.alloc(0);
      const cutOff = old.length > 0 && old.at(-1) !== 10;
      const bytes = Buffer.concat([old, Buffer.from(cutOff ? '\n' : ''), part]);
      const id = (await git(repo, ['hash-object', '-w', '--stdin'], { input: bytes }))
        .toString('utf8')
        .trim();
      await git(repo, ['update-index', '--add', '--cacheinfo', `100644,${id},${path}`], { env });
    }
    const tree = (await git(repo, ['write-tree'], { env })).toString('utf8').trim();
    await onlyGrew(repo, before, tree, parts);
    const parents = parent === undefined ? [] : ['-p', parent];
    const commit = await git(repo, ['commit-tree', tree, ...parents], { input: message, env: WHO });
    return commit.toString('utf8').trim();
  } finally {
    await rm(own, { recursive: true });
  }
}

/**
 * The promise of the journal, checked on what is about to be pushed: every file is there, begins with the very bytes
 * it had, and only the ones meant to be longer are.
 * @throws GitFailure otherwise.
 */
export async function onlyGrew(
  repo: string,
  before: ReadonlyMap<string, Buffer>,
  tree: string,
  parts: ReadonlyMap<string, unknown>,
): Promise<void> {
  const after = new Map((await filesIn(repo, tree, '')).map(({ path, bytes }) => [path, bytes]));
  const kept = [...before].every(([path, old]) => {
    const now = after.get(path);
    if (now === undefined || !now.subarray(0, old.length).equals(old)) return false;
    return parts.has(path) ? now.length > old.length : now.length === old.length;
  });
  if (kept && [...after.keys()].every((path) => before.has(path) || parts.has(path))) return;
  throw new GitFailure('The journal would lose or change lines, so nothing was written.', RESTORE);
}
