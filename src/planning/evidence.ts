import type { TenantPlan } from '../core/plan.ts';
import { known, type Reading, type ReadRequest, unknown } from '../core/request.ts';
import { APPLE_MAIL, type Day } from '../core/state.ts';
import { type SignIns, withUse } from '../core/use.ts';
import { GraphFailure } from '../graph/failure.ts';
import type { GraphReader } from '../graph/reader.ts';
import { BrokenAnswer, rowOf, rowsOf, textAt } from '../levers/answer.ts';
import type { Observation } from './observe.ts';

/** How far back the log of a tenant with Entra ID P1 goes. */
const DAYS = 30;
/** A log that is longer is told as far as it was read. */
const MOST_PAGES = 10;

/**
 * The interactive sign-ins to the app, newest first. v1.0 has no others. Graph allows five such requests in ten seconds
 * to an app in a tenant; a page holds 1,000.
 */
function signInsSince(day: Day): ReadRequest {
  const from = new Date(Date.parse(`${day}T00:00:00Z`) - DAYS * 24 * 3_600_000).toISOString().slice(0, 10);
  return {
    method: 'GET',
    path: `/auditLogs/signIns?$filter=appId%20eq%20'${APPLE_MAIL}'%20and%20createdDateTime%20ge%20${from}T00:00:00Z`,
    shape: 'list',
    pages: { most: MOST_PAGES, apart: 2_000 },
    what: 'the sign-ins to the app',
    permission: 'AuditLog.Read.All',
  };
}

/**
 * The plan with evidence of use for those who lose access; read only where somebody does. Evidence decides nothing and is
 * not in the digest, so a log that cannot be read is told and stops nothing.
 */
export async function withEvidence(
  reader: GraphReader,
  plan: TenantPlan,
  { picture }: Observation,
  day: Day,
): Promise<TenantPlan> {
  if (plan.impact.lose.length === 0) return plan;
  return { ...plan, impact: withUse(plan.impact, await signIns(reader, day), picture.before.own) };
}

async function signIns(reader: GraphReader, day: Day): Promise<Reading<SignIns>> {
  try {
    return await signInsIn(reader, signInsSince(day));
  } catch (error) {
    if (error instanceof GraphFailure || error instanceof BrokenAnswer) return unknown(error.message);
    throw error;
  }
}

async function signInsIn(reader: GraphReader, read: ReadRequest): Promise<Reading<SignIns>> {
  const answers = await reader.read([read]);
  const answer = answers.get(read.path);
  if (answer?.kind === 'refused')
    return unknown(`${answer.message} (needs ${read.permission} and Entra ID P1)`);
  if (answer?.kind !== 'found') return unknown('not found');
  const last = new Map<string, string>();
  for (const row of rowsOf(answers, read)) {
    const { errorCode } = rowOf(read, row.value.status ?? null).value;
    // A failed attempt shows that somebody wants to use the app, not that they do.
    if (errorCode !== 0) continue;
    const [user, day] = [textAt(row, 'userId'), textAt(row, 'createdDateTime').slice(0, 10)];
    if (day > (last.get(user) ?? '')) last.set(user, day);
  }
  return known({ last, ...(answer.cut ? { cut: true } : {}) });
}
