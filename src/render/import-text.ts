import type { Finding } from '../core/finding.ts';
import { paint } from './paint.ts';
import { forTerminal } from './safe.ts';

type Said = {
  readonly tenant: { readonly name: string; readonly id: string };
  readonly status: 'written' | 'kept' | 'failed';
  readonly file?: string;
  readonly findings?: readonly Pick<Finding, 'rule' | 'severity' | 'message' | 'fix'>[];
  readonly error?: { readonly message: string; readonly fix: string };
};

/** What an import wrote and saw, for people. */
export function importText(tenants: readonly Said[], { colour }: { readonly colour: boolean }): string {
  const { strong, faint, bad, careful } = paint(colour);
  const parts = tenants.map(({ tenant, status, file = '', findings = [], error }) => {
    const head = `${strong(forTerminal(tenant.name))} ${faint(`(${tenant.id})`)}`;
    if (error !== undefined)
      return [
        `${head}  ${bad('FAILED')}, nothing written`,
        `  ${forTerminal(error.message)}`,
        `  fix: ${forTerminal(error.fix)}`,
      ].join('\n');
    const done =
      status === 'written' ? `written to ${forTerminal(file)}` : `${forTerminal(file)} kept as it is`;
    return [
      `${head}  ${done}`,
      ...findings.flatMap(({ rule, severity, message, fix }) => [
        `  ${severity === 'info' ? 'note' : careful(severity)}: ${forTerminal(message)} ${faint(`[${rule}]`)}`,
        ...(fix === undefined ? [] : [`    fix: ${forTerminal(fix)}`]),
      ]),
    ].join('\n');
  });
  return `${parts.join('\n\n')}\n`;
}
