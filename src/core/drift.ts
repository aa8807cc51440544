import type { Change } from './assessment.ts';
import type { Actor, AppIds, AuditEntry, AuditLog } from './audit-entry.ts';
import { traceOf } from './audit-traces.ts';
import { entriesAt } from './cause.ts';
import type { Finding } from './finding.ts';
import type { FailedTenant, TenantPlan } from './plan.ts';
import { pseudonym } from './pseudonym.ts';
import type { Day, TenantPolicy } from './state.ts';

export const DRIFT_FORMAT = 1;

/**
 * drifted: the policy that was last applied asks for it too, the tenant differs · not applied: only the merged policy
 * asks for it · expired: an entry of the policy ended · unknown: which of these, cannot be told.
 */
export type DriftKind = 'drifted' | 'not applied' | 'expired' | 'unknown';

/** What the directory audit log says about a setting. */
export type Attribution =
  | {
      readonly kind: 'found';
      readonly by: Actor;
      readonly time: string;
      readonly activity: string;
      readonly correlationId: string | null;
    }
  /** No entry fits. `whole`: everything since `from` was read, else the newest part alone. */
  | { readonly kind: 'not in the log'; readonly from: Day; readonly whole: boolean }
  | { readonly kind: 'not read'; readonly why: string };

/** One setting that differs from the merged policy. */
export type DriftedSetting = {
  /** From the tenant's value to that of the policy. */
  readonly change: Change;
  readonly kind: DriftKind;
  /** Why the kind is unknown. */
  readonly why?: string;
  /** Unset where nobody moved the setting: what is not applied, and what expired. */
  readonly attribution?: Attribution;
};

export type TenantDrift = {
  readonly tenant: TenantPlan['tenant'];
  /** `not known`: what the policy manages could not be read, so there may be more than is listed. */
  readonly status: 'as merged' | 'differs' | 'not known';
  readonly settings: readonly DriftedSetting[];
  readonly findings: readonly Finding[];
};

export type DriftReport = {
  readonly formatVersion: typeof DRIFT_FORMAT;
  readonly tool: { readonly name: 'iosmail'; readonly version: string };
  readonly day: Day;
  readonly tenants: readonly (TenantDrift | FailedTenant)[];
};

/** What the journal says of the policy that a tenant was brought to last. */
export type LastApplied =
  /** It was the policy whose plan gave the causes; `time` is when that apply had read the tenant back. */
  | { readonly kind: 'known'; readonly time: string }
  | { readonly kind: 'never' }
  /** With `time`: that run went through, and what came after it is not known. */
  | { readonly kind: 'unknown'; readonly why: string; readonly time?: string };

/**
 * The settings in which a tenant differs, before the log was asked.
 * @param plan with causes: against the policy that was last applied, or where that is not known against the merged one.
 */
export function driftIn(
  plan: TenantPlan,
  policy: TenantPolicy,
  last: LastApplied,
): readonly DriftedSetting[] {
  return plan.steps.flatMap(({ changes }) => changes.map((change) => classified(change, policy, last)));
}

function classified(written: Change, policy: TenantPolicy, last: LastApplied): DriftedSetting {
  const { cause, ...change } = written;
  const applied = 'time' in last ? last.time?.slice(0, 10) : undefined;
  const entries = entriesAt(policy, change.at);
  if (cause === 'expiring') {
    // The last apply found it ended and took it away: somebody put it back.
    const was = applied !== undefined && entries.some(({ until }) => until !== undefined && until < applied);
    return { change, kind: was ? 'drifted' : 'expired' };
  }
  if (last.kind === 'never') return { change, kind: 'not applied' };
  // It began after the last apply, which had nothing to do for it.
  const begins = applied !== undefined && entries.some(({ from }) => from !== undefined && from > applied);
  // With an unknown run between: the policies before and after it ask for the same, so whichever was applied.
  if (cause === 'drift' && applied !== undefined) return { change, kind: begins ? 'not applied' : 'drifted' };
  return last.kind === 'known' ? { change, kind: 'not applied' } : { change, kind: 'unknown', why: last.why };
}

/** Whether somebody in the tenant may have moved a setting, so that the log is worth asking. */
function isAttributable({ kind }: DriftedSetting): boolean {
  return kind === 'drifted' || kind === 'unknown';
}

/** The activities that could tell who moved these settings; each is one question to the log. */
export function activitiesFor(settings: readonly DriftedSetting[]): readonly string[] {
  const wanted = settings.filter(isAttributable).flatMap(({ change }) => traceOf(change).activities);
  return [...new Set(wanted)].sort();
}

/**
 * The settings with what the log says about each: the newest entry that fits, unless it is older than the last apply,
 * which put the setting right.
 * @param hide where no names of people are shown: the tenant's id, for their pseudonyms.
 */
export function attributed(
  settings: readonly DriftedSetting[],
  log: AuditLog,
  app: AppIds,
  last: LastApplied,
  hide?: string,
): readonly DriftedSetting[] {
  const told = settings.map((each) =>
    isAttributable(each) ? { ...each, attribution: attributionOf(each, log, app, last, hide) } : each,
  );
  // What goes with an app that somebody deleted is not logged one by one.
  const deletion = told.find(({ change }) => change.setting === 'application')?.attribution;
  return told.map((each) =>
    each.attribution?.kind === 'not in the log' && deletion?.kind === 'found'
      ? { ...each, attribution: deletion }
      : each,
  );
}

function attributionOf(
  { change, kind }: DriftedSetting,
  log: AuditLog,
  app: AppIds,
  last: LastApplied,
  hide: string | undefined,
): Attribution {
  if (log.kind === 'not read') return log;
  const time = kind === 'drifted' && 'time' in last ? last.time : undefined;
  const since = time === undefined ? 0 : Date.parse(time);
  const { activities, fits } = traceOf(change);
  const found = log.entries.find(
    (entry) => activities.includes(entry.activity) && Date.parse(entry.time) >= since && fits(entry, app),
  );
  if (found === undefined) return { kind: 'not in the log', from: log.from, whole: !log.cut };
  return { kind: 'found', by: shown(found, hide), ...pick(found) };
}

function pick({ time, activity, correlationId }: AuditEntry) {
  return { time, activity, correlationId };
}

function shown({ by }: AuditEntry, hide: string | undefined): Actor {
  return hide === undefined || by.kind !== 'user' ? by : { ...by, name: pseudonym(hide, by.id) };
}
