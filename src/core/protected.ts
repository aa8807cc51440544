import type { Who, World } from './access.ts';
import { levelOf } from './access.ts';
import type { Gates } from './assessment.ts';
import type { Finding, Position } from './finding.ts';
import type { Guarded } from './guarded.ts';
import { mayLose, withoutRole } from './impact.ts';
import { candidates, selves, unreadSources } from './people.ts';
import type { Reading } from './request.ts';

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
    const plain = couldBe({ id, principals });
    const inRole = administrators.known && !administrators.value.has(id) ? [] : plain.map(asAdministrator);
    // The role comes and goes by the hour, so nobody is protected by it: what happens without it counts as well.
    const whos = [...plain, ...inRole];
    const loses = (who: Who) => mayLose(before, after, who, guarded.worlds);
    const waits = whos.some((who) =>
      guarded.onTheWay.some((state) => dips(before, state, after, who, guarded.worlds)),
    );
    if (!whos.some(loses)) {
      return waits ? [lost(`The protected person ${upn} would be without access for a while.`, upn, at)] : [];
    }
    const message = lossOf(upn, plain.map(loses), inRole.map(loses), administrators, unread);
    return [lost(message, upn, at)];
  });
}

/** What to say of somebody who may lose access: as they are without the role, and, where they may have it, with it. */
function lossOf(
  upn: string,
  plain: readonly boolean[],
  inRole: readonly boolean[],
  administrators: Reading<unknown>,
  unread: readonly string[],
): string {
  const loses = `The protected person ${upn} would lose access`;
  const evenInRole = !inRole.includes(false);
  if (!plain.includes(false)) {
    if (evenInRole) return `${loses}.`;
    return administrators.known
      ? `The protected person ${upn} would keep access only by the role Global Administrator, which may end any hour.`
      : `${loses}, unless as a Global Administrator, and those could not be read (${administrators.why}).`;
  }
  if (administrators.known && inRole.length > 0 && evenInRole) return `${loses}.`;
  return `Whether the protected person ${upn} keeps access cannot be told: ${unread.join('; ')}.`;
}

const asAdministrator = (who: Who): Who => ({ ...who, administrator: true });

/** Who keeps access, but only as a Global Administrator: they lose it when the role ends, and nobody is told then. */
export function keptByRole({ before, after, directory, worlds, impact }: Guarded): readonly Finding[] {
  const couldBe = selves(before, after, directory);
  const kept = new Set(impact.retain.map(({ id }) => id));
  const names = candidates(before, after, directory)
    .filter(
      (person) =>
        person.administrator === true &&
        kept.has(person.id) &&
        couldBe(withoutRole(person)).some((who) => mayLose(before, after, who, worlds)),
    )
    .map(({ name }) => name);
  if (names.length === 0) return [];
  const more = names.length > 5 ? ` and ${names.length - 5} more` : '';
  const told = impact.unread.length === 0 ? '' : ', as far as could be read';
  return [
    {
      rule: 'kept-by-role',
      severity: 'warning',
      message: `Access would rest on the role Global Administrator alone${told}, and end with it: ${names.slice(0, 5).join(', ')}${more}.`,
      fix: 'Keep them assigned if they are to keep access without the role.',
    },
  ];
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
