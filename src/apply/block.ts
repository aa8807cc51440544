import type { Move } from '../core/assessment.ts';
import { digestOf } from '../core/digest.ts';
import type { Impact } from '../core/plan.ts';
import type { Answer } from '../core/request.ts';
import type { Day, Desired, TenantPolicy } from '../core/state.ts';
import { stepsOf } from '../core/steps.ts';
import type { Connection } from '../graph/connect.ts';
import { openReader } from '../graph/open-reader.ts';
import { openWriter } from '../graph/open-writer.ts';
import type { GraphReader } from '../graph/reader.ts';
import { APP, appId } from '../levers/app.ts';
import { application } from '../levers/application.ts';
import { enabledForSignIn } from '../levers/enabled-for-sign-in.ts';
import { UnreadableTenant } from '../planning/observe.ts';
import { openJournal } from './journal.ts';
import { type Pausing, pause } from './pause.ts';
import { send } from './send.ts';
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
};

/**
 * What became of it. `off already`: nothing was to be sent · `not shown yet`: accepted, and no read has shown it ·
 * `failed`: nothing was changed, or nobody knows (`not known`).
 */
export type Blocked =
  | { readonly kind: 'blocked' | 'off already' | 'not shown yet'; readonly created: boolean }
  | { readonly kind: 'failed' | 'not known'; readonly message: string; readonly fix: string };

/** Milliseconds between looks while the directory catches up. */
const LOOKS = [1_000, 2_000, 4_000, 8_000, 15_000];

/**
 * Switches “Enabled for users to sign in?” off by one write, whatever the policy says and without a review: it can only
 * take access away. A missing app is created disabled, since one that is not there blocks nobody.
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
  const seen = await look(reader, shut, day);
  const [step] = stepsOf(onlyDown(seen.moves), 0);
  const steps = step === undefined ? [] : [step];
  const digest = digestOf({ policy: shut.desired, steps, impact: NOBODY });
  const head = { run: blocking.run, tenant: policy.desired.tenant.id, digest };
  const journal = openJournal(blocking.journal, head, clock.now);
  const note = `block: ${blocking.reason}`;
  journal.write({ event: 'begin', reviewed: false, steps: steps.length, left: steps.length });
  if (step === undefined) {
    journal.write({ event: 'end', outcome: 'nothing to do', note });
    return { kind: 'off already', created: false };
  }
  const isDone = async () => (await look(reader, shut, day)).moves.length === 0;
  const sent = await send(step, seen.id, { ...blocking, writer: openWriter(connection), journal, isDone });
  if (sent.kind === 'not sent') {
    return { kind: 'failed', message: 'It was interrupted, and nothing was sent.', fix: 'Run it again.' };
  }
  if (sent.kind === 'failed' || sent.kind === 'not known') {
    journal.write({ event: 'end', outcome: 'failed', note });
    return { kind: sent.kind, message: sent.note, fix: sent.fix };
  }
  const shown = await showsAsDone(isDone, blocking);
  journal.write({ event: 'end', outcome: shown ? 'applied' : 'partly applied', note });
  return { kind: shown ? 'blocked' : 'not shown yet', created: seen.id === undefined };
}

/** The app alone is read: whatever else a tenant refuses to show must not stand in the way. */
async function look(reader: GraphReader, policy: TenantPolicy, day: Day) {
  const answers: ReadonlyMap<string, Answer> = await reader.read([APP]);
  const answer = answers.get(APP.path);
  if (answer?.kind === 'refused') throw new UnreadableTenant(APP, answer);
  const moves = [application, enabledForSignIn].flatMap((lever) => lever.assess(policy, answers, day).moves);
  return { id: appId(answers), moves };
}

/** The write is out: that a read fails now must not hide it. */
async function showsAsDone(isDone: () => Promise<boolean>, pausing: Pausing): Promise<boolean> {
  for (const [index, ms] of [...LOOKS, undefined].entries()) {
    if (await isDone().catch(() => false)) return true;
    if (ms === undefined) break;
    await pause(pausing, { ms, attempt: index + 1, of: LOOKS.length, why: 'lagging', what: 'the block' });
  }
  return false;
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
