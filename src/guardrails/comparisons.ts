import type { Expr } from './names.ts';

const ONOFF = ['unmanaged'];
const LEVELS = ['none', 'may', 'has', 'unknown'];

/** Fields that hold one of few words, by their names: another word would never be equal, and nobody would notice. */
const WORDS: { readonly [field: string]: readonly string[] } = {
  enabledForSignIn: ONOFF,
  assignmentRequired: ONOFF,
  visibleToUsers: ONOFF,
  userConsent: [
    ...['none', 'lowImpact', 'microsoftManaged', 'microsoftManagedMailClients'],
    ...['allApps', 'thisAppOnly', 'custom', 'unmanaged'],
  ],
  userGrants: ['keep', 'report', 'revoke'],
  unlisted: ['remove', 'keep', ''],
  transition: ['refuse', 'continuity', 'containment'],
  effect: ['widens', 'narrows', 'widens and narrows', 'neutral'],
  direction: ['widens', 'narrows', 'neutral'],
  severity: ['error', 'warning', 'info'],
  cloud: ['global', 'usgov', 'usgovdod', 'china'],
  as: ['group', 'members'],
  'everyoneElse.before': LEVELS,
  'everyoneElse.after': LEVELS,
};

/** What `setting` of a change can be: these, or something that begins so and ends with an id. */
const SETTINGS: readonly string[] = [
  ...['application', 'consent/userConsent', 'consent/tenantWide'],
  ...['enabledForSignIn', 'assignmentRequired', 'visibleToUsers'].map((key) => `application/${key}`),
];
const WITH_ID: readonly string[] = ['assignments/', 'userGrants/', 'consentPolicy/'];

/** Fields that hold values of several kinds, so that comparing with any kind makes sense. */
export const MIXED: ReadonlySet<string> = new Set([
  ...['enabledForSignIn', 'assignmentRequired', 'visibleToUsers', 'before', 'after'],
]);

/** What is wrong with comparing these two: a comparison of what can never be equal is always false, without an error. */
export function neverEqual(
  one: Expr,
  other: Expr,
  kinds: readonly (string | undefined)[],
): string | undefined {
  const [a, b] = kinds;
  if (a !== undefined && b !== undefined && a !== b) return `A ${a} is never equal to a ${b}.`;
  return misspelled(one, other) ?? misspelled(other, one);
}

/** The kinds of what a list holds, each undefined where it is not known; or the kind of what is no list. */
export type Held =
  | { readonly items: readonly (string | undefined)[] }
  | { readonly list: string | undefined };

/** What is wrong with comparing two lists of which one is written out: none of its items is of the other's kind. */
export function neverSame(one: Expr, other: Expr, holds: Held, others: Held): string | undefined {
  if (![one, other].some(({ exprKind }) => exprKind.case === 'listExpr')) return undefined;
  const [a, b] = [onlyKind(holds), onlyKind(others)];
  if (a === undefined || b === undefined || a === b) return undefined;
  return `A list of ${a}s is never equal to a list of ${b}s.`;
}

function onlyKind(holds: Held): string | undefined {
  const [first, ...more] = 'items' in holds ? holds.items : [];
  return more.every((kind) => kind === first) ? first : undefined;
}

/**
 * What is wrong with looking for one of these in a list.
 * @param kind of what is looked for.
 * @param holds what the list holds.
 */
export function neverIn(wanted: Expr, list: Expr, kind: string | undefined, holds: Held): string | undefined {
  if ('list' in holds && holds.list !== undefined)
    return `\`in\` looks into a list, and this is no list but ${holds.list}.`;
  const items = 'items' in holds ? holds.items : [];
  if (kind !== undefined && items.length > 0 && items.every((item) => item !== undefined && item !== kind))
    return `A ${kind} is never in a list of ${items[0]}s.`;
  if (list.exprKind.case !== 'listExpr') return undefined;
  return list.exprKind.value.elements
    .map((each) => misspelled(wanted, each))
    .find((said) => said !== undefined);
}

/** What is wrong with asking whether the setting of a change begins with this text. */
export function neverBegins(field: Expr, constant: Expr): string | undefined {
  const start = textIn(constant);
  if (start === undefined || field.exprKind.case !== 'selectExpr') return undefined;
  const begins = SETTINGS.some((each) => each.startsWith(start)) || isWithId(start);
  return begins || field.exprKind.value.field !== 'setting' ? undefined : noSetting('begins with', start);
}

function isWithId(start: string): boolean {
  return WITH_ID.some((each) => each.startsWith(start) || start.startsWith(each));
}

function noSetting(verb: string, text: string): string {
  const all = [...SETTINGS.map((each) => `"${each}"`), ...WITH_ID.map((each) => `"${each}" with an id`)];
  return `No setting ${verb} "${text}". Settings: ${all.join(', ')}.`;
}

function textIn({ exprKind }: Expr): string | undefined {
  if (exprKind.case !== 'constExpr') return undefined;
  const { constantKind } = exprKind.value;
  return constantKind.case === 'stringValue' ? constantKind.value : undefined;
}

function misspelled(field: Expr, constant: Expr): string | undefined {
  const written = textIn(constant);
  if (field.exprKind.case !== 'selectExpr' || written === undefined) return undefined;
  const { operand, field: name } = field.exprKind.value;
  if (name === 'setting') {
    const there =
      SETTINGS.includes(written) || WITH_ID.some((each) => written.startsWith(each) && written !== each);
    return there ? undefined : noSetting('is', written);
  }
  const parent = operand?.exprKind.case === 'selectExpr' ? operand.exprKind.value.field : '';
  const words = [`${parent}.${name}`, name].flatMap((key) =>
    Object.hasOwn(WORDS, key) ? [WORDS[key]] : [],
  )[0];
  if (words === undefined || words.includes(written)) return undefined;
  const text = words.map((word) => `"${word}"`).join(', ');
  return `\`${name}\` is never "${written}". Its words: ${text}.`;
}
