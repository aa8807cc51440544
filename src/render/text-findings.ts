import type { Finding, Severity } from '../core/finding.ts';
import type { Day } from '../core/state.ts';
import { exceptionYaml } from './exception-yaml.ts';
import { indent, type Paint } from './paint.ts';
import { forTerminal } from './safe.ts';
import { bySeverity, place } from './words.ts';

const SIGNS: { readonly [severity in Severity]: '!' | 'i' } = { error: '!', warning: '!', info: 'i' };

/** Findings of one tenant, errors first: rule, message and place on one line, then the fix, then the YAML that would waive it. */
export function findingLines(findings: readonly Finding[], day: Day, paint: Paint): readonly string[] {
  return bySeverity(findings).flatMap((finding) => one(finding, day, paint));
}

function one(finding: Finding, day: Day, paint: Paint): readonly string[] {
  const { severity, rule, message, fix, at, waived } = finding;
  const tone = severity === 'error' ? paint.bad : severity === 'warning' ? paint.careful : paint.faint;
  const title = `${SIGNS[severity]} ${severity === 'error' ? 'refused' : severity} ${forTerminal(rule)}`;
  const where = at === undefined ? '' : `  ${paint.faint(place(at, forTerminal))}`;
  const yaml = severity === 'error' ? exceptionYaml(finding, day) : undefined;
  return [
    `${tone(title)}: ${forTerminal(message)}${where}`,
    ...(waived === undefined
      ? []
      : [`  waived until ${forTerminal(waived.until)}: ${forTerminal(waived.reason)}`]),
    ...(fix === undefined ? [] : [`  fix: ${forTerminal(fix)}`]),
    ...(yaml === undefined
      ? []
      : ['  if this is intended, add to the policy of the tenant:', ...indent(yaml, 4)]),
  ];
}
