import { levelOf, RANK, type Who, type World } from './access.ts';
import type { Gates } from './assessment.ts';
import type { Identified } from './classes.ts';
import { type Candidate, candidates, type Directory, selves, unreadSources } from './people.ts';
import type { Effectiveness, Impact, LevelOrUnknown, Person } from './plan.ts';
import { reasonsOf } from './reason.ts';

/** What a change does to one person: the same in every world, or not told. */
type Fate = 'gains' | 'loses' | 'keeps' | 'without' | 'unknown';

/** A person's level, if every world agrees on it. */
export function levelIn(gates: Gates, who: Who, worlds: readonly World[]): LevelOrUnknown {
  const levels = new Set(worlds.map((world) => levelOf(gates, who, world)));
  const [level] = levels;
  return levels.size === 1 && level !== undefined ? level : 'unknown';
}

/**
 * What becomes of a person: a drop from *has* to *may* is a loss too ("must consent again").
 * @param selves who the person may turn out to be, where not everything about them was read.
 */
function fate(before: Gates, after: Gates, selves: readonly Who[], worlds: readonly World[]): Fate {
  const moves = selves.flatMap((who) =>
    worlds.map((world) => {
      const [from, to] = [RANK[levelOf(before, who, world)], RANK[levelOf(after, who, world)]];
      if (from === to) return from === RANK.has ? 'keeps' : 'without';
      return to > from ? 'gains' : 'loses';
    }),
  );
  const [first] = moves;
  return first !== undefined && moves.every((move) => move === first) ? first : 'unknown';
}

/** Whether some world makes the person end lower: what limits and protection go by. */
export function mayLose(before: Gates, after: Gates, who: Who, worlds: readonly World[]): boolean {
  return worlds.some((world) => RANK[levelOf(after, who, world)] < RANK[levelOf(before, who, world)]);
}

/** The same person, should they be Global Administrator no more. */
export function withoutRole<T extends Identified>({
  administrator: _,
  ...person
}: T): Omit<T, 'administrator'> {
  return person;
}

/** Who gains, loses and keeps access, and what is left to everyone else. */
export function impactOf(
  before: Gates,
  after: Gates,
  directory: Directory,
  worlds: readonly World[],
): Impact {
  const couldBe = selves(before, after, directory);
  const fateOf = (person: Candidate) => fate(before, after, couldBe(person), worlds);
  const fates = candidates(before, after, directory).map((person) => {
    const is = fateOf(person);
    // An assignment outlasts the role: who gets one gains, though they have access already.
    const gets = is === 'keeps' && fateOf(withoutRole(person)) === 'gains';
    return [person, gets ? 'gains' : is] as const;
  });
  const those = (wanted: Fate, why: (person: Candidate) => readonly string[] = () => []) =>
    fates.filter(([, is]) => is === wanted).map(([person]) => shown(person, why(person)));
  const reasons = (is: 'gains' | 'loses') => (person: Candidate) => reasonsOf(before, after, person, is);
  const gained = (person: Candidate) => {
    const why = reasons('gains')(person);
    return why.length > 0 ? why : reasons('gains')(withoutRole(person));
  };
  const stranger: Who = { principals: [], own: { scopes: new Set() } };
  return {
    gain: those('gains', gained),
    lose: those('loses', reasons('loses')),
    retain: those('keeps'),
    unknown: those('unknown'),
    everyoneElse: { before: levelIn(before, stranger, worlds), after: levelIn(after, stranger, worlds) },
    unread: unreadSources(before, after, directory),
  };
}

/** The net effect, by people; opening or closing user consent counts whatever this app's gates say. */
export function effectOf(
  impact: Impact,
  consent: { readonly widens: boolean; readonly narrows: boolean },
): Effectiveness {
  const { before, after } = impact.everyoneElse;
  const strangers = before === 'unknown' || after === 'unknown' ? 0 : RANK[after] - RANK[before];
  const widens = impact.gain.length > 0 || strangers > 0 || consent.widens;
  const narrows = impact.lose.length > 0 || strangers < 0 || consent.narrows;
  if (widens && narrows) return 'widens and narrows';
  return widens ? 'widens' : narrows ? 'narrows' : 'neutral';
}

function shown({ id, name, via, kind }: Candidate, why: readonly string[]): Person {
  return { id, name, via, ...(kind === undefined ? {} : { kind }), ...(why.length === 0 ? {} : { why }) };
}
