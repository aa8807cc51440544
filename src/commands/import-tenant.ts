import { type Finding, refusals } from '../core/finding.ts';
import type { Day, Desired } from '../core/state.ts';
import type { GraphReader } from '../graph/reader.ts';
import { blankPolicy, draftOf } from '../importing/draft.ts';
import { noticed } from '../importing/noticed.ts';
import { policyYaml } from '../importing/policy-yaml.ts';
import { NAMESAKES, readToImport } from '../planning/import-reads.ts';
import { planTenant } from '../planning/plan-tenant.ts';
import { remember } from '../planning/remember.ts';
import { policiesOf } from '../policy/policies.ts';

/** A policy that would change something right away is none that says what is. */
class NotAsItIs extends Error {
  override readonly name = 'NotAsItIs';
  readonly fix: string;
  constructor(message: string, fix?: string) {
    super(message);
    this.fix = fix ?? 'Import again; if it stays, correct in the Entra admin centre what the message names.';
  }
}

export type ImportedTenant = { readonly text: string; readonly findings: readonly Finding[] };

/**
 * Reads one tenant and says what it is as a policy file, which has been checked: it is valid, and planned on the very
 * same answers it changes nothing.
 * @throws NotAsItIs, and what reading throws; then there is nothing to write.
 */
export async function importTenant(
  reader: GraphReader,
  tenant: Pick<Desired['tenant'], 'name' | 'id' | 'cloud'>,
  day: Day,
): Promise<ImportedTenant> {
  const once = remember(reader);
  const blank = blankPolicy(tenant);
  const answers = await readToImport(once, blank, day);
  const draft = draftOf(blank, answers, day);
  const findings = noticed(draft, answers, NAMESAKES);
  const text = policyYaml(draft, findings, day);
  const source = {
    name: tenant.name,
    file: `tenants/${tenant.name}.yaml`,
    bytes: new TextEncoder().encode(text),
  };
  const loaded = policiesOf({ tenants: [source], baselines: [], isWhole: true, findings: [] }, day);
  const [policy] = loaded.tenants;
  const wrong = refusals(loaded.findings)[0];
  if (policy === undefined)
    throw new NotAsItIs(wrong?.message ?? 'The policy would not be valid.', wrong?.fix);
  const plan = await planTenant(once, policy, day, new Set());
  if (plan.status !== 'unchanged') {
    const errors = refusals(plan.findings);
    // What was not read is the cause; what follows from it is not.
    const refused = errors.find(({ rule }) => rule === 'unreadable') ?? errors[0];
    const steps = plan.steps.map(({ request }) => request.what).join(', ');
    throw new NotAsItIs(refused?.message ?? `The policy would change something: ${steps}.`, refused?.fix);
  }
  return { text, findings };
}
