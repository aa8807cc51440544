import type { Attribution, DriftedSetting, DriftKind, DriftReport, TenantDrift } from '../core/drift.ts';
import { count, named, type Say } from './words.ts';

/** What became of a setting, as a heading and in a sentence. */
export const KIND_WORDS: { readonly [kind in DriftKind]: string } = {
  drifted: 'drifted in the tenant',
  'not applied': 'merged but never applied',
  expired: 'expired',
  unknown: 'unknown: drifted, or never applied',
};

/** The kinds in the order in which they are told. */
export const KINDS: readonly DriftKind[] = ['drifted', 'unknown', 'not applied', 'expired'];

/** Who moved a setting, when, and what to look the entry up by. Nothing where nobody is asked after. */
export function attributionWords({ attribution }: DriftedSetting, say: Say): string | undefined {
  return attribution === undefined ? undefined : wordsOf(attribution, say);
}

function wordsOf(attribution: Attribution, say: Say): string {
  switch (attribution.kind) {
    case 'found': {
      const { time, activity, correlationId } = attribution;
      const entry = correlationId === null ? '' : `, correlation id ${say(correlationId)}`;
      return `${actorWords(attribution, say)}, ${say(time.replace(/\.\d+Z$/, 'Z'))}: ${say(activity)}${entry}`;
    }
    case 'not in the log':
      return attribution.whole
        ? `no longer in the log: no entry since ${attribution.from} fits (entries come some minutes late)`
        : `not in the part of the log that was read: there is more of it since ${attribution.from}`;
    case 'not read':
      return `by whom is unknown: the audit log could not be read: ${say(attribution.why)}`;
  }
}

function actorWords({ by }: Extract<Attribution, { kind: 'found' }>, say: Say): string {
  if (by.kind === 'not told') return 'by somebody the log does not name';
  const id = by.id === '' ? '' : ` (${say(by.id)})`;
  return `by ${by.kind} ${named(by.name, say)}${id}`;
}

/** "3 settings differ: 2 drifted in the tenant, 1 expired". */
export function tenantSum({ settings, status }: TenantDrift): string {
  const least = status === 'not known' ? 'not known: not everything could be read; at least ' : '';
  const differ = settings.length === 1 ? 'differs' : 'differ';
  const kinds = KINDS.flatMap((kind) => {
    const of = settings.filter((each) => each.kind === kind).length;
    return of === 0 ? [] : [`${of} ${kind === 'unknown' ? 'unknown' : KIND_WORDS[kind]}`];
  });
  const told = kinds.length === 0 ? '' : `: ${kinds.join(', ')}`;
  return `${least}${count(settings.length, 'setting', 'settings')} ${differ}${told}`;
}

/** The last line: how many of how many tenants. */
export function driftSum({ tenants }: DriftReport): string {
  const of = (status: string) => tenants.filter((each) => each.status === status).length;
  const parts = [
    `${of('differs')} of ${count(tenants.length, 'tenant', 'tenants')} ${of('differs') === 1 ? 'differs' : 'differ'}`,
    `${of('as merged')} as merged`,
    ...(of('not known') === 0 ? [] : [`${of('not known')} not known`]),
    `${of('failed')} failed`,
  ];
  return `Drift: ${parts.join('; ')}.`;
}
