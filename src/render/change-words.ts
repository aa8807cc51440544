import type { Change } from '../core/assessment.ts';
import { byText, type Json, sameJson } from '../core/json.ts';
import { named, type Say } from './words.ts';

/** A setting's value: Yes and No as on the page of the app, lists as lists, properties by name. */
export function valueWords(value: Json, say: Say): string {
  if (value === null) return 'absent';
  if (typeof value === 'boolean') return value ? 'Yes' : 'No';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return value.trim() === '' ? `"${say(value)}"` : say(value);
  if (isObject(value))
    return listed(properties(value).map(([key, each]) => labelled(key, valueWords(each, say), say)));
  return listed(value.map((each) => valueWords(each, say)));
}

/** One change on one line: label, whom it concerns with its id once, and old → new where both say something. */
export function changeWords(change: Change, say: Say): string {
  const { label, subject, setting } = change;
  const id = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.exec(setting)?.[0];
  const who = subject === undefined ? '' : named(subject, say);
  const shownId = id === undefined || subject?.includes(id) ? '' : id;
  const words = [who, shownId, moveWords(change, say)].filter((each) => each !== '').join(' ');
  return words === '' ? say(label) : labelled(label, words, say);
}

function moveWords({ before, after, words, subject }: Change, say: Say): string {
  if (words !== undefined) return `${say(words.before)} → ${say(words.after)}`;
  if (before !== null && after !== null) return differences(before, after, say);
  const only = before ?? after;
  // "Users and groups: SG-iOS-Mail → Yes" would say nothing more than its sign does.
  if (only === null || (only === true && subject !== undefined)) return '';
  return valueWords(only, say);
}

/** Old → new; of two objects only the properties that differ. */
function differences(before: Json, after: Json, say: Say): string {
  if (!isObject(before) || !isObject(after)) return `${valueWords(before, say)} → ${valueWords(after, say)}`;
  const [old, now] = [new Map(properties(before)), new Map(properties(after))];
  const keys = [...new Set([...old.keys(), ...now.keys()])].sort(byText);
  const moved = keys.flatMap((key) => {
    const [was, is] = [old.get(key) ?? null, now.get(key) ?? null];
    return sameJson(was, is) ? [] : [labelled(key, `${valueWords(was, say)} → ${valueWords(is, say)}`, say)];
  });
  return moved.join('; ');
}

/** "Assignment required? Yes" but "tags: HideApp". */
function labelled(label: string, words: string, say: Say): string {
  return label.endsWith('?') ? `${say(label)} ${words}` : `${say(label)}: ${words}`;
}

function listed(words: readonly string[]): string {
  return words.length === 0 ? 'nothing' : words.join(', ');
}

type Properties = { readonly [key: string]: Json };

function isObject(value: Json): value is Properties {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** Sorted, so that a plan reads the same before and after it was a file. */
function properties(value: Properties): readonly (readonly [string, Json])[] {
  return Object.entries(value).sort(([a], [b]) => byText(a, b));
}
