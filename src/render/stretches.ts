import type { GateGroup } from '../core/assessment.ts';
import type { Step } from '../core/plan.ts';
import { count } from './words.ts';

export type Stretch = {
  readonly group: GateGroup;
  readonly direction: Step['direction'];
  readonly steps: readonly Step[];
};

/** Neighbouring steps of one group, one direction and one wait, so that a heading stands over them once. */
export function stretches(steps: readonly Step[]): readonly Stretch[] {
  const found: { group: GateGroup; direction: Step['direction']; steps: Step[] }[] = [];
  for (const step of steps) {
    const last = found.at(-1);
    if (last?.group === step.group && last.direction === step.direction && step.settle === undefined) {
      last.steps.push(step);
    } else {
      found.push({ group: step.group, direction: step.direction, steps: [step] });
    }
  }
  return found;
}

/** What comes before a narrowing stretch, and before the widening that follows one: "two agreeing reads, then 60 s". */
export function waitWords(settle: number): string {
  return settle === 0 ? 'two agreeing reads' : `two agreeing reads, then ${count(settle, 's', 's')}`;
}
