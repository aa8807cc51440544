import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { annotationsIn } from '../../../src/commands/shown.ts';
import type { Finding, Severity } from '../../../src/core/finding.ts';
import { workflowCommands } from '../../../src/render/workflow-commands.ts';
import { hostile } from './hostile.ts';

const FILE = 'policies/tenants/contoso.yaml';
const asItIs = (file: string) => file;

/** As the runner reads a line: leading blanks do not count, properties end at the next `::`. */
const COMMAND = /^\s*::(\w+) ([^:]*)::(.*)$/;

function findings(severity: Severity, length: number): readonly Finding[] {
  return Array.from({ length }, (_, line) => ({
    rule: 'unknown-key',
    severity,
    message: `Line ${line + 1}.`,
    at: { file: FILE, line: line + 1, column: 3 },
  }));
}

describe('findings as workflow commands', () => {
  it('name file, line, column and rule, and say what to do', () => {
    const said = workflowCommands(
      [
        {
          rule: 'unknown-key',
          severity: 'error',
          message: 'Key, 100%: no.',
          fix: 'Remove it.',
          at: { file: FILE, line: 4, column: 1 },
        },
        { rule: 'open', severity: 'warning', message: 'Everyone.' },
        { rule: 'note', severity: 'info', message: ' ' },
      ],
      asItIs,
    );
    expect(said).toBe(
      `::error file=${FILE},line=4,col=1,title=unknown-key::Key, 100%25: no. Fix: Remove it.\n` +
        '::warning title=open::Everyone.\n::notice title=note::(no message)\n',
    );
  });

  it('are no more than GitHub shows of a kind, and say how many are left out', () => {
    const many = [...findings('info', 12), ...findings('warning', 10), ...findings('error', 11)];
    const lines = workflowCommands(many, asItIs).trimEnd().split('\n');
    const of = (command: string) => lines.filter((line) => line.startsWith(`::${command} `));
    expect([of('error').length, of('warning').length, of('notice').length]).toEqual([10, 10, 10]);
    expect(lines.at(-1)).toBe('::notice title=iosmail validate::and 1 error, 3 notes not shown here.');
    expect(of('error')[0]).toContain('line=1,');
    expect(workflowCommands(findings('error', 10), asItIs)).not.toContain('not shown');
    expect(workflowCommands([], asItIs)).toBe('');
  });

  it('stay one command each, with these properties only, whatever a policy file says', () => {
    fc.assert(
      fc.property(hostile, hostile, hostile, hostile, (rule, message, fix, file) => {
        const finding: Finding = { rule, severity: 'error', message, fix, at: { file, line: 1, column: 2 } };
        const lines = workflowCommands([finding, { ...finding, severity: 'warning' }], asItIs)
          .replace(/\n$/, '')
          .split('\n');
        expect(lines.map((line) => COMMAND.exec(line)?.[1])).toEqual(['error', 'warning']);
        for (const line of lines) {
          const [, , properties = '', said = ''] = COMMAND.exec(line) ?? [];
          expect(properties.split(',').map((each) => each.split('=')[0])).toEqual([
            'file',
            'line',
            'col',
            'title',
          ]);
          expect(said.trim()).not.toBe('');
          expect(line).not.toMatch(/##[a-z]*\[/i);
          expect(line).not.toMatch(/[\r\u2028\u2029]/);
        }
      }),
    );
  });
});

describe('paths', () => {
  const finding = (file: string): Finding => ({
    rule: 'r',
    severity: 'error',
    message: 'm',
    at: { file, line: 1, column: 1 },
  });
  it.each([
    ['from the root', FILE, '/repo', FILE],
    ['from a folder below it', '../policies/a.yaml', '/repo/tool', 'policies/a.yaml'],
    ['absolute', '/repo/policies/a.yaml', '/elsewhere', 'policies/a.yaml'],
  ])('are those in the repository: %s', async (_, file, folder, told) => {
    expect(await annotationsIn([finding(file)], { GITHUB_WORKSPACE: '/repo' }, folder)).toContain(
      `file=${told},line`,
    );
  });
});
