import { isGuid, isOutcome, isRequestResult } from '../core/journal-words.ts';
import type { ApplyReport, TenantReport } from '../core/report.ts';
import type { RunLine, RunTenant } from './journal-branch.ts';
import { sentRequest } from './journal-paths.ts';
import { RUN_FORMAT } from './read-run-line.ts';

/** The line of a run in the journal: outcomes, ids, logins; no name and no text from a directory. */
export function runLineOf(
  report: ApplyReport | undefined,
  about: Pick<RunLine, 'time' | 'run' | 'attempt' | 'url' | 'by' | 'after' | 'fresh'>,
): RunLine {
  const tenants = report?.tenants ?? [];
  return {
    format: RUN_FORMAT,
    ...about,
    ...(report?.merged === undefined ? {} : report.merged),
    outcome: report === undefined ? 'unknown' : report.nothingSent === undefined ? 'whole' : 'nothing sent',
    tenants: Object.fromEntries(tenants.map((tenant) => [tenant.tenant.id, tenantOf(tenant)])),
    left: tenants
      .filter((each) => each.unplanned || each.outcome === 'failed' || each.outcome === 'partly applied')
      .map(({ tenant, review }) => ({
        tenant: tenant.id,
        ...(review?.pull === undefined ? {} : { pull: review.pull }),
      })),
  };
}

function tenantOf({ outcome, review }: TenantReport): RunTenant {
  const { digest, pull, head, approvedBy } = review ?? {};
  return {
    outcome,
    ...(digest === undefined ? {} : { digest }),
    ...(pull === undefined ? {} : { pull }),
    ...(head === undefined ? {} : { head }),
    ...(approvedBy === undefined ? {} : { approvedBy }),
  };
}

type Fields = { readonly [key: string]: unknown };

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/;
const DIGEST = /^sha256:[0-9a-f]{64}$/;
const EVENTS: ReadonlySet<unknown> = new Set(['begin', 'losing', 'sending', 'answered', 'end']);
const matches = (shape: RegExp) => (value: unknown) => typeof value === 'string' && shape.test(value);
const isCount = (value: unknown) => Number.isSafeInteger(value) && Number(value) >= 0;

/** What of an entry may stand in Git for ever: known words, ids and numbers. Bodies and notes may hold names. */
const KEPT: { readonly [key: string]: (value: unknown) => boolean } = {
  time: matches(TIME),
  run: isGuid,
  tenant: isGuid,
  digest: matches(DIGEST),
  event: (value) => EVENTS.has(value),
  reviewed: (value) => typeof value === 'boolean',
  steps: isCount,
  left: isCount,
  step: isCount,
  result: isRequestResult,
  status: (value) => isCount(value) && Number(value) >= 100 && Number(value) < 600,
  outcome: isOutcome,
};

/**
 * The lines of a tenant's journal as they may stand in Git: ids instead of names, nothing anybody chose freely.
 * What cannot be read is left out, as the line after a crash tells.
 */
export function withoutNames(text: string): string {
  return text
    .split('\n')
    .flatMap((line) => {
      const entry = parsed(line);
      return entry === undefined ? [] : [`${JSON.stringify(kept(entry))}\n`];
    })
    .join('');
}

function kept(entry: Fields): Fields {
  const { people, request } = entry;
  const { method, path } = (typeof request === 'object' ? (request ?? {}) : {}) as Fields;
  const sent = sentRequest(method, path);
  return {
    ...Object.fromEntries(
      Object.entries(KEPT).flatMap(([key, may]) => {
        const value = entry[key];
        return may(value) ? [[key, value]] : [];
      }),
    ),
    ...(Array.isArray(people) ? { people: people.filter(isGuid) } : {}),
    ...(sent === undefined ? {} : { request: sent }),
  };
}

function parsed(line: string): Fields | undefined {
  try {
    const entry: unknown = JSON.parse(line);
    return entry !== null && typeof entry === 'object' && !Array.isArray(entry) ? { ...entry } : undefined;
  } catch {
    return undefined;
  }
}
