import type { LeftAlone } from '../core/assessment.ts';
import type { Impact, OrderProof, Person } from '../core/plan.ts';
import type { Paint } from './paint.ts';
import { forTerminal } from './safe.ts';
import { columnWords, evidenceNotes, levelCell, losing, named, number, personWords } from './words.ts';

/** People shown by name before the list is cut. */
const SHOWN = 10;

/** Who gains, who loses and who could not be told, by name. */
export function peopleLines(impact: Impact, verbose: boolean, paint: Paint): readonly string[] {
  const list = (title: string, sign: string, people: readonly Person[]): readonly string[] => {
    if (people.length === 0) return [];
    const shown = verbose ? people : people.slice(0, SHOWN);
    const rest = people.length - shown.length;
    return [
      paint.strong(`${title} (${number(people.length)})`),
      ...shown.map((person) => `  ${sign} ${personWords(person, forTerminal)}`),
      ...(rest === 0 ? [] : [`  and ${number(rest)} more; all in --format json`]),
    ];
  };
  return [
    ...list('Gain access', paint.good('+'), impact.gain),
    ...list('Lose access', paint.bad('-'), losing(impact.lose)),
    ...evidenceNotes(impact, forTerminal).map((note) => `  ${paint.faint(note)}`),
    ...list('Not known', paint.careful('?'), impact.unknown),
    ...impact.unread.map(
      (source) => `${paint.careful('?')} not read: ${forTerminal(source)}; the numbers are a lower bound`,
    ),
  ];
}

/** Everybody's level after each group of steps, for the reader to check. */
export function orderLines(order: OrderProof, paint: Paint): readonly string[] {
  const table = [
    ['who', ...order.columns.map((column) => columnWords(column, forTerminal))],
    ...order.rows.map(({ who, levels }) => [
      named(who, forTerminal),
      ...levels.map((level) => levelCell(level, forTerminal)),
    ]),
  ];
  return [
    paint.strong(`Why this order is safe (holds for ${order.holdsFor})`),
    ...(order.givenUp === undefined
      ? []
      : [paint.bad(`  given up on request: ${forTerminal(order.givenUp)}`)]),
    ...columns(table).map((line) => `  ${line}`),
    ...order.assumptions.map((each) => `  assumes: ${forTerminal(each)}`),
    ...order.gaveWay.map((each) => `  gave way: ${forTerminal(each)}`),
  ];
}

/** Settings the policy leaves as they are, and why. */
export function leftAloneLines(settings: readonly LeftAlone[], paint: Paint): readonly string[] {
  if (settings.length === 0) return [];
  return [
    paint.strong('Left alone'),
    ...settings.map(
      ({ label, now, why }) =>
        `  ${named(label, forTerminal)} = ${named(now, forTerminal)} ${paint.faint(`(${forTerminal(why)})`)}`,
    ),
  ];
}

/** Cells in columns as wide as their widest, two blanks between. */
export function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, index) => {
      widths[index] = Math.max(widths[index] ?? 0, Array.from(cell).length);
    });
  }
  return rows.map((row) =>
    row
      .map((cell, index) => cell + ' '.repeat((widths[index] ?? 0) - Array.from(cell).length))
      .join('  ')
      .trimEnd(),
  );
}
