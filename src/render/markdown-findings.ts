import type { Finding } from '../core/finding.ts';
import type { Day } from '../core/state.ts';
import { exceptionYaml } from './exception-yaml.ts';
import { type Block, fenced } from './markdown-parts.ts';
import { forMarkdown } from './safe.ts';
import { bySeverity, place } from './words.ts';

/** Findings as a list, errors first; then the YAML that would waive each refusal. */
export function findingItems(findings: readonly Finding[], day: Day): readonly Block[] {
  if (findings.length === 0) return [];
  return [bySeverity(findings).flatMap((finding) => item(finding, day))];
}

function item(finding: Finding, day: Day): Block {
  const { severity, rule, message, fix, at, waived } = finding;
  const title = severity === 'error' ? '**refused**' : severity === 'warning' ? '**warning**' : 'info';
  const where = at === undefined ? '' : ` (${place(at, forMarkdown)})`;
  const yaml = severity === 'error' ? exceptionYaml(finding, day) : undefined;
  return [
    `- ${title} ${forMarkdown(rule)}: ${forMarkdown(message)}${where}`,
    ...(waived === undefined
      ? []
      : [`  - waived until ${forMarkdown(waived.until)}: ${forMarkdown(waived.reason)}`]),
    ...(fix === undefined ? [] : [`  - fix: ${forMarkdown(fix)}`]),
    ...(yaml === undefined
      ? []
      : ['  - if this is intended, add to the policy of the tenant:', '', ...fenced(yaml, 'yaml', 4)]),
  ];
}
