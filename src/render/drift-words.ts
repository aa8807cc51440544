import type { Attribution, DriftedSetting, DriftKind, DriftReport, TenantDrift } from '../core/drift.ts';
import { count, named, number, type Say } from './words.ts';

/** What became of a setting, as a heading and in a sentence. */
const KIND_WORDS: { readonly [kind in DriftKind]: string } = {
  drifted: 'drifted in the tenant',
  'not applied': 'merged but never applied',
  expired: 'expired',
  unknown: 'unknown: drifted, or never applied',
};

/** The kinds in the order in which they are told. */
const KINDS: readonly DriftKind[] = ['drifted', 'unknown', 'not applied', 'expired'];

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
      return attribution.whole ? 'no longer in the log' : 'not in the part of the log that was read';
    case 'not read':
      return 'by whom is unknown';
  }
}

/** What is the same for all settings of a tenant: why kinds are unknown, and what was not found in the log. */
export function driftNotes({ settings }: TenantDrift, say: Say): readonly string[] {
  const [why] = settings.flatMap((each) => each.why ?? []);
  // It is one log for all of them, so one reason stands for all.
  const [gap] = settings.flatMap(({ attribution }) =>
    attribution === undefined || attribution.kind === 'found' ? [] : [attribution],
  );
  return [
    ...(why === undefined ? [] : [`whether it drifted or was never applied is unknown: ${say(why)}`]),
    ...(gap === undefined ? [] : [gapWords(gap, say)]),
  ];
}

function gapWords(gap: Exclude<Attribution, { kind: 'found' }>, say: Say): string {
  if (gap.kind === 'not read') return `the audit log could not be read: ${say(gap.why)}`;
  return gap.whole
    ? `the audit log was read from ${gap.from} on; its entries come some minutes late`
    : `only the newest part of the audit log since ${gap.from} was read`;
}

/** Settings of one kind that are listed; the rest is counted. */
const MOST = 50;

/** The settings of a tenant by kind, and how many of a kind are not listed. */
export function byKind({ settings }: TenantDrift) {
  return KINDS.flatMap((kind) => {
    const all = settings.filter((each) => each.kind === kind);
    if (all.length === 0) return [];
    const more = all.length > MOST ? [`and ${number(all.length - MOST)} more; all in --format json`] : [];
    return [{ heading: KIND_WORDS[kind], listed: all.slice(0, MOST), more }];
  });
}

function actorWords({ by }: Extract<Attribution, { kind: 'found' }>, say: Say): string {
  if (by.kind === 'not told') return 'by somebody the log does not name';
  const id = by.id === '' ? '' : ` (${say(by.id)})`;
  return `by ${by.kind} ${named(by.name, say)}${id}`;
}

/** "3 settings differ: 2 drifted in the tenant, 1 expired". */
export function tenantSum({ settings, status }: TenantDrift): string {
  const least = status === 'not known' ? 'not known: not everything could be read or found; at least ' : '';
  const differ = settings.length === 1 ? 'differs' : 'differ';
  const kinds = KINDS.flatMap((kind) => {
    const of = settings.filter((each) => each.kind === kind).length;
    return of === 0 ? [] : [`${number(of)} ${kind === 'unknown' ? 'unknown' : KIND_WORDS[kind]}`];
  });
  const told = kinds.length === 0 ? '' : `: ${kinds.join(', ')}`;
  return `${least}${count(settings.length, 'setting', 'settings')} ${differ}${told}`;
}

/** The last line: how many of how many tenants. */
export function driftSum({ tenants }: DriftReport): string {
  const of = (status: string) => tenants.filter((each) => each.status === status).length;
  const parts = [
    `${of('differs')} of ${count(tenants.length, 'tenant', 'tenants')} ${of('differs') === 1 || tenants.length === 1 ? 'differs' : 'differ'}`,
    `${of('as merged')} as merged`,
    ...(of('not known') === 0 ? [] : [`${of('not known')} not known`]),
    `${of('failed')} failed`,
  ];
  return `Drift: ${parts.join('; ')}.`;
}
