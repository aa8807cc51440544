import type { Move } from '../core/assessment.ts';
import { type Finding, refusals } from '../core/finding.ts';
import type { Step } from '../core/plan.ts';
import type { Day, TenantPolicy } from '../core/state.ts';
import type { Clock } from '../graph/edge.ts';
import type { GraphReader } from '../graph/reader.ts';
import { appId } from '../levers/app.ts';
import { observe } from '../planning/observe.ts';
import { type Remainder, remainderOf } from './remainder.ts';

/** What the reviewed policy asks of a tenant right now. */
export type Live = { readonly moves: readonly Move[]; readonly application?: string };

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
  return { moves: picture.moves, ...(application === undefined ? {} : { application }) };
}

/** Milliseconds between reads while the directory catches up: reads may lag a write by half a minute. */
const PAUSES = [1_000, 2_000, 4_000, 8_000, 15_000, 15_000];
/** Milliseconds between two reads that are to agree: two answers of the same moment prove little. */
const BETWEEN = 2_000;

/** What reads showed in the end, and whether they agreed on the expected steps as often as was asked. */
export type Seen = { readonly agreed: boolean; readonly last: Remainder };

/** Reads until exactly the expected steps show as done, `times` reads in a row, for as long as reads may lag. */
export async function readUntilDone(
  reading: () => Promise<Live>,
  steps: readonly Step[],
  expected: ReadonlySet<number>,
  times: number,
  clock: Clock,
): Promise<Seen> {
  const compare = async () => {
    const { moves, application } = await reading();
    return remainderOf(steps, moves, application);
  };
  let last = await compare();
  for (const pause of [...PAUSES, undefined]) {
    let agreeing = shows(last, expected) ? 1 : 0;
    while (agreeing > 0 && agreeing < times) {
      await clock.sleep(BETWEEN);
      last = await compare();
      agreeing = shows(last, expected) ? agreeing + 1 : 0;
    }
    if (agreeing >= times) return { agreed: true, last };
    if (pause === undefined) break;
    await clock.sleep(pause);
    last = await compare();
  }
  return { agreed: false, last };
}

/** Whether exactly these steps are done. */
function shows(remainder: Remainder, expected: ReadonlySet<number>): boolean {
  return (
    remainder.kind === 'covered' &&
    remainder.done.size === expected.size &&
    [...expected].every((number) => remainder.done.has(number))
  );
}
