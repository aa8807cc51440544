import type { Day, TenantPolicy } from '../core/state.ts';
import { GitFailure } from '../git/git.ts';
import { commitOf, isHere } from '../git/history.ts';
import type { RunLine } from '../git/journal-branch.ts';
import { policyFilesAt } from '../git/policy-files.ts';
import { inRepository } from '../git/worktree.ts';
import type { Applied } from '../planning/drift-fleet.ts';
import type { PolicyFiles } from '../policy/layout.ts';
import { policiesOf } from '../policy/policies.ts';
import { journalInForce } from './journal-in-force.ts';

/**
 * What the journal branch says of each tenant: whether its policy was ever applied, and which one was last. A journal
 * that cannot be read is told as the reason why that is unknown; it stops nothing.
 */
export async function appliedPolicies(
  folder: string,
  tenants: readonly TenantPolicy[],
  day: Day,
): Promise<ReadonlyMap<string, Applied>> {
  const ids = tenants.map(({ desired }) => desired.tenant.id);
  const all = (why: string) => new Map(ids.map((id) => [id, unknown(why)]));
  try {
    const { repo, path } = await inRepository(folder);
    const { branch, journal } = await journalInForce(repo, path, await commitOf(repo, 'HEAD'));
    if (journal.kind === 'none')
      return all(
        `there is no journal here: nothing was applied by the workflow yet, or ${branch} was not fetched`,
      );
    const files = new Map<string, Promise<PolicyFiles>>();
    const filesAt = (commit: string) => {
      const read = files.get(commit) ?? policyFilesAt(repo, commit, path);
      files.set(commit, read);
      return read;
    };
    const applied = new Map<string, Applied>();
    for (const { desired } of tenants) {
      const { name, id } = desired.tenant;
      const found = lastLine(journal.runs, id);
      applied.set(
        id,
        found.kind === 'line' && (await isHere(repo, found.commit))
          ? appliedAt(
              timed(found, journal.tenantLines(id)),
              policyOf(await filesAt(found.commit), name, id, day),
            )
          : found.kind === 'line'
            ? unknown('the commit that was applied last is not in this clone')
            : found,
      );
    }
    return applied;
  } catch (error) {
    if (!(error instanceof GitFailure)) throw error;
    return all(`the journal could not be read: ${error.message}`);
  }
}

type Line = {
  readonly kind: 'line';
  readonly commit: string;
  readonly time: string;
  /** Why what came after it is not known. */
  readonly but?: string;
};

const WELL: ReadonlySet<string> = new Set(['applied', 'nothing to do']);

/** The last run that brought a tenant to a policy, as far as the runs tell. */
export function lastLine(runs: readonly RunLine[], id: string): Line | (Applied & { readonly kind?: never }) {
  const at = runs.findLastIndex(({ tenants }) => WELL.has(tenants[id]?.outcome ?? ''));
  const later = runs.slice(at + 1);
  const lost = later.some(({ outcome }) => outcome === 'unknown');
  const half = later.some(({ tenants }) => tenants[id]?.outcome === 'partly applied');
  const but = half
    ? 'the last apply ended in part'
    : lost
      ? 'a run ended without a report: what it applied is not known'
      : undefined;
  const line = runs[at];
  if (line === undefined) {
    if (but !== undefined) return unknown(but);
    return runs.some(({ tenants }) => tenants[id] !== undefined)
      ? { last: { kind: 'never' } }
      : unknown('the journal knows of no apply of this tenant');
  }
  // A fresh plan is of the policy at the commit whose run posted it: had the policy moved, it would be stale.
  const planned =
    line.commit ??
    runs
      .slice(0, at)
      .findLast(
        ({ fresh, commit, tenants }) =>
          fresh !== undefined && commit !== undefined && tenants[id] !== undefined,
      )?.commit;
  if (planned === undefined) return unknown('the journal does not tell which commit was applied last');
  return { kind: 'line', commit: planned, time: line.time, ...(but === undefined ? {} : { but }) };
}

/** A job of the workflow ends within three hours, and its run is journalled after that. */
const LONGEST_RUN = 3 * 3_600_000;

/** The line with the time at which the apply had read the tenant back, by its own journal; at the latest. */
function timed(line: Line, journal: string): Line {
  const earliest = new Date(Date.parse(line.time) - LONGEST_RUN).toISOString();
  const ends = journal.split('\n').flatMap((each) => {
    const [, time] = /^\{"time":"([^"]+)".*"event":"end"/.exec(each) ?? [];
    return time !== undefined && time >= earliest && time <= line.time ? [time] : [];
  });
  return { ...line, time: ends.at(-1) ?? earliest };
}

function appliedAt({ time, but }: Line, policy: TenantPolicy | undefined): Applied {
  if (policy === undefined) return unknown('the policy that was applied last cannot be read any more');
  return { last: but === undefined ? { kind: 'known', time } : { kind: 'unknown', why: but, time }, policy };
}

/** Of the files of a commit only those that this tenant needs are looked at, unless it had another name there. */
function policyOf(files: PolicyFiles, name: string, id: string, day: Day): TenantPolicy | undefined {
  const own = { ...files, tenants: files.tenants.filter((each) => each.name === name) };
  const at = (each: PolicyFiles) =>
    policiesOf(each, day).tenants.find(({ desired }) => desired.tenant.id === id);
  return at(own) ?? at(files);
}

function unknown(why: string): Applied {
  return { last: { kind: 'unknown', why } };
}
