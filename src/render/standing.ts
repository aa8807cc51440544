import type { TenantReport } from '../core/report.ts';
import type { Standing } from '../core/standing.ts';
import { count, levelWords, named, number, type Say } from './words.ts';

/** Names told of a longer list. */
const MOST = 5;

/**
 * Where people stand after a run that did not end as planned: "12 have access, 5 have none, everybody else: no access.
 * Nobody who was to keep access has lost it." A line for each thing to know; none where a report does not say.
 */
export function standingLines({ standing }: Pick<TenantReport, 'standing'>, say: Say): readonly string[] {
  if (standing === undefined) return [];
  if (!standing.known) return [`people now: unknown, they could not be read: ${say(standing.why)}`];
  const { people, everyoneElse, lost, beyond } = standing.value;
  const parts = [
    part(people.has, 'has access', 'have access'),
    part(people.may, 'can open it by consenting', 'can open it by consenting'),
    part(people.none, 'has none', 'have none'),
    part(people.unknown, 'is not known', 'are not known'),
    [`everybody else: ${levelWords(everyoneElse, say)}`],
  ].flat();
  return [`people now: ${parts.join(', ')}. ${keptWords(lost, say)}`, ...beyondWords(beyond, say)];
}

function part(people: number, one: string, many: string): readonly string[] {
  return people === 0 ? [] : [`${number(people)} ${people === 1 ? one : many}`];
}

function keptWords(lost: Standing['lost'], say: Say): string {
  if (lost.length === 0) return 'Nobody who was to keep access has lost it.';
  const gone = lost.filter(({ level }) => level !== 'unknown');
  const untold = lost.filter(({ level }) => level === 'unknown');
  const parts = [
    gone.length === 0
      ? []
      : `${number(gone.length)} who ${gone.length === 1 ? 'was' : 'were'} to keep access ${gone.length === 1 ? 'does' : 'do'} not have it: ${names(gone, say)}.`,
    untold.length === 0
      ? []
      : `Of ${number(untold.length)} who ${untold.length === 1 ? 'was' : 'were'} to keep access it is not known: ${names(untold, say)}.`,
  ];
  return parts.flat().join(' ');
}

function beyondWords(beyond: Standing['beyond'], say: Say): readonly string[] {
  if (beyond.length === 0) return [];
  const who = count(beyond.length, 'person has access', 'people have access');
  return [`${who} whom the plan gives none: ${names(beyond, say)}.`];
}

function names(people: Standing['lost'], say: Say): string {
  const told = people
    .slice(0, MOST)
    .map(({ id, name }) => named(name === id ? id : name, say))
    .join(', ');
  return people.length > MOST ? `${told} and ${number(people.length - MOST)} more` : told;
}
