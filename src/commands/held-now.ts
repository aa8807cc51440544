import { heldBack } from '../core/incident.ts';
import type { Day } from '../core/state.ts';
import { pushEnv } from '../git/credentials.ts';
import { GitFailure } from '../git/git.ts';
import { commitOf } from '../git/history.ts';
import { fetchBranch } from '../git/journal-branch.ts';
import { policyFilesAt } from '../git/policy-files.ts';
import { inRepository } from '../git/worktree.ts';
import type { Problem } from '../planning/problem.ts';
import { loadPolicies } from '../policy/load.ts';
import { type LoadedPolicies, policiesOf } from '../policy/policies.ts';

/** Asked right before the first write to a tenant: why the newest policies hold it back, or nothing. */
export type HeldNow = (tenant: {
  readonly name: string;
  readonly id: string;
}) => Promise<Problem | undefined>;

/** Policies that were read this long ago (milliseconds) are read again. */
const STILL_FRESH = 15_000;

/** One place that policies were read from. */
type Place = {
  readonly loaded: LoadedPolicies;
  /** Files that are known to be about other tenants, whatever is wrong with them here. Unset: none is. */
  readonly others?: ReadonlySet<string>;
};

/**
 * At a desk: the policies as they lie there, and those of the branch this one follows, as far as this clone knows it.
 * A freeze that came after the plan was made counts.
 */
export function heldAtDesk(folder: string, day: Day, now: () => number = Date.now): HeldNow {
  return heldBy(async () => {
    const following = await followed(folder, day);
    const here = await loadPolicies(folder, day);
    if (following === undefined) return [{ loaded: here }];
    // A branch that is behind does not have a new tenant yet: only a file that nobody knows here may be its file.
    const others = new Set([...here.broken, ...here.tenants.map(({ desired }) => desired.tenant.name)]);
    return [{ loaded: here }, { loaded: following, others }];
  }, now);
}

/**
 * On merge: the policies at the newest commit of the branch, fetched now.
 * @param folder from the root of the repository.
 */
export function heldOnBranch(
  repo: string,
  folder: string,
  env: NodeJS.ProcessEnv,
  day: Day,
  now: () => number = Date.now,
): HeldNow {
  const branch = env.GITHUB_REF_NAME ?? 'main';
  return heldBy(async () => {
    await fetchBranch(repo, branch, pushEnv(env));
    return [{ loaded: policiesOf(await policyFilesAt(repo, `refs/remotes/origin/${branch}`, folder), day) }];
  }, now);
}

function heldBy(load: () => Promise<readonly Place[]>, now: () => number): HeldNow {
  let last: { readonly at: number; readonly places: Promise<readonly Place[]> } | undefined;
  return async (tenant) => {
    if (last === undefined || now() - last.at > STILL_FRESH) last = { at: now(), places: load() };
    for (const place of await last.places) {
      const held = heldIn(place, tenant);
      if (held !== undefined) return held;
    }
    return undefined;
  };
}

/** A tenant is known by its id: its file may have another name by now, or be gone while everything is frozen. */
function heldIn(place: Place, tenant: Parameters<HeldNow>[0]): Problem | undefined {
  const { tenants, broken, settings } = place.loaded;
  // What cannot be read may be a freeze.
  if (broken.includes(tenant.name)) return UNTOLD;
  const policy = tenants.find(({ desired }) => desired.tenant.id === tenant.id);
  const held = heldBack(policy === undefined ? settings.freeze : policy.desired.incident);
  if (held !== undefined) return { message: `Refused: ${held.why}. Nothing was sent.`, fix: held.fix };
  return policy === undefined && mayHideIt(place) ? UNTOLD : undefined;
}

/** Whether something that is not read as a policy may be that of a tenant which none of them names. */
function mayHideIt({ loaded: { broken, findings }, others }: Place): boolean {
  if (others !== undefined) return broken.some((name) => !others.has(name));
  return findings.some(({ rule, severity }) => severity === 'error' || rule === 'unknown-file');
}

const UNTOLD: Problem = {
  message:
    'Refused: the newest policies of this tenant have errors or cannot be found, so whether it is frozen cannot be told. Nothing was sent.',
  fix: 'Correct them by a pull request (`iosmail validate`), then run the same apply again; at a desk, `git fetch` first.',
};

/** The policies of the branch that this one follows; none where there is no repository or no such branch. */
async function followed(folder: string, day: Day): Promise<LoadedPolicies | undefined> {
  try {
    const { repo, path } = await inRepository(folder);
    return policiesOf(await policyFilesAt(repo, await commitOf(repo, '@{upstream}'), path), day);
  } catch (error) {
    if (error instanceof GitFailure) return undefined;
    throw error;
  }
}
