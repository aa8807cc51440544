/**
 * Text that comes from a directory, a server or a policy file is foreign: it may try to look like something else.
 * One function per medium makes it harmless. What cannot be shown as it is becomes a visible escape, `\u{202E}`.
 */

/** Longest foreign text shown whole, in characters; Entra's own limit for a display name is 256. */
const LONGEST = 1000;

/**
 * Everything that does not show as itself: control characters (ESC begins ANSI and OSC sequences), bidi controls
 * and isolates, zero-width and other ignorable characters, line and paragraph separators, lone surrogates,
 * private use, and blanks that look like a plain one (the ideographic space of Japanese names stays).
 */
const INVISIBLE =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]|(?![ \u3000])\p{Zs}/gu;
/** Marks beyond three on one character smear over the lines above and below; a leading one sits on our own text. */
const SMEAR = /(?<=\p{M}{3})\p{M}|^\p{M}+/gu;
/** Blanks at the ends or in a row: they could push what follows onto a line of its own. */
const PADDING = /^[ \u3000]+|[ \u3000]+$|(?<=[ \u3000]{2})[ \u3000]+/gu;
/** What a CI engine takes for a command: `::` at the start of a line, `##[` and `##vso[` anywhere in it. */
const COMMAND = /^:(?=:)|#(?=#[a-z]*\[)/gi;

/** Foreign text on a terminal or in a log: one line, nothing hidden, no escape sequence, no workflow command. */
export function forTerminal(text: string): string {
  return visible(text);
}

/** Foreign text in a Markdown paragraph, list item, heading or table cell of GitHub: shows as it is, means nothing. */
export function forMarkdown(text: string): string {
  return visible(text)
    .split(/([ \u3000]+)/)
    .map((word, index) => (index % 2 === 1 ? word : markdownWord(word, index === 0)))
    .join('');
}

/** Foreign text between single backticks, in a table cell or anywhere else. Never empty. */
export function forCodeSpan(text: string): string {
  return inCode(visible(text));
}

/** Foreign text as one quoted CSV cell that no spreadsheet takes for a formula, whatever separator it expects. */
export function forCsv(text: string): string {
  const inert = visible(text).replace(/(^|[;,])(\s*)(?=[=+\-@＝＋－＠])/g, "$1$2'");
  return `"${inert.replaceAll('"', '""')}"`;
}

/**
 * Foreign text in a workflow command of GitHub Actions. A property (`file=…`, `title=…`) ends at `:` and `,`, so they
 * are encoded; in the message after `::` the runner would show that encoding, so ask for `data` there.
 */
export function forWorkflow(text: string, place: 'property' | 'data' = 'property'): string {
  const encoded = visible(text).replaceAll('%', '%25');
  return place === 'data' ? encoded : encoded.replaceAll(':', '%3A').replaceAll(',', '%2C');
}

/** Foreign text on one line, with everything that does not show as itself made visible, cut in the middle if long. */
function visible(text: string): string {
  return cut(text)
    .replace(/\\(?=u\{)/g, escaped)
    .replace(INVISIBLE, escaped)
    .replace(SMEAR, escaped)
    .replace(PADDING, escaped)
    .replace(COMMAND, escaped);
}

/** Both ends stay, because names differ at the end as often as at the start. */
function cut(text: string): string {
  if (text.length <= LONGEST) return text;
  const characters = Array.from(text);
  if (characters.length <= LONGEST) return text;
  return `${characters.slice(0, LONGEST - 200).join('')}…${characters.slice(-200).join('')}`;
}

/** Inside a code span no escape exists, and a table cell ends at `|` even there. */
function inCode(shown: string): string {
  return shown.replace(/[`|]/g, escaped) || ' ';
}

function escaped(characters: string): string {
  return Array.from(
    characters,
    (each) => `\\u{${(each.codePointAt(0) ?? 0).toString(16).toUpperCase()}}`,
  ).join('');
}

/**
 * What GitHub turns into something after Markdown is parsed, so that no escape of Markdown stops it: mentions, issue
 * references, mail and web addresses, emoji shortcodes (half of one may meet a colon of ours), formulas. Only code
 * is left alone by all of them.
 */
const REWRITTEN = /[@#$]|:\/\/|^(?:mailto|xmpp):|www\.|:[\w+-]|\bGH-\d/i;

function markdownWord(word: string, first: boolean): string {
  if (!REWRITTEN.test(word)) return plainWord(word, first);
  const [, before = '', core = '', after = ''] = /^(["'([]*)(.*?)(["')\],;:.!?]*)$/su.exec(word) ?? [];
  if (core === '') return `\`${inCode(word)}\``;
  return `${plainWord(before, false)}\`${inCode(core)}\`${plainWord(after, false)}`;
}

const ENTITIES: { readonly [character: string]: string } = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '|': '&#124;',
  '`': '&#96;',
};

function plainWord(word: string, first: boolean): string {
  const inert = word.replace(/[\\*_[\]{}~^!]/g, '\\$&').replace(/[&<>|`]/g, (each) => ENTITIES[each] ?? '');
  // At the start of a block these would begin a list, an underline of a heading, or a rule.
  return first ? inert.replace(/^(\d*)([-+=.):])/, '$1\\$2') : inert;
}
