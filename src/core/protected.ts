import type { Who, World } from './access.ts';
import { levelOf } from './access.ts';
import type { Gates } from './assessment.ts';
import type { Finding, Position } from './finding.ts';
import type { Guarded } from './guarded.ts';
import { mayLose } from './impact.ts';
import { candidates, selves, unreadSources } from './people.ts';

/**
 * Whether the people the policy protects keep access: at the end and at every state on the way, which matters where
 * `safety.transition` gave up continuity. What nobody could read might be what lets a person in: not told is as bad
 * as lost.
 */
export function protectedPeople(guarded: Guarded): readonly Finding[] {
  const { desired, before, after, directory, origins } = guarded;
  const { administrators } = directory;
  const unread = [
    ...unreadSources(before, after, directory),
    ...(administrators.known ? [] : [`the Global Administrators could not be read (${administrators.why})`]),
  ];
  const couldBe = selves(before, after, directory);
  const people = new Map(candidates(before, after, directory).map((person) => [person.id, person]));
  return desired.safety.protected.flatMap((upn, index): readonly Finding[] => {
    const at = origins[`/safety/protected/${index}`];
    const user = directory.protected.get(upn.toLowerCase());
    if (user === undefined || !user.known || user.value === 'gone') {
      const why = user === undefined ? 'not read' : user.known ? 'no such user in this tenant' : user.why;
      return [unresolvable(upn, why, at)];
    }
    const { id } = user.value;
    const principals = people.get(id)?.principals ?? [id];
    const passes = administrators.known ? [administrators.value.has(id)] : [false, true];
    const whos = couldBe({ id, principals }).flatMap((who) =>
      passes.map((passing): Who => ({ ...who, ...(passing ? { administrator: true } : {}) })),
    );
    const loses = whos.map((who) => mayLose(before, after, who, guarded.worlds));
    const waits = whos.some((who) =>
      guarded.onTheWay.some((state) => dips(before, state, after, who, guarded.worlds)),
    );
    if (!loses.includes(true) && !waits) return [];
    const message = !loses.includes(true)
      ? `The protected person ${upn} would be without access for a while.`
      : loses.includes(false)
        ? `Whether the protected person ${upn} keeps access cannot be told: ${unread.join('; ')}.`
        : `The protected person ${upn} would lose access.`;
    return [lost(message, upn, at)];
  });
}

/** Whether somebody who has access before and after is without it in between. */
function dips(before: Gates, between: Gates, after: Gates, who: Who, worlds: readonly World[]): boolean {
  return worlds.some(
    (world) =>
      levelOf(before, who, world) === 'has' &&
      levelOf(after, who, world) === 'has' &&
      levelOf(between, who, world) !== 'has',
  );
}

function lost(message: string, upn: string, at: Position | undefined): Finding {
  return {
    rule: 'protected-person',
    severity: 'error',
    message,
    fix: 'Keep them assigned, or add an exceptions entry for protected-person with their upn to this policy.',
    waivable: { person: upn.toLowerCase() },
    ...(at === undefined ? {} : { at }),
  };
}

function unresolvable(upn: string, why: string, at: Position | undefined): Finding {
  return {
    rule: 'protected-unresolvable',
    severity: 'error',
    message: `The protected person ${upn} could not be found (${why}), so nobody can say whether they keep access.`,
    fix: 'Correct the address under safety.protected, or remove the entry in a pull request of its own.',
    ...(at === undefined ? {} : { at }),
  };
}
