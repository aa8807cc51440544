import type { World } from './access.ts';
import type { Gates } from './assessment.ts';
import type { Directory } from './people.ts';
import type { Impact } from './plan.ts';
import type { Day, Desired, Origins } from './state.ts';

/** What the guard judges. `recentLosses`: ids of people who lost access in earlier applies of the last seven days. */
export type Guarded = {
  readonly desired: Desired;
  readonly origins: Origins;
  readonly before: Gates;
  readonly after: Gates;
  /** The states between the two, in the order of the plan. */
  readonly onTheWay: readonly Gates[];
  readonly impact: Impact;
  readonly directory: Directory;
  readonly worlds: readonly World[];
  readonly recentLosses: ReadonlySet<string>;
  readonly day: Day;
};
