import type { Json } from '../core/json.ts';
import type { Step } from '../core/plan.ts';
import { forApplication, type WriteRequest } from '../core/request.ts';
import type { Clock } from '../graph/edge.ts';
import { GraphFailure } from '../graph/failure.ts';
import type { GraphWriter, WriteAnswer } from '../graph/writer.ts';
import type { Journal } from './journal.ts';

/** What became of one step's request. */
export type Sent =
  | { readonly kind: 'done' | 'already so'; readonly note?: string; readonly body?: Json }
  | { readonly kind: 'failed' | 'not known'; readonly note: string; readonly fix: string };

/** What sending needs. `isDone` reads whether the step's changes show as done. */
export type Sending = {
  readonly writer: GraphWriter;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly isDone: (step: Step) => Promise<boolean>;
};

/** Milliseconds to wait for a directory that has not caught up with a creation: five minutes in all. */
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
  { writer, journal, clock }: Sending,
): Promise<WriteAnswer> {
  let answer = await writer.write(request);
  for (const pause of CATCHING_UP) {
    if (answer.kind !== 'not-yet') return answer;
    journal.write({ event: 'answered', step, result: answer.kind, status: answer.status });
    await clock.sleep(pause);
    journal.write({ event: 'sending', step, request: shown(request) });
    answer = await writer.write(request);
  }
  return answer;
}

async function tookAnyway(step: Step, { isDone, clock }: Sending): Promise<boolean> {
  for (const pause of LOOKS) {
    await clock.sleep(pause);
    if (await isDone(step)) return true;
  }
  return false;
}

function shown({ method, path, body }: WriteRequest): Pick<WriteRequest, 'method' | 'path' | 'body'> {
  return { method, path, ...(body === undefined ? {} : { body }) };
}
