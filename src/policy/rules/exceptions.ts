import type { Finding } from '../../core/finding.ts';
import { GUARDRAIL } from '../../core/guardrail.ts';
import type { Day, Exception } from '../../core/state.ts';
import { nearest } from '../nearest.ts';
import type { Rule } from './subject.ts';

/** Rules that a reviewed exception can waive; `removal-limit` is raised to a number instead. */
const EXCEPTABLE = [
  'closes-open-tenant',
  'empties-access',
  'no-consent-route',
  'protected-person',
  'removal-limit',
] as const;

const NONE: ReadonlyMap<string, { readonly limit: boolean }> = new Map();

/** The one rule whose exception names a person. */
const PERSON = 'protected-person';

/** unknown-exception, duplicate-exception, exception-limit, exception-person, expired-exception. */
export const exceptionsMakeSense: Rule = ({ desired, guardrails: written, day, at }) =>
  desired.exceptions.flatMap((each, index): readonly Finding[] => {
    if (written === 'not asked' && each.rule.startsWith(GUARDRAIL)) return [];
    const guardrails = written === 'not asked' ? NONE : written;
    const say = (rule: string, severity: Finding['severity'], message: string, fix: string): Finding => ({
      rule,
      severity,
      message,
      fix,
      at: at(`/exceptions/${index}`),
    });
    const found: Finding[] = [];
    const known = [...EXCEPTABLE, ...guardrails.keys()];
    if (!known.includes(each.rule)) {
      const guess = nearest(each.rule, known);
      const fix = guess ? `Did you mean \`${guess}\`?` : `Rules with exceptions: ${known.join(', ')}.`;
      found.push(say('unknown-exception', 'error', `No exception can be made from \`${each.rule}\`.`, fix));
    }
    if (desired.exceptions.findIndex((other) => isSame(other, each)) < index) {
      const message = `\`${each.rule}\` is excepted twice${each.rule === PERSON && each.upn ? ` for ${each.upn}` : ''}.`;
      found.push(say('duplicate-exception', 'error', message, 'Keep one of the two.'));
    }
    const limited = each.rule === 'removal-limit' || guardrails.get(each.rule)?.limit === true;
    if (limited && each.limit === undefined) {
      const message =
        each.rule === 'removal-limit'
          ? 'An exception from removal-limit must say how many people may lose access.'
          : `An exception from ${each.rule} must say which number counts instead.`;
      found.push(say('exception-limit', 'error', message, 'Add `limit`.'));
    }
    if (!limited && each.limit !== undefined) {
      const message = `\`limit\` means nothing for \`${each.rule}\`.`;
      found.push(say('exception-limit', 'error', message, 'Remove `limit`.'));
    }
    if (each.rule === PERSON && each.upn === undefined) {
      const message = 'An exception from protected-person must say who may lose access.';
      found.push(say('exception-person', 'error', message, 'Add `upn`.'));
    }
    if (each.rule !== PERSON && each.upn !== undefined) {
      const message = `\`upn\` means nothing for \`${each.rule}\`.`;
      found.push(say('exception-person', 'error', message, 'Remove `upn`.'));
    }
    if (each.until < day) {
      const message = `The exception from ${each.rule} ended on ${each.until} and no longer counts.`;
      found.push(say('expired-exception', 'warning', message, 'Remove it, or have a later day reviewed.'));
    }
    return found;
  });

/** One rule excepted twice; protected people are excepted one by one. */
function isSame(one: Exception, other: Exception): boolean {
  return one.rule === other.rule && (one.rule !== PERSON || one.upn === other.upn);
}

/** The finding as it counts: an error that an exception in force waives becomes a warning that says so. */
export function waived(finding: Finding, exceptions: readonly Exception[], day: Day): Finding {
  if (finding.severity !== 'error' || finding.waivable === undefined) return finding;
  const exception = exceptions.find((each) => each.rule === finding.rule && each.until >= day);
  if (exception === undefined) return finding;
  const { waivable: _, fix: __, ...said } = finding;
  return { ...said, severity: 'warning', waived: { reason: exception.reason, until: exception.until } };
}
