import type { Assessment } from '../core/assessment.ts';
import type { Answers, ReadRequest } from '../core/request.ts';
import type { Day, TenantPolicy } from '../core/state.ts';

/** One Entra setting we move. Pure: what to read and what to write are data. */
export type Lever = {
  readonly name: string;
  /**
   * The reads this lever wants, given what is known so far. Asked again after every round until no lever
   * wants anything new, so a read may depend on an earlier answer (the app's id, say).
   */
  readonly reads: (policy: TenantPolicy, answers: Answers, day: Day) => readonly ReadRequest[];
  /** What the answers mean: the gates as they are, the steps the policy asks for, what is left alone, findings. */
  readonly assess: (policy: TenantPolicy, answers: Answers, day: Day) => Assessment;
};
