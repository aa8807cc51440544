import type { ApplyReport, TenantReport } from '../core/report.ts';
import type { RunLine, RunTenant } from './journal-branch.ts';

/** The line of a run in the journal: outcomes, ids, logins; no name and no text from a directory. */
export function runLineOf(
  report: ApplyReport | undefined,
  about: Pick<RunLine, 'time' | 'run' | 'attempt' | 'url' | 'by' | 'after' | 'fresh'>,
): RunLine {
  const tenants = report?.tenants ?? [];
  return {
    ...about,
    ...(report?.merged === undefined ? {} : report.merged),
    outcome: report === undefined ? 'unknown' : 'whole',
    tenants: Object.fromEntries(tenants.map((tenant) => [tenant.tenant.id, tenantOf(tenant)])),
    left: tenants
      .filter(({ outcome }) => outcome === 'failed' || outcome === 'partly applied')
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

/** What of an entry may stand in Git for ever. Bodies and notes may hold names, so they stay behind. */
const KEPT: { readonly [key: string]: RegExp } = {
  time: /^\d{4}-\d\d-\d\dT[\d:.]+Z$/,
  run: /^[0-9a-f-]{36}$/,
  tenant: /^[0-9a-f-]{36}$/,
  digest: /^sha256:[0-9a-f]{64}$/,
  event: /^(begin|losing|sending|answered|end)$/,
  outcome: /^[a-z ]{1,32}$/,
  result: /^[a-z ]{1,32}$/,
};
const GUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** Paths of the requests we send: words of ours, and ids. */
const PATH = /^[\w/().'=:$?&,-]{1,400}$/;

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

type Fields = { readonly [key: string]: unknown };

function kept(entry: Fields): Fields {
  const plain = Object.entries(KEPT).flatMap(([key, shape]) => {
    const value = entry[key];
    return typeof value === 'string' && shape.test(value) ? [[key, value] as const] : [];
  });
  const counts = ['steps', 'left', 'step', 'status'].flatMap((key) =>
    Number.isSafeInteger(entry[key]) ? [[key, entry[key]] as const] : [],
  );
  const people = Array.isArray(entry.people) ? entry.people.filter((id) => GUID.test(String(id))) : undefined;
  const { method, path } = (entry.request ?? {}) as Fields;
  const asked = typeof path === 'string' && PATH.test(path) && /^(POST|PATCH|DELETE)$/.test(String(method));
  return {
    ...Object.fromEntries([...plain, ...counts]),
    ...(typeof entry.reviewed === 'boolean' ? { reviewed: entry.reviewed } : {}),
    ...(people === undefined ? {} : { people }),
    ...(asked ? { request: { method, path } } : {}),
  };
}

function parsed(line: string): Fields | undefined {
  try {
    const entry: unknown = JSON.parse(line);
    return entry !== null && typeof entry === 'object' ? { ...entry } : undefined;
  } catch {
    return undefined;
  }
}
