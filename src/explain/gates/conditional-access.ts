import { booleanAt, optionalText, type Row, rowOf, rowsOf, showing, textAt } from '../../levers/answer.ts';
import { type Demand, demandOf } from '../access-controls.ts';
import { type Scope, type Signing, scopeOf } from '../access-scope.ts';
import { type Device, type GateReport, report } from '../explanation.ts';
import { CONDITIONAL_ACCESS, grantFix, SECURITY_DEFAULTS, whatIf } from '../reads.ts';
import { personOf, type Walk } from '../walk.ts';

/** One policy and what it means for this sign-in. */
type Judged = { readonly name: string; readonly scope: Scope; readonly demand: Demand };

const OWNERS =
  'The owners of Conditional Access decide: exclude the person, or the device is made to comply. iosmail never changes such a policy.';

/** G5: read and judged, never changed. A policy that only reports has no effect. */
export function conditionalAccessGate(walk: Walk, device: Device): GateReport {
  const person = personOf(walk);
  if (person === undefined)
    return report('G5', 'unknown', ['Without an account nothing can be said about it.']);
  const { direct, nested, administrator, answers } = walk;
  const who: Signing = {
    id: person.id,
    guest: person.guest,
    direct: direct.known
      ? { known: true, value: new Set([...direct.value.keys()].map((id) => id.toLowerCase())) }
      : direct,
    nested,
    administrator,
  };
  const answered = answers.get(whatIf(person.id, device).path)?.kind === 'found';
  const applied = answered ? rowsOf(answers, whatIf(person.id, device)) : undefined;
  const defaults = securityDefaults(walk);
  if (answers.get(CONDITIONAL_ACCESS.path)?.kind !== 'found') {
    if (applied === undefined) return unreadGate(walk, defaults);
    const judged = applied
      .filter(isEnforced)
      .map(
        (policy): Judged => ({ name: nameOf(policy), scope: { applies: 'yes' }, demand: demandOf(policy) }),
      );
    return told(
      judged,
      ['The policies could not be read; the what-if of Conditional Access answered.', ...defaults],
      device,
    );
  }
  const policies = rowsOf(answers, CONDITIONAL_ACCESS).map((row) =>
    showing(row, 'state', 'conditions', 'grantControls'),
  );
  const judged = policies.filter(isEnforced).map(
    (policy): Judged => ({
      name: nameOf(policy),
      scope: settled(scopeOf(policy, who, device), policy, applied),
      demand: demandOf(policy),
    }),
  );
  const reporting = policies.filter(
    (policy) =>
      optionalText(policy, 'state') === 'enabledForReportingButNotEnforced' &&
      demandOf(policy).outcome !== 'passes' &&
      scopeOf(policy, who, device).applies !== 'no',
  );
  const notes = reporting.map((policy) => `${nameOf(policy)} only reports: it has no effect.`);
  const unsettled = applied === undefined && judged.some(({ scope }) => scope.applies === 'unclear');
  const more = unsettled ? [grantFix(whatIf(person.id, device))] : [];
  return told(judged, [countOf(policies.length), ...notes, ...defaults], device, more);
}

function isEnforced(policy: Row): boolean {
  return optionalText(policy, 'state') === 'enabled';
}

function nameOf(policy: Row): string {
  return optionalText(policy, 'displayName') ?? textAt(policy, 'id');
}

/**
 * The what-if settles who a policy is about where that could not be told. Where it contradicts what was read, neither is
 * believed. It knows nothing of places, risks and devices, which stay open.
 */
function settled(scope: Scope, policy: Row, applied: readonly Row[] | undefined): Scope {
  if (applied === undefined) return scope;
  const says = applied.some((each) => textAt(each, 'id') === textAt(policy, 'id')) ? 'yes' : 'no';
  if (scope.applies === 'unclear') return { ...scope, applies: says };
  if (scope.applies === says || scope.circumstances !== undefined) return scope;
  return {
    applies: 'unclear',
    circumstances: 'and the what-if of Conditional Access contradicts its conditions',
  };
}

function told(
  judged: readonly Judged[],
  facts: readonly string[],
  device: Device,
  more: readonly string[] = [],
): GateReport {
  const about = judged.filter(({ scope }) => scope.applies !== 'no');
  const hard = about.filter(({ demand }) => demand.outcome !== 'passes');
  const stops = hard.filter(
    ({ scope, demand }) =>
      scope.applies === 'yes' && scope.circumstances === undefined && demand.outcome === 'blocks',
  );
  const codes = [...new Set((stops.length > 0 ? stops : hard).flatMap(({ demand }) => demand.codes))];
  const words = hard.map((each) => `${each.name} ${appliesWords(each.scope)}: ${each.demand.words}.`);
  const easy = about
    .filter(({ demand }) => demand.outcome === 'passes')
    .map(({ name, demand }) => `${name} lets ${device} pass: ${demand.words}.`);
  const all = [...facts, ...words, ...easy];
  if (stops.length > 0) return report('G5', 'closed', all, { codes, fixes: [OWNERS] });
  if (hard.length > 0) return report('G5', 'unknown', all, { codes, fixes: [OWNERS, ...more] });
  return report('G5', 'open', all);
}

function appliesWords({ applies, circumstances }: Scope): string {
  const yes = applies === 'yes' ? 'applies' : 'may apply';
  return circumstances === undefined ? yes : `${yes}, ${circumstances}`;
}

function countOf(policies: number): string {
  return policies === 0
    ? 'There is no Conditional Access policy.'
    : policies === 1
      ? 'One Conditional Access policy was read.'
      : `${policies} Conditional Access policies were read.`;
}

function unreadGate({ answers }: Walk, defaults: readonly string[]): GateReport {
  const answer = answers.get(CONDITIONAL_ACCESS.path);
  const why = answer?.kind === 'refused' ? answer.message : 'not found';
  return report(
    'G5',
    'unknown',
    [`The Conditional Access policies could not be read (${why}).`, ...defaults],
    {
      codes: [53003],
      fixes: [grantFix(CONDITIONAL_ACCESS)],
    },
  );
}

/** Security defaults ask for a second factor and shut out old sign-ins; a sign-in by Apple Mail passes them. */
function securityDefaults({ answers }: Walk): readonly string[] {
  const answer = answers.get(SECURITY_DEFAULTS.path);
  if (answer?.kind !== 'found') return [];
  const row = showing(rowOf(SECURITY_DEFAULTS, answer.value), 'isEnabled');
  return booleanAt(row, 'isEnabled', false)
    ? [
        'Security defaults are on: a second factor may be asked for, and accounts added by hand with a password are refused (AADSTS530035).',
      ]
    : [];
}
