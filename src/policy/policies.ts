import { type Finding, type Position, refusals } from '../core/finding.ts';
import { byText } from '../core/json.ts';
import type { Day, TenantPolicy } from '../core/state.ts';
import { type Layer, merge } from './baseline.ts';
import { parseDocument } from './document.ts';
import type { PolicyFiles, SourceFile } from './files.ts';
import { type Candidate, duplicateTenants, restsOnBroken, unknownBaseline } from './fleet.ts';
import { normalise } from './normal.ts';
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

/**
 * Checks the files of a policies directory and makes them into policies. Pure: whatever the bytes are, the answer is
 * policies or findings with file, line and column. Dates are judged by `day`.
 */
export function policiesOf(files: PolicyFiles, day: Day): LoadedPolicies {
  const findings: Finding[] = [...files.findings];
  const broken = new Set<string>();

  const settingsFile = files.settings && openFile('settings', files.settings);
  findings.push(...(settingsFile?.findings ?? []));
  const settings =
    files.settings === undefined
      ? DEFAULTS
      : settingsFile?.layer
        ? settingsOf(settingsFile.layer.content, settingsFile.layer.at)
        : CAUTIOUS;

  const baselines = new Map<string, Opened<BaselineFile>>();
  for (const source of files.baselines) {
    const baseline = openFile('baseline', source);
    baselines.set(source.name, baseline);
    findings.push(...baseline.findings);
  }

  const candidates = new Map<string, Candidate>();
  const restingOn = new Map<string, string[]>();
  for (const source of files.tenants) {
    const { layer: tenant, findings: problems } = openFile('tenant', source);
    findings.push(...problems);
    if (tenant === undefined) {
      broken.add(source.name);
      continue;
    }
    const wanted = tenant.content.baseline;
    const found = wanted === undefined ? undefined : baselines.get(wanted);
    if (wanted !== undefined && found === undefined) {
      findings.push(unknownBaseline(wanted, [...baselines.keys()], tenant.at('/baseline')));
      broken.add(source.name);
    }
    if (wanted !== undefined && found !== undefined && found.layer === undefined) {
      restingOn.set(wanted, [...(restingOn.get(wanted) ?? []), source.name]);
    }
    const policy = normalise(tenant, merge(tenant, found?.layer ?? NO_BASELINE), settings);
    candidates.set(source.name, { policy, at: tenant.at });
    // Without its baseline the effective policy is not known: rules about it would accuse the innocent.
    if (wanted !== undefined && found?.layer === undefined) continue;
    const said = judge({
      name: source.name,
      desired: policy.desired,
      written: tenant.content,
      baseline: found?.layer?.content,
      day,
      at: originIn(policy, tenant),
    });
    findings.push(...said);
    // What is wrong may stand in the baseline, and still be wrong for this tenant only.
    if (refusals(said).length > 0) broken.add(source.name);
  }
  for (const [name, tenants] of restingOn) {
    const file = files.baselines.find((source) => source.name === name)?.file ?? name;
    findings.push(restsOnBroken('baseline-broken', file, tenants));
    for (const tenant of tenants) broken.add(tenant);
  }
  if (files.settings !== undefined && settingsFile?.layer === undefined && files.tenants.length > 0) {
    const names = files.tenants.map((source) => source.name);
    findings.push(restsOnBroken('settings-broken', files.settings.file, names));
    for (const name of names) broken.add(name);
  }
  findings.push(...duplicateTenants([...candidates.values()]));

  const withErrors = new Set(refusals(findings).map((each) => each.at?.file));
  for (const source of files.tenants) if (withErrors.has(source.file)) broken.add(source.name);
  return {
    tenants: [...candidates]
      .filter(([name]) => !broken.has(name))
      .map(([, { policy }]) => policy)
      .sort((a, b) => byText(a.desired.tenant.name, b.desired.tenant.name)),
    settings,
    findings: inOrder(findings),
    broken: [...broken].sort(byText),
  };
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
function inOrder(findings: readonly Finding[]): readonly Finding[] {
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
