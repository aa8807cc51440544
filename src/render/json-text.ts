import { byText, type Json } from '../core/json.ts';

/** Shows as itself in no editor: control, bidi, zero-width and separator characters, lone surrogates. */
const INVISIBLE = /[\u007f-\u009f\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
/** What a CI engine would take for a command in a log line. */
const COMMAND = /#(?=#[a-z]*\[)/gi;

/**
 * JSON for people and machines: keys sorted by code unit, two blanks deep, a newline at the end. Characters that do
 * not show are written `\uXXXX`, so that the text is harmless on a terminal and parses to the same values.
 */
export function jsonText(value: Json): string {
  return `${JSON.stringify(sorted(value), null, 2).replace(INVISIBLE, codeUnits).replace(COMMAND, codeUnits)}\n`;
}

function sorted(value: Json): Json {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(sorted);
  const entries = Object.entries(value).sort(([a], [b]) => byText(a, b));
  // Defines each key, so that one named `__proto__` stays a key.
  return Object.fromEntries(entries.map(([key, each]) => [key, sorted(each)]));
}

function codeUnits(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}
