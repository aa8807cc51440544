import type { LeftAlone } from '../core/assessment.ts';
import type { Impact, OrderProof, Person, Step, TenantPlan } from '../core/plan.ts';
import type { Origins } from '../core/state.ts';
import { changeWords } from './change-words.ts';
import { type Block, fenced, table } from './markdown-parts.ts';
import { effectiveValues } from './policy-origins.ts';
import { requestLines } from './requests.ts';
import { forMarkdown } from './safe.ts';
import { stretches, waitWords } from './stretches.ts';
import {
  causeWords,
  columnWords,
  evidenceNotes,
  groupWords,
  levelCell,
  losing,
  named,
  number,
  personWords,
  place,
  signOf,
} from './words.ts';

/** People shown by name before the list is cut. */
const SHOWN = 10;

/** The steps under the heading of their group, in a table each. */
export function stepItems({ steps, status }: TenantPlan, verbose: boolean): readonly Block[] {
  if (steps.length === 0) return [];
  const title = status === 'refused' ? 'Steps it would take' : 'Steps, in this order';
  const rows = stretches(steps).flatMap((stretch) => {
    const settle = stretch.steps[0]?.settle;
    const wait = settle === undefined ? [] : [['', '', `*wait: ${waitWords(settle)}*`, '', '']];
    return [...wait, ...stretch.steps.flatMap((step) => stepRows(step))];
  });
  return [
    [`**${title}**`],
    table(['Step', '', 'Change', 'What it does', 'Why'], rows),
    ...(verbose
      ? [
          ['**Requests**'],
          fenced(
            steps.flatMap(({ request }) => requestLines(request)),
            'text',
          ),
        ]
      : []),
  ];
}

function stepRows({ number: at, changes, request, group, direction }: Step): readonly (readonly string[])[] {
  const does = `${groupWords(group)} (${direction})`;
  if (changes.length === 0) return [[String(at), '', forMarkdown(request.what), does, '']];
  return changes.map((change, index) => [
    index === 0 ? String(at) : '',
    `\\${signOf(change)}`,
    changeWords(change, forMarkdown),
    index === 0 ? does : '',
    [causeWords(change) ?? [], change.at === undefined ? [] : place(change.at, forMarkdown)]
      .flat()
      .join(' · '),
  ]);
}

/** @param whole where all of them are named, as Markdown. */
export function peopleItems(impact: Impact, verbose: boolean, whole = '`--format json`'): readonly Block[] {
  const list = (title: string, people: readonly Person[]): readonly Block[] => {
    if (people.length === 0) return [];
    const shown = verbose ? people : people.slice(0, SHOWN);
    const rest = people.length - shown.length;
    return [
      [`**${title} (${number(people.length)})**`],
      [
        ...shown.map((person) => `- ${personWords(person, forMarkdown)}`),
        ...(rest === 0 ? [] : [`- and ${number(rest)} more; all in ${whole}`]),
      ],
    ];
  };
  const notes = evidenceNotes(impact, forMarkdown).map((note) => `- ${note}`);
  return [
    ...list('Gain access', impact.gain),
    ...list('Lose access', losing(impact.lose)),
    ...(notes.length === 0 ? [] : [notes]),
    ...list('Not known', impact.unknown),
    ...(impact.unread.length === 0
      ? []
      : [impact.unread.map((source) => `- not read: ${forMarkdown(source)}; the numbers are a lower bound`)]),
  ];
}

/** Everybody's level after each group of steps. */
export function orderTable(order: OrderProof): readonly Block[] {
  const rows = order.rows.map(({ who, levels }) => [
    named(who, forMarkdown),
    ...levels.map((level) => levelCell(level, forMarkdown)),
  ]);
  const notes = [
    ...(order.givenUp === undefined ? [] : [`- given up on request: ${forMarkdown(order.givenUp)}`]),
    ...order.assumptions.map((each) => `- assumes: ${forMarkdown(each)}`),
    ...order.gaveWay.map((each) => `- gave way: ${forMarkdown(each)}`),
  ];
  return [
    [`**Why this order is safe (holds for ${order.holdsFor})**`],
    table(['who', ...order.columns.map((column) => columnWords(column, forMarkdown))], rows),
    ...(notes.length === 0 ? [] : [notes]),
  ];
}

export function leftAloneItems(settings: readonly LeftAlone[]): readonly Block[] {
  if (settings.length === 0) return [];
  return [
    ['**Left alone**'],
    settings.map(
      ({ label, now, why }) => `- ${forMarkdown(label)} = ${named(now, forMarkdown)} (${forMarkdown(why)})`,
    ),
  ];
}

export function policyTable(plan: TenantPlan, origins: Origins): readonly Block[] {
  const values = effectiveValues(plan.policy, origins, forMarkdown);
  return [
    ['**Effective policy**'],
    table(
      ['Key', 'Value', 'From'],
      values.map(({ key, value, from }) => [key, value, from]),
    ),
    [
      `- tenant id ${forMarkdown(plan.tenant.id)}, cloud ${plan.tenant.cloud}, app id ${forMarkdown(plan.appId)}`,
      `- digest ${forMarkdown(plan.digest)}`,
    ],
  ];
}
