import type { PlanFlags } from './arguments.ts';

/** The command that follows a plan with changes: apply the file, or plan again into one. Can be pasted into a shell. */
export function afterPlan(flags: PlanFlags): string {
  const { policies, tenant, sandbox, journal, out, base, head } = flags;
  const words = [
    'iosmail',
    out === undefined ? 'plan' : 'apply',
    ...(sandbox ? ['--sandbox'] : []),
    ...(policies === 'policies' ? [] : ['--policies', policies]),
    ...(journal === '.iosmail/journal' ? [] : ['--journal', journal]),
    ...(out === undefined && tenant.length > 0 ? ['--tenant', ...tenant] : []),
    ...(out === undefined && base !== undefined ? ['--base', base] : []),
    ...(out === undefined && head !== undefined ? ['--head', head] : []),
    ...(out === undefined ? ['--out', 'plan.json'] : ['--plan', out]),
  ];
  return words.map(quoted).join(' ');
}

function quoted(word: string): string {
  return /^[\w./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
