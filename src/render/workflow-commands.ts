import type { Finding, Severity } from '../core/finding.ts';
import { byPlace } from './findings-report.ts';
import { forWorkflow } from './safe.ts';
import { count } from './words.ts';

/** GitHub shows ten of each kind for a step. One notice is kept for what is left out. */
const KINDS: readonly {
  readonly severity: Severity;
  readonly command: 'error' | 'warning' | 'notice';
  readonly most: number;
  readonly words: readonly [one: string, many: string];
}[] = [
  { severity: 'error', command: 'error', most: 10, words: ['error', 'errors'] },
  { severity: 'warning', command: 'warning', most: 10, words: ['warning', 'warnings'] },
  { severity: 'info', command: 'notice', most: 9, words: ['note', 'notes'] },
];

/**
 * Workflow commands that make GitHub Actions show findings on the lines of the files; one a line, empty without
 * findings. What is more than GitHub shows is left out, and counted.
 * @param pathOf the path of a file in the repository, by its path in a finding.
 */
export function workflowCommands(findings: readonly Finding[], pathOf: (file: string) => string): string {
  const lines: string[] = [];
  const more: string[] = [];
  for (const { severity, command, most, words } of KINDS) {
    const those = byPlace(findings).filter((finding) => finding.severity === severity);
    lines.push(...those.slice(0, most).map((finding) => commandLine(command, finding, pathOf)));
    if (those.length > most) more.push(count(those.length - most, ...words));
  }
  if (more.length > 0) lines.push(`::notice title=iosmail validate::and ${more.join(', ')} not shown here.`);
  return lines.map((line) => `${line}\n`).join('');
}

function commandLine(
  command: string,
  { at, rule, message, fix }: Finding,
  pathOf: (file: string) => string,
): string {
  const where =
    at === undefined ? [] : [`file=${forWorkflow(pathOf(at.file))}`, `line=${at.line}`, `col=${at.column}`];
  const properties = [...where, `title=${forWorkflow(rule)}`].join(',');
  // A command whose message is empty is none.
  const said = message.trim() === '' ? '(no message)' : forWorkflow(message, 'data');
  const advice = fix === undefined ? '' : ` Fix: ${forWorkflow(fix, 'data')}`;
  return `::${command} ${properties}::${said}${advice}`;
}
