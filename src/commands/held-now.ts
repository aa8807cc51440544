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

/**
 * At a desk: the policies as they lie there, and those of the branch this one follows, as far as this clone knows it.
 * A freeze that came after the plan was made counts.
 */
export function heldAtDesk(folder: string, day: Day, now: () => number = Date.now): HeldNow {
  return heldBy(async () => {
    const following = await followed(folder, day);
    const here = await loadPolicies(folder, day);
    return following === undefined ? [here] : [here, following];
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
    return [policiesOf(await policyFilesAt(repo, `refs/remotes/origin/${branch}`, folder), day)];
  }, now);
}

function heldBy(load: () => Promise<readonly LoadedPolicies[]>, now: () => number): HeldNow {
  let last: { readonly at: number; readonly loaded: Promise<readonly LoadedPolicies[]> } | undefined;
  return async ({ name, id }) => {
    if (last === undefined || now() - last.at > STILL_FRESH) last = { at: now(), loaded: load() };
    for (const { tenants, broken } of await last.loaded) {
      // What cannot be read may be a freeze.
      if (broken.includes(name)) return UNTOLD;
      const policy = tenants.find(({ desired }) => desired.tenant.id === id);
      const held = heldBack(policy?.desired.incident);
      if (held !== undefined) return { message: `Refused: ${held.why}. Nothing was sent.`, fix: held.fix };
    }
    return undefined;
  };
}

const UNTOLD: Problem = {
  message:
    'Refused: the newest policies of this tenant have errors, so whether it is frozen cannot be told. Nothing was sent.',
  fix: 'Correct them by a pull request (`iosmail validate`), then run the same apply again.',
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
