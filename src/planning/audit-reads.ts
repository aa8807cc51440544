import type { Actor, AppIds, AuditEntry, AuditLog } from '../core/audit-entry.ts';
import { byText } from '../core/json.ts';
import { odata, type ReadRequest } from '../core/request.ts';
import type { Day } from '../core/state.ts';
import { GraphFailure } from '../graph/failure.ts';
import type { GraphReader } from '../graph/reader.ts';
import { BrokenAnswer, optionalText, type Row, rowOf, rowsAt, rowsOf, textAt } from '../levers/answer.ts';
import { APP } from '../levers/app.ts';
import { DELETED_APP } from '../levers/application.ts';

/** How far back the log of a tenant with Entra ID P1 goes. */
const DAYS = 30;
/** A log with more of one activity is told as far as it was read; a page holds up to 1,000. */
const MOST_PAGES = 5;

/** The entries of one activity, newest first. Graph allows five such requests in ten seconds to an app in a tenant. */
function auditsOf(activity: string, from: Day): ReadRequest {
  return {
    method: 'GET',
    path: `/auditLogs/directoryAudits?$filter=activityDateTime%20ge%20${from}T00:00:00Z%20and%20activityDisplayName%20eq%20'${odata(activity)}'`,
    shape: 'list',
    pages: { most: MOST_PAGES, apart: 2_000 },
    what: 'the directory audit log',
    permission: 'AuditLog.Read.All',
  };
}

/**
 * Asks the directory audit log for these activities of the last 30 days, and for the ids the app is called by. Nothing
 * is decided by it, so a log that cannot be read is told and stops nothing.
 */
export async function readAudits(
  reader: GraphReader,
  activities: readonly string[],
  day: Day,
): Promise<{ readonly log: AuditLog; readonly app: AppIds }> {
  const from = new Date(Date.parse(`${day}T00:00:00Z`) - DAYS * 24 * 3_600_000).toISOString().slice(0, 10);
  const nobody = new Set<string>();
  if (activities.length === 0) return { log: { kind: 'read', entries: [], from, cut: false }, app: nobody };
  const reads = activities.map((activity) => auditsOf(activity, from));
  try {
    const answers = await reader.read([APP, DELETED_APP, ...reads]);
    const refused = reads.flatMap((read) => {
      const answer = answers.get(read.path);
      if (answer?.kind === 'refused') return `${answer.message} (needs ${read.permission})`;
      return answer?.kind === 'found' ? [] : 'not found';
    });
    const live = answers.get(APP.path);
    const deleted = answers.get(DELETED_APP.path);
    // Without either, what was done to the app cannot be told from what was done to others.
    if (live?.kind !== 'found' && deleted?.kind === 'refused')
      refused.push(`${deleted.message} (needs ${DELETED_APP.permission})`);
    const [why] = refused;
    if (why !== undefined) return { log: { kind: 'not read', why }, app: nobody };
    const entries = reads.flatMap((read) => rowsOf(answers, read).filter(isDone).map(entryOf));
    const cut = reads.some((read) => {
      const answer = answers.get(read.path);
      return answer?.kind === 'found' && answer.cut === true;
    });
    const app = [
      ...(live?.kind === 'found' ? [rowOf(APP, live.value)] : []),
      ...rowsOf(answers, DELETED_APP),
    ].map((row) => textAt(row, 'id').toLowerCase());
    const newest = entries.sort(
      (a, b) => Date.parse(b.time) - Date.parse(a.time) || byText(a.activity, b.activity),
    );
    return { log: { kind: 'read', entries: newest, from, cut }, app: new Set(app) };
  } catch (error) {
    if (error instanceof GraphFailure || error instanceof BrokenAnswer)
      return { log: { kind: 'not read', why: error.message }, app: nobody };
    throw error;
  }
}

/** What was tried and refused moved nothing. */
function isDone(row: Row): boolean {
  return !['failure', 'timeout'].includes(optionalText(row, 'result') ?? '');
}

function entryOf(row: Row): AuditEntry {
  const targets = rowsAt(row, 'targetResources');
  return {
    time: timeOf(row),
    activity: textAt(row, 'activityDisplayName'),
    correlationId: optionalText(row, 'correlationId') ?? null,
    by: actorOf(rowOf(row.from, row.value.initiatedBy ?? null)),
    targets: targets.flatMap((target) => optionalText(target, 'id')?.toLowerCase() ?? []),
    modified: targets.flatMap((target) =>
      rowsAt(target, 'modifiedProperties').map((each) => ({
        property: optionalText(each, 'displayName') ?? '',
        was: optionalText(each, 'oldValue') ?? null,
        value: optionalText(each, 'newValue') ?? null,
      })),
    ),
  };
}

function timeOf(row: Row): string {
  const time = textAt(row, 'activityDateTime');
  if (!Number.isFinite(Date.parse(time))) throw new BrokenAnswer(row.from, 'a time "activityDateTime"');
  return time;
}

function actorOf(row: Row): Actor {
  const part = (key: string) => {
    const value = row.value[key];
    return value === undefined || value === null ? undefined : rowOf(row.from, value);
  };
  const [user, app] = [part('user'), part('app')];
  const text = (from: Row, ...keys: readonly string[]) =>
    keys.map((key) => optionalText(from, key)).find((each) => each !== undefined && each !== '');
  const [userId, appId] = [user && text(user, 'id'), app && text(app, 'appId', 'servicePrincipalId')];
  if (user !== undefined && userId !== undefined)
    return { kind: 'user', id: userId, name: text(user, 'userPrincipalName', 'displayName') ?? '' };
  if (app !== undefined) {
    const name = text(app, 'displayName') ?? '';
    if (appId !== undefined || name !== '') return { kind: 'application', id: appId ?? '', name };
  }
  return { kind: 'not told' };
}
