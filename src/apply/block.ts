import type { Move } from '../core/assessment.ts';
import { digestOf } from '../core/digest.ts';
import type { Impact, Step } from '../core/plan.ts';
import type { Answers } from '../core/request.ts';
import type { Day, Desired, TenantPolicy } from '../core/state.ts';
import { stepsOf } from '../core/steps.ts';
import type { Connection } from '../graph/connect.ts';
import { openReader } from '../graph/open-reader.ts';
import { openWriter } from '../graph/open-writer.ts';
import type { GraphReader } from '../graph/reader.ts';
import type { GraphWriter } from '../graph/writer.ts';
import { APP, appId } from '../levers/app.ts';
import { application } from '../levers/application.ts';
import { enabledForSignIn } from '../levers/enabled-for-sign-in.ts';
import { UnreadableTenant } from '../planning/observe.ts';
import { problemOf } from '../planning/problem.ts';
import { LOOKS, staysOff } from './block-looks.ts';
import { openJournal } from './journal.ts';
import { type Pausing, pause } from './pause.ts';
import { type Sent, send } from './send.ts';
import { type Holder, takeLock } from './tenant-lock.ts';

/** What blocking one tenant needs. */
export type Blocking = Pausing & {
  /** Signs in with the identity that may write. */
  readonly connect: () => Promise<Connection>;
  readonly policy: TenantPolicy;
  /** The folder of the journals. */
  readonly journal: string;
  readonly run: string;
  readonly holder: Holder;
  readonly reason: string;
  readonly day: Day;
  /** Called once, right before anything is sent: what it writes down is there whatever becomes of the run. */
  readonly onSending?: () => Promise<void>;
};

/**
 * What became of it. `not shown yet`: accepted, and reads do not agree on it · `on again`: it was off, and is not any
 * more · `failed`: nothing was changed, for sure · `not known`: nobody knows.
 */
export type Blocked =
  | { readonly kind: 'blocked' | 'not shown yet' | 'on again'; readonly created: boolean }
  | { readonly kind: 'failed' | 'not known'; readonly message: string; readonly fix: string };

/**
 * Switches “Enabled for users to sign in?” off by one write, whatever the policy says and without a review: it can only
 * take access away. It is sent whatever a read shows, since reads lag. A missing app is created disabled, since one that
 * is not there blocks nobody.
 * @throws LockHeld where an apply is under way here that might switch it on again; UnreadableTenant where the app cannot
 * be read; JournalError, and what signing in and reading throw; each before anything is sent.
 */
export async function blockTenant(blocking: Blocking): Promise<Blocked> {
  const { policy, journal, run, holder, clock } = blocking;
  const release = takeLock(journal, policy.desired.tenant, { holder, run, now: clock.now });
  try {
    return await shutOff(blocking, await blocking.connect());
  } finally {
    release();
  }
}

async function shutOff(blocking: Blocking, connection: Connection): Promise<Blocked> {
  const { policy, day, clock } = blocking;
  const shut = shutting(policy.desired);
  const reader = openReader(connection);
  const looking = () => look(reader, shut, day);
  const seen = await looking();
  const step = stepOf(seen);
  const digest = digestOf({ policy: shut.desired, steps: [step], impact: NOBODY });
  const head = { run: blocking.run, tenant: policy.desired.tenant.id, digest };
  const journal = openJournal(blocking.journal, head, clock.now);
  const note = `block: ${blocking.reason}`;
  journal.write({ event: 'begin', reviewed: false, steps: 1, left: 1 });
  const out = { sending: false, lost: false };
  const writer = telling(openWriter(connection), async () => {
    if (!out.sending) await blocking.onSending?.();
    out.sending = true;
  });
  const isDone = async () => {
    // Only an answer that was lost is looked for: whatever fails afterwards, that request may have taken.
    out.lost = true;
    // Where reads showed “off” before, they cannot tell whether it took: it is sent again.
    return !seen.isOff && (await looking()).isOff;
  };
  const sending = { ...blocking, writer, journal, isDone };
  try {
    const { sent, created } = await sendUntilThere(step, seen, looking, sending);
    if (sent.kind === 'not sent') {
      return { kind: 'failed', message: 'It was interrupted, and nothing was sent.', fix: 'Run it again.' };
    }
    if (sent.kind === 'failed' || sent.kind === 'not known') {
      journal.write({ event: 'end', outcome: 'failed', note });
      if (out.lost) return { kind: 'not known', message: sent.note, fix: AGAIN };
      return { kind: sent.kind, message: sent.note, fix: sent.fix };
    }
    const shown = await staysOff(looking, blocking);
    const outcome = shown === 'blocked' ? 'applied' : 'partly applied';
    journal.write({ event: 'end', outcome, note });
    return { kind: shown, created };
  } catch (error) {
    if (!out.sending) throw error;
    return { kind: 'not known', ...problemOf(error) };
  }
}

const AGAIN = 'Run the same block again: it may be sent twice.';

/** The app alone as it shows: its id where there is one, whether it is off, and the moves that shut it for sure. */
type Look = { readonly id: string | undefined; readonly isOff: boolean; readonly moves: readonly Move[] };

function stepOf({ moves }: Look): Step {
  const [step] = stepsOf(onlyDown(moves), 0);
  if (step === undefined) throw new Error('A block without a write.');
  return step;
}

/** An app that turns out to be there, though a read did not show it, may be on: it is shut like any other. */
async function sendUntilThere(
  step: Step,
  seen: Look,
  looking: () => Promise<Look>,
  sending: Parameters<typeof send>[2],
): Promise<{ readonly sent: Sent; readonly created: boolean }> {
  const sent = await send(step, seen.id, sending);
  if (sent.kind !== 'already so' || seen.id !== undefined) return { sent, created: seen.id === undefined };
  for (const [index, ms] of LOOKS.entries()) {
    const turn = { ms, attempt: index + 1, of: LOOKS.length };
    await pause(sending, { ...turn, why: 'lagging', what: 'the app that is there already' });
    const there = await looking().catch(() => seen);
    if (there.id !== undefined) return { sent: await send(stepOf(there), there.id, sending), created: false };
  }
  const note = 'The app is in the tenant, but no read shows it yet, so it could not be switched off.';
  return {
    sent: { kind: 'failed', note, fix: 'Run the same block again in a minute.' },
    created: false,
  };
}

function telling(writer: GraphWriter, before: () => Promise<void>): GraphWriter {
  return {
    write: async (request) => {
      await before();
      return await writer.write(request);
    },
  };
}

/** The app alone is read: whatever else a tenant refuses to show must not stand in the way. */
async function look(reader: GraphReader, policy: TenantPolicy, day: Day): Promise<Look> {
  const answers = await reader.read([APP]);
  const answer = answers.get(APP.path);
  if (answer?.kind === 'refused') throw new UnreadableTenant(APP, answer);
  const movesBy = (shown: Answers) =>
    [application, enabledForSignIn].flatMap((lever) => lever.assess(policy, shown, day).moves);
  return {
    id: appId(answers),
    isOff: movesBy(answers).length === 0,
    // “Off already” may be what a lagging read still shows of an app that was switched on a moment ago.
    moves: movesBy(asIfOn(answers)),
  };
}

function asIfOn(answers: Answers): Answers {
  const answer = answers.get(APP.path);
  if (answer?.kind !== 'found' || answer.value === null || typeof answer.value !== 'object') return answers;
  if (Array.isArray(answer.value)) return answers;
  return new Map([[APP.path, { ...answer, value: { ...answer.value, accountEnabled: true } }]]);
}

/** Everything left alone but the one gate. */
function shutting(desired: Desired): TenantPolicy {
  const { assignmentRequired } = desired.application;
  return {
    desired: {
      ...desired,
      application: {
        enabledForSignIn: false,
        // Of use only for an app that has to be created: as the policy wants it once it is switched on again.
        assignmentRequired,
        visibleToUsers: 'unmanaged',
      },
    },
    origins: {},
  };
}

/** The lever's word that it takes access away is checked, since nobody reviews this write. */
function onlyDown(moves: readonly Move[]): readonly Move[] {
  const isDown = moves.every(({ effects }) =>
    effects.every((effect) =>
      effect.gate === 'exists' ? !effect.enabled : effect.gate === 'enabled' && !effect.to,
    ),
  );
  if (moves.length > 1 || !isDown) throw new Error('A block would do more than switch sign-in off.');
  return moves;
}

const NOBODY: Impact = {
  gain: [],
  lose: [],
  retain: [],
  unknown: [],
  everyoneElse: { before: 'unknown', after: 'none' },
  unread: [],
};
