import type { GateGroup } from '../core/assessment.ts';
import { bothGuards } from '../core/guardrail.ts';
import type { Outcome, TenantReport } from '../core/report.ts';
import { known, type Reading, unknown } from '../core/request.ts';
import type { Standing } from '../core/standing.ts';
import { appId } from '../levers/app.ts';
import { observeWithPeople } from '../planning/observe.ts';
import { mayLoseIn, planOf, readStanding } from '../planning/plan-tenant.ts';
import type { Applying, Stop } from './applying.ts';
import { type Journal, JournalError } from './journal.ts';
import { judge } from './review.ts';
import { reportOf, sendAll } from './send-all.ts';
import { verify } from './verify.ts';

/**
 * Applies what was reviewed to one tenant: judges the live state, sends what is left in the reviewed order, and reads
 * back.
 * @throws what reading throws before the first write; once something may have been sent, failures end in the report.
 */
export async function applyTenant(applying: Applying): Promise<TenantReport> {
  const { reader, reviewed, journal, day, recentLosses, begun, review } = applying;
  const guard = bothGuards(applying.policy.guard, review?.guard);
  const policy = guard === undefined ? applying.policy : { ...applying.policy, guard };
  const seen = await observeWithPeople(reader, policy, day);
  const application = appId(seen.answers);
  const inOrder = (order?: readonly GateGroup[]) => planOf(seen, policy, day, recentLosses, order);
  const verdict = judge(reviewed, policy, {
    fresh: inOrder(),
    inOrder,
    mayLose: mayLoseIn(seen, policy),
    begun,
    application,
    approvals: review?.under.approvedBy.length ?? 0,
  });
  const { tenant, steps } = reviewed;
  if (verdict.kind !== 'go') {
    const problem = {
      message: `${{ stale: 'Stale plan', refused: 'Refused', failed: 'Not applied' }[verdict.kind]}: ${verdict.why.replace(/\.$/, '')}. Nothing was sent.`,
      fix: verdict.kind === 'stale' ? 'Plan again and have the new plan reviewed.' : verdict.fix,
    };
    const moved =
      verdict.kind === 'stale' ? { moved: { reviewed: verdict.reviewed, live: verdict.live } } : {};
    return {
      tenant,
      outcome: verdict.kind,
      steps: steps.map((step) => reportOf(step, 'not sent')),
      ...moved,
      problem,
    };
  }
  const { left, done } = verdict.remainder;
  const withdrawn =
    left.length === 0 ? undefined : ((await applying.review?.recheck()) ?? (await applying.heldNow?.()));
  if (withdrawn !== undefined) {
    return {
      tenant,
      outcome: 'refused',
      steps: steps.map((step) => reportOf(step, 'not sent')),
      problem: withdrawn,
    };
  }
  journal.write({
    event: 'begin',
    reviewed: applying.review !== undefined,
    steps: steps.length,
    left: left.length,
  });
  if (left.length === 0) {
    journal.write({ event: 'end', outcome: 'nothing to do' });
    return { tenant, outcome: 'nothing to do', steps: steps.map((step) => reportOf(step, 'already so')) };
  }
  const sent = await sendAll(applying, left, done, application);
  const read = sent.stop === undefined ? await verify(applying) : undefined;
  const touched =
    done.size > 0 ||
    [...sent.reports.values()].some(({ result }) => result !== 'failed' && result !== 'not sent');
  const unfinished = sent.stop ?? read?.problem;
  const moved = touched ? undefined : sent.stop?.moved;
  const untouched: Outcome = moved === undefined ? 'failed' : 'stale';
  const ended: Outcome = unfinished === undefined ? 'applied' : touched ? 'partly applied' : untouched;
  const unwritten = endJournal(journal, ended, unfinished?.message);
  const standing = unfinished === undefined ? undefined : await standingNow(applying);
  const problem = unfinished ?? unwritten;
  return {
    tenant,
    outcome: unwritten !== undefined && ended === 'applied' ? 'partly applied' : ended,
    steps: steps.map((step) => {
      if (read?.without?.has(step.number))
        return { ...reportOf(step, 'failed'), note: 'accepted, but not effective' };
      return (
        sent.reports.get(step.number) ?? reportOf(step, done.has(step.number) ? 'already so' : 'not sent')
      );
    }),
    ...(read === undefined
      ? {}
      : { verification: { result: read.result, notes: [...verdict.notes, ...read.notes] } }),
    ...(moved === undefined ? {} : { moved }),
    ...(standing === undefined ? {} : { standing }),
    ...(problem === undefined ? {} : { problem }),
  };
}

/** Whoever has to decide what to do next must know where people stand; what stands in the way of that is said. */
async function standingNow({ reader, policy, day, reviewed }: Applying): Promise<Reading<Standing>> {
  try {
    return known(await readStanding(reader, policy, day, reviewed.impact));
  } catch (error) {
    return unknown(error instanceof Error ? error.message : 'something that is no error was thrown');
  }
}

/** A last line that cannot be written must not hide what was applied: it is told in the report. */
function endJournal(journal: Journal, outcome: Outcome, note: string | undefined): Stop | undefined {
  try {
    journal.write({ event: 'end', outcome, ...(note === undefined ? {} : { note }) });
    return undefined;
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    return {
      message: `The tenant is as reported, but the journal is not complete: ${error.message}`,
      fix: error.fix,
    };
  }
}
