import { type Finding, type Position, refusals } from '../core/finding.ts';
import { byText } from '../core/json.ts';
import type { Day, TenantPolicy } from '../core/state.ts';
import { type Layer, merge } from './baseline.ts';
import { parseDocument } from './document.ts';
import { type Candidate, duplicateTenants, restsOnBroken, unknownBaseline } from './fleet.ts';
import { exceptableGuardrails, readGuardrails, UNOPENED, type WrittenGuardrails } from './guardrails.ts';
import type { PolicyFiles, SourceFile } from './layout.ts';
import { normalise } from './normal.ts';
import type { Subject } from './rules/subject.ts';
import { judge } from './rules.ts';
import { type Checked, checkShape } from './schema.ts';
import { CAUTIOUS, DEFAULTS, type Settings, settingsOf } from './settings.ts';
import type { BaselineFile, SettingsFile, TenantFile } from './types.gen.ts';

/** Everything a policies directory says, and everything that is wrong with it. */
export type LoadedPolicies = {
  /** Tenants whose files, baseline and settings have no errors; by name. */
  readonly tenants: readonly TenantPolicy[];
  /** Repository-wide choices; the defaults without a settings.yaml, the most cautious ones while it has errors. */
  readonly settings: Settings;
  /** The rules of guardrails.yaml, not opened yet; `broken` where the file has errors, unset where there is none. */
  readonly guardrails?: WrittenGuardrails | 'broken';
  /** All problems of all files, by file, line, column, rule. */
  readonly findings: readonly Finding[];
  /** File names, without `.yaml`, of the tenants that cannot be planned because of errors. */
  readonly broken: readonly string[];
};

type Opened<T> = Checked<T> & { readonly layer?: Layer<T> };
type Kinds = {
  readonly tenant: TenantFile;
  readonly baseline: BaselineFile;
  readonly settings: SettingsFile;
};

const NO_BASELINE: Layer<BaselineFile> = {
  content: {},
  at: () => ({ file: '', line: 1, column: 1 }),
};

/** What one tenant file came to. */
type Outcome = {
  readonly name: string;
  readonly findings: readonly Finding[];
  /** Set when the file has the shape of a tenant file; whether it is right is for `isBroken`. */
  readonly candidate?: Candidate;
  readonly isBroken: boolean;
  /** The baseline it names, where that one has errors. */
  readonly restsOn?: string;
};

/**
 * Checks the files of a policies directory and makes them into policies. Pure: whatever the bytes are, the answer is
 * policies or findings with file, line and column. Dates are judged by `day`.
 */
export function policiesOf(files: PolicyFiles, day: Day): LoadedPolicies {
  return policiesBy(files, day, false);
}

/**
 * The same for whoever only takes access away: what guardrails and settings forbid is not asked, so nothing that is
 * wrong with them stands in the way.
 */
export function policiesToBlock(files: PolicyFiles, day: Day): LoadedPolicies {
  return policiesBy(files, day, true);
}

function policiesBy(files: PolicyFiles, day: Day, toBlock: boolean): LoadedPolicies {
  const settingsFile = files.settings && openFile('settings', files.settings);
  const guarding = toBlock ? undefined : files.guardrails && readGuardrails(files.guardrails);
  const guardrails = guarding && (guarding.written ?? 'broken');
  // What broken guardrails forbid is not known, so nothing is allowed that settings might allow.
  const settings =
    guardrails === 'broken'
      ? CAUTIOUS
      : settingsFrom(toBlock ? { ...files, isWhole: true } : files, settingsFile?.layer);
  const exceptable = toBlock ? 'not asked' : exceptableGuardrails(guardrails);
  const baselines = new Map(files.baselines.map((source) => [source.name, openFile('baseline', source)]));
  const outcomes = files.tenants.map((source) => tenantFrom(source, baselines, settings, exceptable, day));
  const candidates = outcomes.flatMap(({ candidate }) => candidate ?? []);
  const findings = [
    ...files.findings,
    ...(settingsFile?.findings ?? []),
    ...(guarding?.findings ?? []),
    ...[...baselines.values()].flatMap((baseline) => baseline.findings),
    ...outcomes.flatMap((outcome) => outcome.findings),
    ...files.baselines.flatMap(({ name, file }) => {
      const resting = outcomes.filter((outcome) => outcome.restsOn === name);
      return resting.length === 0 ? [] : [restsOnBroken('baseline-broken', file, namesOf(resting))];
    }),
    ...(files.guardrails !== undefined && guardrails === 'broken' && outcomes.length > 0
      ? [restsOnBroken('guardrails-broken', files.guardrails.file, namesOf(outcomes))]
      : []),
    ...(files.settings !== undefined &&
    guardrails !== 'broken' &&
    settings === CAUTIOUS &&
    outcomes.length > 0
      ? [restsOnBroken('settings-broken', files.settings.file, namesOf(outcomes))]
      : []),
    ...duplicateTenants(candidates),
  ];
  const withErrors = new Set(refusals(findings).map((each) => each.at?.file));
  const broken = new Set(
    files.tenants
      .filter(
        ({ file }, index) =>
          (settings === CAUTIOUS && !toBlock) || withErrors.has(file) || outcomes[index]?.isBroken === true,
      )
      .map(({ name }) => name),
  );
  return {
    tenants: outcomes
      .flatMap(({ name, candidate }) => (candidate === undefined || broken.has(name) ? [] : candidate.policy))
      // Whoever forgets to open the guardrails gets no plan past them.
      .map((policy) => (guardrails === undefined ? policy : { ...policy, guard: UNOPENED }))
      .sort((a, b) => byText(a.desired.tenant.name, b.desired.tenant.name)),
    settings,
    ...(guardrails === undefined ? {} : { guardrails }),
    findings: inOrder(findings),
    broken: [...broken].sort(byText),
  };
}

/** Settings with errors, or under a name that is not read, may forbid what the defaults allow. */
function settingsFrom(files: PolicyFiles, layer: Layer<SettingsFile> | undefined): Settings {
  if (!files.isWhole) return CAUTIOUS;
  if (files.settings === undefined) return DEFAULTS;
  return layer === undefined ? CAUTIOUS : settingsOf(layer.content, layer.at);
}

function tenantFrom(
  source: SourceFile,
  baselines: ReadonlyMap<string, Opened<BaselineFile>>,
  settings: Settings,
  guardrails: Subject['guardrails'],
  day: Day,
): Outcome {
  const { name } = source;
  const { layer: tenant, findings } = openFile('tenant', source);
  if (tenant === undefined) return { name, findings, isBroken: true };
  const wanted = tenant.content.baseline;
  const baseline = wanted === undefined ? undefined : baselines.get(wanted);
  const policy = normalise(tenant, merge(tenant, baseline?.layer ?? NO_BASELINE), settings);
  const candidate: Candidate = { policy, at: tenant.at };
  // Without its baseline the effective policy is not known: rules about it would accuse the innocent.
  if (wanted !== undefined && baseline === undefined) {
    const unknown = unknownBaseline(wanted, [...baselines.keys()], tenant.at('/baseline'));
    return { name, findings: [unknown], candidate, isBroken: true };
  }
  if (wanted !== undefined && baseline?.layer === undefined) {
    return { name, findings, candidate, isBroken: true, restsOn: wanted };
  }
  const said = judge({
    name,
    desired: policy.desired,
    written: tenant.content,
    baseline: baseline?.layer?.content,
    guardrails,
    day,
    at: originIn(policy, tenant),
  });
  // What is wrong may stand in the baseline, and still be wrong for this tenant only.
  return { name, findings: said, candidate, isBroken: refusals(said).length > 0 };
}

function namesOf(outcomes: readonly Outcome[]): readonly string[] {
  return outcomes.map(({ name }) => name);
}

/** Bytes → shape. The findings of a file that could not even be read were told by the reader. */
function openFile<K extends keyof Kinds>(kind: K, { file, bytes }: SourceFile): Opened<Kinds[K]> {
  if (bytes === undefined) return { findings: [] };
  const { document, findings } = parseDocument(file, bytes);
  if (document === undefined) return { findings: mostOf(findings, file) };
  const checked = checkShape(kind, document);
  if (checked.content === undefined) return { findings: mostOf(checked.findings, file) };
  return { ...checked, layer: { content: checked.content, at: document.at } };
}

/** A file may be wrong a thousand times; the first hundred are enough to see how. */
function mostOf(findings: readonly Finding[], file: string): readonly Finding[] {
  const [hidden, first] = [findings.slice(100), findings.slice(0, 100)];
  if (hidden.length === 0) return findings;
  const message = `This file has ${hidden.length} or more further problems.`;
  const fix = 'Correct the ones shown, then validate again.';
  return [
    ...first,
    { rule: 'more-problems', severity: 'error', message, fix, at: { file, line: 1, column: 1 } },
  ];
}

/** Where an effective value comes from: its origin, its nearest parent's, or the tenant's file. */
function originIn({ origins }: TenantPolicy, tenant: Layer<TenantFile>): (pointer: string) => Position {
  return (pointer) => {
    for (let rest = pointer; rest !== ''; rest = rest.slice(0, rest.lastIndexOf('/'))) {
      const origin = origins[rest];
      if (origin !== undefined) return origin;
    }
    return tenant.at(pointer);
  };
}

/** By place, then rule. What a baseline makes many tenants say is said once. */
export function inOrder(findings: readonly Finding[]): readonly Finding[] {
  const different = new Map(findings.map((each) => [JSON.stringify(each), each]));
  return [...different.values()].sort(
    (a, b) =>
      byText(a.at?.file ?? '', b.at?.file ?? '') ||
      (a.at?.line ?? 0) - (b.at?.line ?? 0) ||
      (a.at?.column ?? 0) - (b.at?.column ?? 0) ||
      byText(a.rule, b.rule) ||
      byText(a.message, b.message),
  );
}
