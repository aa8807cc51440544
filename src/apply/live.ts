import type { Move } from '../core/assessment.ts';
import { type Finding, refusals } from '../core/finding.ts';
import type { Step } from '../core/plan.ts';
import { type RestsOn, restsOn } from '../core/rests-on.ts';
import type { Day, TenantPolicy } from '../core/state.ts';
import type { GraphReader } from '../graph/reader.ts';
import { appId } from '../levers/app.ts';
import { observe } from '../planning/observe.ts';
import { type Pausing, pause } from './pause.ts';
import { type Remainder, remainderOf } from './remainder.ts';

/** What the reviewed policy asks of a tenant right now. */
export type Live = {
  readonly moves: readonly Move[];
  readonly restsOn: RestsOn;
  readonly application?: string;
};

/** What the policy asks for cannot be told from what the tenant shows now: no step may rest on it. */
class NotTold extends Error {
  override readonly name = 'NotTold';
  readonly fix: string;
  constructor({ rule, message, fix }: Finding) {
    super(`${rule}: ${message}`);
    this.fix = fix ?? 'Plan again.';
  }
}

/**
 * Reads the settings, without people. A setting that was refused or cannot be resolved asks for nothing, which must
 * never look like "done".
 * @throws NotTold where a lever has an error to report, and what reading throws.
 */
export async function readLive(reader: GraphReader, policy: TenantPolicy, day: Day): Promise<Live> {
  const { answers, picture } = await observe(reader, policy, day);
  const [problem] = refusals(picture.assessments.flatMap(({ findings }) => findings));
  if (problem !== undefined) throw new NotTold(problem);
  const application = appId(answers);
  return {
    moves: picture.moves,
    restsOn: restsOn(picture.before),
    ...(application === undefined ? {} : { application }),
  };
}

/** Milliseconds between reads while the directory catches up: reads may lag a write by half a minute. */
const PAUSES = [1_000, 2_000, 4_000, 8_000, 15_000, 15_000];
/** Milliseconds between two reads that are to agree: two answers of the same moment prove little. */
const BETWEEN = 2_000;

/** What reads showed in the end, and whether they agreed on the expected steps as often as was asked. */
export type Seen = { readonly agreed: boolean; readonly last: Remainder; readonly restsOn: RestsOn };

/** Reads until exactly the expected steps show as done, `times` reads in a row, for as long as reads may lag. */
export async function readUntilDone(
  reading: () => Promise<Live>,
  steps: readonly Step[],
  expected: ReadonlySet<number>,
  times: number,
  /** `what`: what goes on afterwards, for whoever is told of the waits. */
  how: Pausing & { readonly what: string },
): Promise<Seen> {
  let live = await reading();
  const compare = async () => {
    live = await reading();
    return remainderOf(steps, live.moves, live.application);
  };
  let last = remainderOf(steps, live.moves, live.application);
  for (const [index, ms] of [...PAUSES, undefined].entries()) {
    let agreeing = shows(last, expected) ? 1 : 0;
    while (agreeing > 0 && agreeing < times) {
      const turn = { ms: BETWEEN, attempt: agreeing, of: times - 1 };
      await pause(how, { ...turn, why: 'agreeing', what: how.what });
      last = await compare();
      agreeing = shows(last, expected) ? agreeing + 1 : 0;
    }
    if (agreeing >= times) return { agreed: true, last, restsOn: live.restsOn };
    if (ms === undefined) break;
    await pause(how, { ms, attempt: index + 1, of: PAUSES.length, why: 'lagging', what: how.what });
    last = await compare();
  }
  return { agreed: false, last, restsOn: live.restsOn };
}

/** Whether exactly these steps are done. */
function shows(remainder: Remainder, expected: ReadonlySet<number>): boolean {
  return (
    remainder.kind === 'covered' &&
    remainder.done.size === expected.size &&
    [...expected].every((number) => remainder.done.has(number))
  );
}
