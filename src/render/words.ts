import type { Change, GateGroup } from '../core/assessment.ts';
import type { Finding, Position, Severity } from '../core/finding.ts';
import { canonical, type Json } from '../core/json.ts';
import type { Effectiveness, LevelOrUnknown, Person } from '../core/plan.ts';
import type { Desired } from '../core/state.ts';

/** How a medium shows foreign text; see safe.ts. */
export type Say = (foreign: string) => string;

/** A whole number with a comma for each thousand, whatever the machine's locale. */
export function number(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** "1 person", "4,180 people". */
export function count(value: number, one: string, many: string): string {
  return `${number(value)} ${value === 1 ? one : many}`;
}

const GROUPS: { readonly [group in GateGroup]: string } = {
  visibility: 'Change whether users see the app',
  create: 'Create the enterprise app',
  disable: 'Disable the app for users to sign in',
  grant: 'Grant admin consent',
  'add-assignees': 'Add users and groups',
  'widen-user-consent': 'Open the user consent settings',
  'require-assignment': 'Require assignment',
  'stop-requiring-assignment': 'Stop requiring assignment',
  'narrow-user-consent': 'Narrow the user consent settings',
  'remove-assignees': 'Remove users and groups',
  'revoke-user-grants': 'Revoke the consent people gave themselves',
  'revoke-grant': 'Revoke admin consent',
  enable: 'Enable the app for users to sign in',
};

/** What the steps of a group do, in the words of the Entra admin centre. */
export function groupWords(group: GateGroup): string {
  return GROUPS[group];
}

const LEVELS: { readonly [level in LevelOrUnknown]: string } = {
  none: 'no access',
  may: 'can open it by consenting',
  has: 'has access',
  unknown: 'unknown',
};

/** A person's level in words; text that is no level is foreign. */
export function levelWords(level: string, say: Say): string {
  return Object.hasOwn(LEVELS, level) ? LEVELS[level as LevelOrUnknown] : say(level);
}

const EFFECTS: { readonly [effect in Effectiveness]: string } = {
  widens: 'WIDENS',
  narrows: 'NARROWS',
  'widens and narrows': 'WIDENS AND NARROWS',
  neutral: 'NEUTRAL',
};

export function effectWords(effect: Effectiveness): string {
  return EFFECTS[effect];
}

export type Sign = '+' | '~' | '-';

/** `+` something is added, `-` something is removed, `~` something is changed. */
export function signOf({ before, after }: Pick<Change, 'before' | 'after'>): Sign {
  if (before === null) return '+';
  return after === null ? '-' : '~';
}

/** A setting's value: Yes and No as on the page of the app, lists as lists, other JSON as it is. */
export function valueWords(value: Json, say: Say): string {
  if (value === null) return 'absent';
  if (typeof value === 'boolean') return value ? 'Yes' : 'No';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') return value.trim() === '' ? `"${say(value)}"` : say(value);
  if (!Array.isArray(value)) return say(canonical(value));
  return value.length === 0 ? 'nothing' : value.map((each: Json) => valueWords(each, say)).join(', ');
}

/** One change on one line: label, whom it concerns with its id once, and old → new where both say something. */
export function changeWords(change: Change, say: Say): string {
  const label = say(change.label);
  const id = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.exec(change.setting)?.[0];
  const subject = change.subject === undefined ? '' : named(change.subject, say);
  const shownId = id === undefined || change.subject?.includes(id) ? '' : id;
  const words = [subject, shownId, values(change, say)].filter((each) => each !== '').join(' ');
  if (words === '') return label;
  return change.label.endsWith('?') ? `${label} ${words}` : `${label}: ${words}`;
}

function values({ before, after, subject }: Change, say: Say): string {
  if (before !== null && after !== null) return `${valueWords(before, say)} → ${valueWords(after, say)}`;
  const only = before ?? after;
  // "Users and groups: SG-iOS-Mail → Yes" would say nothing more than its sign does.
  if (only === null || (only === true && subject !== undefined)) return '';
  return valueWords(only, say);
}

/** A name; never an empty hole in a sentence. */
export function named(name: string, say: Say): string {
  return name.trim() === '' ? '(no name)' : say(name);
}

/** "ada@contoso.example  member of SG-iOS-Mail". */
export function personWords({ name, via, id }: Person, say: Say): string {
  const reasons = via.map(say).join(', ');
  const who = name.trim() === '' || name === id ? say(id) : say(name);
  return reasons === '' ? who : `${who} (${reasons})`;
}

/** "policies/tenants/contoso.yaml:12:3", as editors and terminals link it. */
export function place({ file, line, column }: Position, say: Say): string {
  return `${say(file)}:${line}:${column}`;
}

const RANKS: { readonly [severity in Severity]: number } = { error: 0, warning: 1, info: 2 };

/** Errors first, then warnings, then the rest; otherwise as they came. */
export function bySeverity(findings: readonly Finding[]): readonly Finding[] {
  return [...findings].sort((a, b) => RANKS[a.severity] - RANKS[b.severity]);
}

/** How many settings the policy manages: each one that is neither omitted nor `unmanaged`. */
export function managedSettings({ application, consent, assignments }: Desired): number {
  const settings = [
    application.enabledForSignIn,
    application.assignmentRequired,
    application.visibleToUsers,
    consent.tenantWide,
    consent.userConsent,
    assignments.groups,
    assignments.users,
  ];
  const grants = consent.userGrants === 'revoke' ? 1 : 0;
  return settings.filter((setting) => setting !== 'unmanaged').length + grants;
}
