import { Interrupted } from '../core/interrupted.ts';
import type { Json } from '../core/json.ts';
import type { Step } from '../core/plan.ts';
import type { StepReport, StepResult } from '../core/report.ts';
import { narrows, restOnOneAnother } from '../core/steps.ts';
import type { Applying, Stop } from './applying.ts';
import { type Live, readLive, readUntilDone, type Seen } from './live.ts';
import { pause } from './pause.ts';
import { remainderOf } from './remainder.ts';
import { shiftedSince } from './review.ts';
import { send } from './send.ts';

/** What became of the steps that were tried, by number, and why the rest was not. */
export type SentAll = { readonly reports: ReadonlyMap<number, StepReport>; readonly stop?: Stop };

/**
 * Sends the steps that are left, in their order, and stops at the first that does not take. Nothing is thrown: once
 * something may have been sent, every failure belongs in the report.
 */
export async function sendAll(
  applying: Applying,
  left: readonly Step[],
  doneBefore: ReadonlySet<number>,
  knownApplication: string | undefined,
): Promise<SentAll> {
  const { writer, journal, reviewed } = applying;
  const reports = new Map<number, StepReport>();
  const done = new Set(doneBefore);
  const reading = () => readLive(applying.reader, applying.policy, applying.day);
  const isDone = async ({ number }: Step) => {
    const { moves, application } = await reading();
    const remainder = remainderOf(reviewed.steps, moves, application);
    return remainder.kind === 'covered' && remainder.done.has(number);
  };
  let application = knownApplication;
  let at: number | undefined;
  try {
    for (const [index, step] of left.entries()) {
      at = step.number;
      if (applying.stopping()) return { reports, stop: INTERRUPTED };
      const stop = await beforeStep(
        applying,
        { previous: left[index - 1], step, next: left[index + 1] },
        done,
        reading,
      );
      if (stop !== undefined) return { reports, stop };
      if (applying.stopping()) return { reports, stop: INTERRUPTED };
      applying.onStep?.(step.number, reviewed.steps.length);
      reports.set(step.number, {
        ...reportOf(step, 'not known'),
        note: 'the run ended before its answer came',
      });
      const sent = await send(step, application, { ...applying, writer, journal, isDone });
      if (sent.kind === 'not sent') {
        reports.delete(step.number);
        return { reports, stop: STOPPED };
      }
      reports.set(step.number, {
        ...reportOf(step, sent.kind),
        ...(sent.note === undefined ? {} : { note: sent.note }),
      });
      if (sent.kind === 'failed' || sent.kind === 'not known') {
        const what = sent.kind === 'failed' ? 'failed' : 'may or may not have taken';
        return { reports, stop: { message: `Step ${step.number} ${what}: ${sent.note}`, fix: sent.fix } };
      }
      done.add(step.number);
      if (step.group !== 'create') continue;
      const created = sent.kind === 'done' ? idIn(sent.body) : undefined;
      const settled = created ?? (await settledCreation(applying, done, reading));
      if (typeof settled !== 'string') {
        reports.set(step.number, {
          ...reportOf(step, 'not sent'),
          note: 'somebody else created it meanwhile',
        });
        return { reports, stop: settled };
      }
      application = settled;
    }
    return { reports };
  } catch (error) {
    return { reports, stop: stopFor(error, at) };
  }
}

const INTERRUPTED: Stop = {
  message: 'Interrupted: the step under way was finished, the rest was not sent.',
  fix: 'Run the same apply again to send the rest.',
};

/** The run was stopped while it waited, so no step was under way. */
const STOPPED: Stop = { ...INTERRUPTED, message: 'Interrupted while waiting: the rest was not sent.' };

function stopFor(error: unknown, at: number | undefined): Stop {
  if (error instanceof Interrupted) return STOPPED;
  const message = error instanceof Error ? error.message : 'something that is no error was thrown';
  const fix =
    error instanceof Error && 'fix' in error && typeof error.fix === 'string' ? error.fix : undefined;
  return {
    message: at === undefined ? message : `At step ${at}: ${message}`,
    fix: fix ?? 'Run the same apply again: it reads first and sends only what is left.',
  };
}

/** A step between its neighbours, where it has any. */
type Place = { readonly previous: Step | undefined; readonly step: Step; readonly next: Step | undefined };

/**
 * Before a group of steps: a look that the tenant is where the steps so far have led, and nowhere else, since others
 * may write to it too. Before a narrowing stretch, and before the widening that follows one, two agreeing reads and
 * the settle time come before the last look.
 * @param place the steps of this run next to it; what is first follows the reads of the review.
 */
async function beforeStep(
  applying: Applying,
  { previous, step, next }: Place,
  done: ReadonlySet<number>,
  reading: () => Promise<Live>,
): Promise<Stop | undefined> {
  const { reviewed, policy, journal } = applying;
  // A run that goes on in the middle of a stretch cannot know how long ago the earlier steps were: it settles too.
  const settles = step.settle !== undefined || (previous === undefined && narrows(step.group));
  if (!settles && (previous === undefined || (previous.group === step.group && !completes(step, next))))
    return undefined;
  const what = `step ${step.number}`;
  const look = async (times: number) =>
    reasonToStop(
      applying,
      step,
      await readUntilDone(reading, reviewed.steps, done, times, { ...applying, what }),
    );
  const stop = await look(settles ? 2 : 1);
  if (stop !== undefined) return stop;
  const ms = settles ? (step.settle ?? policy.desired.safety.settle) * 1000 : 0;
  if (ms > 0) {
    await pause(applying, { ms, attempt: 1, of: 1, why: 'settling', what });
    // Whoever stops the run while it waits does not want what comes next.
    if (applying.stopping()) return INTERRUPTED;
    const moved = await look(1);
    if (moved !== undefined) return moved;
  }
  if (settles && narrows(step.group))
    journal.write({
      event: 'losing',
      people: [...reviewed.impact.lose, ...reviewed.impact.unknown].map(({ id }) => id),
    });
  return undefined;
}

/**
 * Whether a step puts in force what the others of its group prepared: a consent policy assigned before its conditions
 * took lets nobody consent.
 */
function completes({ group }: Step, next: Step | undefined): boolean {
  return restOnOneAnother(group) && next?.group !== group;
}

function reasonToStop(
  { reviewed, begun }: Pick<Applying, 'reviewed' | 'begun'>,
  step: Step,
  { agreed, last, restsOn }: Seen,
): Stop | undefined {
  const before = `Stopped before step ${step.number}${TURN[step.direction]}`;
  const moved = last.kind === 'moved' ? last : shiftedSince(reviewed, restsOn);
  if (moved !== undefined) {
    return {
      message: `${before}: ${moved.why}.`,
      fix: 'Plan again from the state the tenant is in now.',
      moved: { reviewed: moved.reviewed, live: moved.live },
    };
  }
  if (agreed) return undefined;
  // What this run read at first was from before the writes of the earlier one.
  if (begun) {
    return {
      message: `${before}: reads do not agree on what was done so far. An earlier run of this plan sent changes, and reads may still lag behind them.`,
      fix: 'Run the same apply again in a minute: it goes on once the directory shows its earlier steps. If it never does, something outside undoes them.',
    };
  }
  return {
    message: `${before}: reads do not agree on what was done so far.`,
    fix: 'Run the same apply again later: it goes on once the directory shows its earlier steps. If it never does, something outside undoes them.',
  };
}

const TURN: { readonly [direction in Step['direction']]: string } = {
  narrows: ', which takes access away',
  widens: ', which gives access',
  neutral: '',
};

/** The id of an app that somebody else created meanwhile: it must have the gates that were to be posted. */
async function settledCreation(
  applying: Applying,
  done: ReadonlySet<number>,
  reading: () => Promise<Live>,
): Promise<string | Stop> {
  const how = { ...applying, what: 'the app that was created' };
  const { agreed, last } = await readUntilDone(reading, applying.reviewed.steps, done, 1, how);
  const { application } = await reading();
  if (agreed && application !== undefined) return application;
  return {
    message: 'The app is there, but not with the reviewed settings: somebody else created it meanwhile.',
    fix: 'Plan again: the new plan starts from the app as it is now.',
    ...(last.kind === 'moved' ? { moved: { reviewed: last.reviewed, live: last.live } } : {}),
  };
}

function idIn(body: Json | undefined): string | undefined {
  if (body === undefined || body === null || typeof body !== 'object' || !('id' in body)) return undefined;
  return typeof body.id === 'string' ? body.id : undefined;
}

/** One line of the report. */
export function reportOf(step: Step, result: StepResult): StepReport {
  return { number: step.number, what: step.request.what, changes: step.changes, result };
}
