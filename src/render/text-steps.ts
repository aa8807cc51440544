import type { Step } from '../core/plan.ts';
import { changeWords } from './change-words.ts';
import { indent, type Paint } from './paint.ts';
import { requestLines } from './requests.ts';
import { forTerminal } from './safe.ts';
import { stretches, waitWords } from './stretches.ts';
import { causeWords, groupWords, place, type Sign, signOf } from './words.ts';

/** The steps under the heading of their group; before a narrowing stretch, what apply waits for. */
export function stepLines(steps: readonly Step[], verbose: boolean, paint: Paint): readonly string[] {
  const width = String(steps.at(-1)?.number ?? 0).length;
  return stretches(steps).flatMap(({ group, direction, steps: inside }) => {
    const settle = inside[0]?.settle;
    return [
      ...(settle === undefined ? [] : [paint.careful(`wait: ${waitWords(settle)}`)]),
      `${paint.strong(groupWords(group))} ${paint.faint(`(${direction})`)}`,
      ...indent(
        inside.flatMap((step) => oneStep(step, width, verbose, paint)),
        2,
      ),
    ];
  });
}

function oneStep(step: Step, width: number, verbose: boolean, paint: Paint): readonly string[] {
  const changes = step.changes.map((change) => {
    const why = change.at === undefined ? '' : `  ${paint.faint(`(${place(change.at, forTerminal)})`)}`;
    const cause = causeWords(change);
    const because = cause === undefined ? '' : `  ${paint.careful(`[${cause}]`)}`;
    return `${signed(signOf(change), paint)} ${changeWords(change, forTerminal)}${because}${why}`;
  });
  const [first = forTerminal(step.request.what), ...others] = changes;
  const raw = verbose ? requestLines(step.request).map(paint.faint) : [];
  const number = String(step.number).padStart(width);
  return [`${number}  ${first}`, ...indent([...others, ...raw], width + 2)];
}

/** The sign in its colour. */
export function signed(sign: Sign, paint: Paint): string {
  return sign === '+' ? paint.good(sign) : sign === '-' ? paint.bad(sign) : paint.careful(sign);
}
