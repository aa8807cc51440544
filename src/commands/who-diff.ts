import type { Finding } from '../core/finding.ts';
import type { Day } from '../core/state.ts';
import { intentChanges, WHO_DIFF_FORMAT, type WhoDiff } from '../core/who-diff.ts';
import { commitOf } from '../git/history.ts';
import { policyFilesAt } from '../git/policy-files.ts';
import { inRepository } from '../git/worktree.ts';
import { loadPolicies } from '../policy/load.ts';
import { type LoadedPolicies, policiesOf } from '../policy/policies.ts';
import { selectTenants } from '../policy/select.ts';

/**
 * Compares what the policies of a commit want with those of the working directory, or of a second commit. No tenant
 * is asked.
 * @throws GitFailure where there is no such commit.
 */
export async function whoDiff(options: {
  readonly policies: string;
  readonly tenant: readonly string[];
  /** A commit, or two as `FROM..TO`. */
  readonly diff: string;
  readonly day: Day;
}): Promise<{ readonly report: WhoDiff; readonly findings: readonly Finding[] }> {
  const { policies, tenant: names, day } = options;
  const { repo, path } = await inRepository(policies);
  const [first, second] = sides(options.diff);
  const at = async (commit: string) => policiesOf(await policyFilesAt(repo, commit, path), day);
  const from = await commitOf(repo, first);
  const to = second === undefined ? undefined : await commitOf(repo, second);
  const before = await at(from);
  const now = to === undefined ? await loadPolicies(policies, day) : await at(to);
  // A tenant that is only in the older commit is known too.
  const gone = before.tenants.map(({ desired }) => desired.tenant.name);
  const selected = selectTenants(now, names, [...gone, ...before.broken]);
  const broken = new Set([...before.broken, ...now.broken]);
  const [were, are] = [byName(before), byName(now)];
  const wanted = [...new Set([...were.keys(), ...are.keys()])]
    .filter((name) => !broken.has(name) && (names.length === 0 || names.includes(name)))
    .sort();
  const compared = wanted.map((name) => {
    const [was, is] = [were.get(name), are.get(name)];
    const id = (is ?? was)?.tenant.id ?? '';
    return { tenant: { name, id }, changes: intentChanges(was, is) };
  });
  const tenants = compared.filter(({ changes }) => changes.length > 0);
  return {
    report: {
      formatVersion: WHO_DIFF_FORMAT,
      from,
      to: to ?? 'working directory',
      tenants,
      unchanged: compared.length - tenants.length,
      notCompared: [...broken].filter((name) => names.length === 0 || names.includes(name)).sort(),
    },
    findings: selected.findings.filter(({ severity }) => severity === 'error'),
  };
}

/** No name of a commit, branch or tag has two dots in a row. */
function sides(diff: string): readonly [from: string, to?: string] {
  const at = diff.indexOf('..');
  return at < 0 ? [diff] : [diff.slice(0, at), diff.slice(at + 2) || 'HEAD'];
}

function byName({ tenants }: LoadedPolicies) {
  return new Map(tenants.map(({ desired }) => [desired.tenant.name, desired]));
}
