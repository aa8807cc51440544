import type { Finding } from '../../core/finding.ts';
import type { Rule } from './subject.ts';

/** weakens-safety: a tenant is less careful than its baseline asks. `protected` only adds up, so it cannot weaken. */
export const weakensSafety: Rule = ({ written, baseline, at }) => {
  const own = written.safety ?? {};
  const asked = baseline?.safety ?? {};
  const weaker: readonly (readonly [key: 'maxRemovals' | 'transition' | 'settle', is: boolean])[] = [
    ['maxRemovals', allowsMore(own.maxRemovals, asked.maxRemovals)],
    ['transition', own.transition !== 'refuse' && own.transition !== (asked.transition ?? own.transition)],
    ['settle', (own.settle ?? 0) < (asked.settle ?? 0) && own.settle !== undefined],
  ];
  return weaker.flatMap(([key, is]): readonly Finding[] => {
    if (!is || own[key] === undefined) return [];
    return [
      {
        rule: 'weakens-safety',
        severity: 'warning',
        message: `\`${key}: ${own[key]}\` is less careful than the baseline's \`${asked[key]}\`.`,
        fix: 'Remove the line, or have the reviewer agree.',
        at: at(`/safety/${key}`),
      },
    ];
  });
};

/** A number and a percentage cannot be compared without the tenant: said as well, rather than missed. */
function allowsMore(own: number | string | undefined, asked: number | string | undefined): boolean {
  if (own === undefined || asked === undefined) return false;
  if (typeof own !== typeof asked) return own !== 0 && own !== '0%';
  return Number.parseInt(String(own), 10) > Number.parseInt(String(asked), 10);
}
