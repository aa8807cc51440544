import { lossesIn } from '../apply/journal.ts';
import type { Proposal } from '../core/plan.ts';
import type { Day } from '../core/state.ts';
import { commitOf, mergedTree } from '../git/history.ts';
import { journalLines } from '../git/journal-lines.ts';
import { policyFilesAt } from '../git/policy-files.ts';
import { inRepository } from '../git/worktree.ts';
import { openGuardrails, withGuardrails } from '../guardrails/open.ts';
import { loadPolicies } from '../policy/load.ts';
import { policiesOf } from '../policy/policies.ts';
import { type Compared, compare } from '../policy/proposal.ts';
import type { Settings } from '../policy/settings.ts';

export type ProposalOptions = {
  /** The policies directory; with a head, only where it lies in the repository counts. */
  readonly policies: string;
  readonly tenant: readonly string[];
  /** What the proposal is to be merged into. */
  readonly base: string;
  /** What is to be merged; unset: the working directory as it is. */
  readonly head?: string;
  readonly day: Day;
};

export type OpenedProposal = Compared & {
  readonly commits: Pick<Proposal, 'base' | 'head'>;
  /** What the base's settings say people are shown as. */
  readonly people: Settings['privacy']['people'];
  /** Losses that the journal branch knows of, beside the journal at hand. */
  readonly losses: (tenantId: string, now: Date) => ReadonlySet<string>;
};

/**
 * Reads the policies of the base and those that merging the head would give. They are data: nothing of them is checked
 * out, and nothing of the proposal's is run. What decides about reviews is the base's.
 * @throws GitFailure when a commit is not there, cannot be merged, or the journal branch cannot be read.
 */
export async function openProposal(options: ProposalOptions): Promise<OpenedProposal> {
  const { day, policies, tenant } = options;
  const { repo, path } = await inRepository(policies);
  const base = await commitOf(repo, options.base);
  const head = await commitOf(repo, options.head ?? 'HEAD');
  const before = policiesOf(await policyFilesAt(repo, base, path), day);
  const after =
    options.head === undefined
      ? await loadPolicies(policies, day)
      : await withGuardrails(
          policiesOf(await policyFilesAt(repo, await mergedTree(repo, base, head), path), day),
        );
  const folder = options.head === undefined ? policies : path;
  const { guardrails } = before;
  const judges =
    guardrails === undefined || guardrails === 'broken' ? undefined : await openGuardrails(guardrails);
  const compared = compare(before, after, tenant, folder, judges?.guard);
  const { branch } = before.settings.journal;
  const lines = await journalLines(
    repo,
    `refs/remotes/origin/${branch}`,
    compared.loaded.tenants.map(({ desired }) => desired.tenant.id),
  );
  return {
    ...compared,
    commits: { base, head },
    people: before.settings.privacy.people,
    losses: (id, now) => lossesIn(lines.get(id) ?? '', now, `journal of tenant ${id} on branch ${branch}`),
  };
}
