import { Interrupted } from '../core/interrupted.ts';
import type { Json } from '../core/json.ts';
import type { Step } from '../core/plan.ts';
import { forApplication, type WriteRequest } from '../core/request.ts';
import { TO_ITS_END } from '../graph/edge.ts';
import { GraphFailure } from '../graph/failure.ts';
import type { GraphWriter, WriteAnswer } from '../graph/writer.ts';
import type { Journal } from './journal.ts';
import { type Pausing, pause } from './pause.ts';

/** What became of one step's request. */
export type Sent =
  | { readonly kind: 'done' | 'already so'; readonly note?: string; readonly body?: Json }
  | { readonly kind: 'failed' | 'not known'; readonly note: string; readonly fix: string }
  /** Somebody stopped the run while it waited to send this. */
  | { readonly kind: 'not sent' };

/** What sending needs. `isDone` reads whether the step's changes show as done. */
export type Sending = Pausing & {
  readonly writer: GraphWriter;
  readonly journal: Journal;
  readonly isDone: (step: Step) => Promise<boolean>;
};

/** Milliseconds to wait for a directory that has not caught up with a creation: five minutes in all, before jitter. */
const CATCHING_UP = [2_000, 4_000, 8_000, 16_000, 30_000, 60_000, 60_000, 60_000, 60_000];
/** How often a request whose answer was lost is sent in all. */
const ATTEMPTS = 3;
/** Milliseconds between looks for a write whose answer was lost: reads may lag it by half a minute. */
const LOOKS = [1_000, 5_000, 10_000, 20_000];

/**
 * Sends the request of one step exactly as reviewed. A lost answer is looked for before the request is repeated:
 * a write that took is never sent twice.
 */
export async function send(step: Step, application: string | undefined, sending: Sending): Promise<Sent> {
  const request = forApplication(step.request, application);
  for (let attempt = 1; ; attempt++) {
    sending.journal.write({ event: 'sending', step: step.number, request: shown(request) });
    try {
      const answer = await sendUntilCaughtUp(request, step.number, sending);
      sending.journal.write({
        event: 'answered',
        step: step.number,
        result: answer.kind,
        status: answer.status,
      });
      if (answer.kind === 'accepted')
        return { kind: 'done', ...(answer.body === undefined ? {} : { body: answer.body }) };
      if (answer.kind === 'already-so') return { kind: 'already so', note: answer.message };
      return {
        kind: 'failed',
        note: answer.message,
        fix: 'The directory did not catch up within five minutes. Run the same apply again: it goes on where it stopped.',
      };
    } catch (error) {
      // It waited to send, or to send again what was not executed.
      if (error instanceof Interrupted && attempt === 1) return { kind: 'not sent' };
      if (!(error instanceof GraphFailure)) throw error;
      sending.journal.write({
        event: 'answered',
        step: step.number,
        result: error.reason,
        ...(error.status === undefined ? {} : { status: error.status }),
      });
      if (error.reason !== 'answer-lost') return { kind: 'failed', note: error.message, fix: error.fix };
      if (await tookAnyway(step, sending))
        return { kind: 'done', note: 'the answer was lost, a read shows that it took' };
      if (attempt >= ATTEMPTS)
        return {
          kind: 'not known',
          note: error.message,
          fix: 'Run the same apply again: it reads first and sends only what is left.',
        };
    }
  }
}

async function sendUntilCaughtUp(
  request: WriteRequest,
  step: number,
  sending: Sending,
): Promise<WriteAnswer> {
  const { writer, journal } = sending;
  const write = async () => {
    try {
      return await writer.write(request);
    } catch (error) {
      // The journal says of every request what became of it: this one was not executed.
      if (error instanceof Interrupted) journal.write({ event: 'answered', step, result: 'interrupted' });
      throw error;
    }
  };
  let answer = await write();
  for (const [index, ms] of CATCHING_UP.entries()) {
    if (answer.kind !== 'not-yet') return answer;
    journal.write({ event: 'answered', step, result: answer.kind, status: answer.status });
    const turn = { ms, attempt: index + 1, of: CATCHING_UP.length };
    await pause(sending, { ...turn, why: 'catching up', what: `step ${step}` });
    journal.write({ event: 'sending', step, request: shown(request) });
    answer = await write();
  }
  return answer;
}

/** Half a minute, also when the run is to stop: this is the step under way, and what became of it is to be told. */
async function tookAnyway(step: Step, sending: Sending): Promise<boolean> {
  for (const [index, ms] of LOOKS.entries()) {
    const turn = { ms, attempt: index + 1, of: LOOKS.length };
    await pause(sending, { ...turn, why: 'answer lost', what: `step ${step.number}` }, TO_ITS_END);
    if (await sending.isDone(step)) return true;
  }
  return false;
}

function shown({ method, path, body }: WriteRequest): Pick<WriteRequest, 'method' | 'path' | 'body'> {
  return { method, path, ...(body === undefined ? {} : { body }) };
}
