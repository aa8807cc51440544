import type { Finding } from '../core/finding.ts';

/** A policy file as it lies on disk or in Git. */
export type SourceFile = {
  /** File name without `.yaml`. */
  readonly name: string;
  /** Path as the user would type it, with `/`. */
  readonly file: string;
  /** At most one byte more than may be parsed; unset when the file could not be read, which a finding says. */
  readonly bytes?: Uint8Array;
};

export type PolicyFiles = {
  readonly tenants: readonly SourceFile[];
  readonly baselines: readonly SourceFile[];
  readonly settings?: SourceFile;
  readonly guardrails?: SourceFile;
  /** False when a file beside them may forbid something and cannot be heeded; a finding says which. */
  readonly isWhole: boolean;
  readonly findings: readonly Finding[];
};

type Named = { readonly name: string; readonly file: string };

/** No policies directory: nothing is known, which is not "nothing is forbidden". */
export function nothingIn(directory: string): PolicyFiles {
  const message = `There is no directory ${directory}.`;
  return {
    tenants: [],
    baselines: [],
    isWhole: false,
    findings: [finding('policies-missing', message, 'Name it with --policies DIR.', directory)],
  };
}

/** What there is to say about an entry of the policies directory itself. An error: it may forbid something. */
export function topLevel(name: string, file: string): readonly Finding[] {
  if (
    ['tenants', 'baselines', 'settings.yaml', 'guardrails.yaml', 'README.md'].includes(name) ||
    name.startsWith('.')
  )
    return [];
  if (/^(settings|guardrails)\.ya?ml$/i.test(name)) {
    const fix = `Rename it to ${name.toLowerCase().replace(/\.yml$/, '.yaml')}.`;
    return [
      finding('not-yaml-suffix', 'The file is not read under this name, so no tenant is planned.', fix, file),
    ];
  }
  return [unknownFile(file)];
}

/** The policy files among the entries of `tenants` or `baselines`, and what there is to say about the others. */
export function inFolder(entries: readonly Named[]): {
  readonly files: readonly Named[];
  readonly findings: readonly Finding[];
} {
  const files: Named[] = [];
  const findings: Finding[] = [];
  for (const { name, file } of entries) {
    if (name.endsWith('.yaml')) files.push({ name: name.slice(0, -'.yaml'.length), file });
    else if (/\.ya?ml$/i.test(name)) {
      const fix = `Rename it to ${name.replace(/\.ya?ml$/i, '.yaml').toLowerCase()}.`;
      findings.push(finding('not-yaml-suffix', 'Only files that end in .yaml are read.', fix, file));
    } else if (!name.startsWith('.')) findings.push(unknownFile(file));
  }
  return { files, findings };
}

export function noTenants(file: string): Finding {
  return finding(
    'no-tenants',
    'There is no tenant policy.',
    'Add one file for each tenant, <name>.yaml.',
    file,
  );
}

/** @param where completes "The link …". */
export function linkOutside(file: string, where: string): Finding {
  return finding('link-outside', `The link ${where}.`, 'Put the file itself here.', file);
}

export function finding(rule: string, message: string, fix: string, file: string): Finding {
  return { rule, severity: 'error', message, fix, at: { file, line: 1, column: 1 } };
}

function unknownFile(file: string): Finding {
  const fix = 'Move it elsewhere; a tenant policy belongs into tenants/, with a name that ends in .yaml.';
  return { ...finding('unknown-file', 'The file is not read.', fix, file), severity: 'warning' };
}
