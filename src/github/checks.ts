import { GitHubFailure } from './failure.ts';
import { once } from './once.ts';
import type { GitHub } from './open-github.ts';
import { textIn } from './understood.ts';

export type CheckRun = {
  readonly id: number;
  readonly name: string;
  /** Slug of the app that wrote it. */
  readonly app: string | undefined;
  readonly externalId: string;
  readonly text: string;
  readonly status: string;
  /** Unset until it is completed. */
  readonly conclusion: string | undefined;
  /** When it was completed, or else started, ISO 8601. */
  readonly at: string;
};

type Annotation = {
  /** Path in the repository. */
  readonly path: string;
  readonly line: number;
  /** Counted from 1. */
  readonly column?: number;
  readonly level: 'notice' | 'warning' | 'failure';
  readonly title?: string;
  readonly message: string;
};

export type NewCheck = {
  readonly sha: string;
  readonly name: string;
  readonly conclusion: 'success' | 'failure' | 'neutral' | 'action_required' | 'cancelled';
  readonly title: string;
  /** Markdown. */
  readonly summary: string;
  readonly text: string;
  readonly externalId: string;
  readonly annotations: readonly Annotation[];
};

/** Annotations GitHub takes in one request. */
const PER_REQUEST = 50;
/** Longest summary and longest text GitHub takes. */
const LONGEST = 65_535;

/** Writes a completed check run on a commit, with all its annotations. */
export async function writeCheck(gh: GitHub, check: NewCheck): Promise<CheckRun> {
  for (const part of ['summary', 'text'] as const) fits(part, check[part]);
  const [first = [], ...rest] = pagesOf(check.annotations);
  const run = await created(gh, check, first);
  const { octokit, owner, repo } = gh;
  for (const annotations of rest) {
    await octokit.rest.checks.update({
      owner,
      repo,
      check_run_id: run.id,
      output: outputOf(check, annotations),
    });
  }
  return run;
}

/** Every check run on a commit, also those that a newer one of the same name stands for. */
export async function checksOf({ octokit, owner, repo }: GitHub, sha: string): Promise<readonly CheckRun[]> {
  const runs = await octokit.paginate(octokit.rest.checks.listForRef, {
    owner,
    repo,
    ref: sha,
    filter: 'all',
    per_page: 100,
  });
  return runs.map(runIn);
}

function created(gh: GitHub, check: NewCheck, annotations: readonly Annotation[]): Promise<CheckRun> {
  const { octokit, owner, repo, run } = gh;
  const { sha, name, conclusion, externalId } = check;
  const send = async () => {
    const { data } = await octokit.rest.checks.create({
      owner,
      repo,
      name,
      head_sha: sha,
      status: 'completed',
      conclusion,
      external_id: externalId,
      details_url: run.url,
      output: outputOf(check, annotations),
    });
    return runIn(data);
  };
  const look = async () => {
    const runs = await checksOf(gh, sha);
    return runs.find(
      (each) => each.name === name && each.externalId === externalId && each.text === check.text,
    );
  };
  return once(gh, send, look);
}

function outputOf({ title, summary, text }: NewCheck, annotations: readonly Annotation[]) {
  return {
    title,
    summary,
    text,
    annotations: annotations.map(({ path, line, column, level, title: heading, message }) => ({
      path,
      start_line: line,
      end_line: line,
      // GitHub takes columns because both lines are the same.
      ...(column === undefined ? {} : { start_column: column, end_column: column }),
      annotation_level: level,
      message,
      ...(heading === undefined ? {} : { title: heading }),
    })),
  };
}

function pagesOf(annotations: readonly Annotation[]): readonly (readonly Annotation[])[] {
  return Array.from({ length: Math.ceil(annotations.length / PER_REQUEST) }, (_, page) =>
    annotations.slice(page * PER_REQUEST, (page + 1) * PER_REQUEST),
  );
}

function fits(part: string, text: string): void {
  if (text.length <= LONGEST) return;
  throw new GitHubFailure(
    `The ${part} of a check run is ${text.length} characters, more than GitHub takes (${LONGEST}). Nothing was written.`,
    'Have it made shorter: the whole of it is in the artifact of the run.',
  );
}

type Told = {
  readonly id: number;
  readonly name: string;
  readonly status: string;
  readonly conclusion: string | null;
  readonly started_at: string | null;
  readonly completed_at: string | null;
  readonly external_id: string | null;
  readonly output: { readonly text: string | null };
  readonly app: { readonly slug?: string } | null;
};

function runIn(run: Told): CheckRun {
  return {
    id: run.id,
    name: textIn(run.name),
    app: run.app?.slug === undefined ? undefined : textIn(run.app.slug),
    externalId: textIn(run.external_id),
    text: textIn(run.output.text),
    status: run.status,
    conclusion: run.conclusion ?? undefined,
    at: textIn(run.completed_at ?? run.started_at),
  };
}
