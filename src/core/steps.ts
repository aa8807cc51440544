import type { GateGroup, Move } from './assessment.ts';
import type { Step } from './plan.ts';

const NARROWING: ReadonlySet<GateGroup> = new Set([
  'disable',
  'require-assignment',
  'narrow-user-consent',
  'remove-assignees',
  'revoke-user-grants',
  'revoke-grant',
]);
const LOOSE: ReadonlySet<GateGroup> = new Set(['add-assignees', 'remove-assignees', 'revoke-user-grants']);
const NEUTRAL: ReadonlySet<GateGroup> = new Set(['visibility', 'create']);

/** Whether steps of this group can take access away. */
export function narrows(group: GateGroup): boolean {
  return NARROWING.has(group);
}

/** Whether the steps of this group rest on one another; those of the others stand each for themselves, in any order. */
export function restOnOneAnother(group: GateGroup): boolean {
  return !LOOSE.has(group);
}

/**
 * Whether agreeing reads and the settle time come before a step: before a narrowing stretch, and before the widening
 * that follows one, since whoever is let in must be stopped by a gate that is really shut, not one only accepted.
 */
export function waitsBefore(group: GateGroup, previous: GateGroup | undefined): boolean {
  const afterNarrowing = previous !== undefined && narrows(previous);
  return narrows(group) ? !afterNarrowing : afterNarrowing;
}

/** Numbers the moves and puts the waits between them. */
export function stepsOf(moves: readonly Move[], settle: number): readonly Step[] {
  return moves.map(({ group, request, changes }, index) => ({
    number: index + 1,
    group,
    direction: narrows(group) ? 'narrows' : NEUTRAL.has(group) ? 'neutral' : 'widens',
    ...(waitsBefore(group, moves[index - 1]?.group) ? { settle } : {}),
    request,
    changes,
  }));
}
