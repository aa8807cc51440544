import { APPLE_MAIL } from '../core/state.ts';
import type { Code } from './code.ts';
import { codeOf } from './codes.ts';
import { EXPLAIN_FORMAT } from './explanation.ts';
import { PHRASES, type Phrase } from './phrases.ts';

/** What a pasted error text says, told without asking anybody. */
export type Pasted = {
  readonly formatVersion: typeof EXPLAIN_FORMAT;
  readonly tool: { readonly name: 'iosmail'; readonly version: string };
  /** Codes that are known here, in the order of the text. */
  readonly codes: readonly Code[];
  /** Known phrases of texts without a known code. */
  readonly phrases: readonly Omit<Phrase, 'pattern'>[];
  /** Codes that nobody knows here. */
  readonly strange: readonly number[];
  /** Set where the text names an app by id, and it is another than Apple Internet Accounts. */
  readonly otherApp?: string;
};

/** More than this of a pasted text is not looked at. */
const LONGEST = 65_536;

const CODED = /AADSTS[\s:#-]*(\d{4,7})\b/gi;
const LABELLED = /\b(?:sign-in )?(?:error[\s_-]*code|fehlercode)["']?\s*[:=]?\s*["']?(\d{4,7})\b/gi;
const ALONE = /^\s*(\d{4,7})\s*$/;
/** The id of an app stands near the word; those of a request or a correlation are none. */
const APPS =
  /\b(?:application|app[ _]?id|client_?id)\b(?:(?!correlation|trace|request).){0,80}?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/gi;

/** Finds codes and known phrases in a text that somebody pasted. A code that is not known is said to be so. */
export function explainText(text: string, version: string): Pasted {
  const looked = text.slice(0, LONGEST);
  const numbers = [...looked.matchAll(CODED), ...looked.matchAll(LABELLED)]
    .toSorted((a, b) => a.index - b.index)
    .map(([, number]) => Number(number));
  const alone = ALONE.exec(looked)?.[1];
  const codes = [...new Set(alone === undefined ? numbers : [Number(alone)])];
  const known = codes.flatMap((code) => codeOf(code) ?? []);
  const phrases = known.length > 0 ? [] : PHRASES.filter(({ pattern }) => pattern.test(looked));
  const apps = [...looked.matchAll(APPS)].map(([, id = '']) => id.toLowerCase());
  const [other] = apps.includes(APPLE_MAIL) ? [] : apps;
  return {
    formatVersion: EXPLAIN_FORMAT,
    tool: { name: 'iosmail', version },
    codes: known,
    phrases: phrases.map(({ pattern: _, ...phrase }) => phrase),
    strange: codes.filter((code) => codeOf(code) === undefined),
    ...(other === undefined ? {} : { otherApp: other }),
  };
}
