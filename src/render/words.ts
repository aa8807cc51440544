import type { Change, GateGroup } from '../core/assessment.ts';
import type { Finding, Position, Severity } from '../core/finding.ts';
import type { Effectiveness, Impact, LevelOrUnknown, Person, Plan, Use } from '../core/plan.ts';
import type { Desired } from '../core/state.ts';
import { byUse } from '../core/use.ts';

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

const DONE: { readonly [group in GateGroup]: string } = {
  visibility: 'visibility changed',
  create: 'app created',
  disable: 'app disabled',
  grant: 'admin consent granted',
  'add-assignees': 'users and groups added',
  'widen-user-consent': 'user consent opened',
  'require-assignment': 'assignment required',
  'stop-requiring-assignment': 'assignment not required',
  'narrow-user-consent': 'user consent narrowed',
  'remove-assignees': 'users and groups removed',
  'revoke-user-grants': 'own consent revoked',
  'revoke-grant': 'admin consent revoked',
  enable: 'app enabled',
};

/** The head of a column that shows levels once a group is done; any other head is foreign. */
export function columnWords(column: string, say: Say): string {
  return Object.hasOwn(DONE, column) ? DONE[column as GateGroup] : say(column);
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

/** The same for the cells of a table: short, and where it is not told, each possibility ("none or has"). */
export function levelCell(level: string, say: Say): string {
  const words = level.split(' or ').map((each) => (each === 'may' ? 'may consent' : levelWords(each, say)));
  return words.join(' or ');
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

/** A name; never an empty hole in a sentence. */
export function named(name: string, say: Say): string {
  return name.trim() === '' ? '(no name)' : say(name);
}

/**
 * "ada@contoso.example (guest; SG-iOS-Mail is no longer assigned, assignment required; last signed in on 2026-11-20)":
 * what is special, why they are considered, what moves them, and what shows that they use the app.
 */
export function personWords({ name, via, id, kind = [], why = [], use }: Person, say: Say): string {
  const reasons = new Set([...via, ...why]);
  const parts = [
    ...kind.map(say),
    [...reasons].map(say).join(', '),
    ...(use === undefined ? [] : [useWords(use, say)]),
  ].filter((part) => part !== '');
  const who = name.trim() === '' || name === id ? say(id) : say(name);
  return parts.length === 0 ? who : `${who} (${parts.join('; ')})`;
}

/** People who lose access as they are listed: whoever was seen first, and what ends rather than what let them in. */
export function losing(people: readonly Person[]): readonly Person[] {
  return byUse(people).map((person) => (person.why === undefined ? person : { ...person, via: [] }));
}

function useWords(use: Use, say: Say): string {
  switch (use.evidence) {
    case 'seen':
      return `last signed in on ${say(use.last)}`;
    case 'grant':
      return 'consented for themselves';
    case 'none':
      return 'no sign-in seen';
    case 'unknown':
      return 'use not known';
  }
}

/** What the evidence of use rests on, and why it could not be told. */
export function evidenceNotes({ lose }: Pick<Impact, 'lose'>, say: Say): readonly string[] {
  const told = lose.flatMap(({ use }) => (use === undefined ? [] : [use]));
  // It is one log for all of them, so one reason stands for all.
  const [why] = told.flatMap((use) => (use.evidence === 'unknown' ? [use.why] : []));
  return [
    ...(told.some(({ evidence }) => evidence === 'seen' || evidence === 'none')
      ? [
          'Sign-ins are the interactive ones of 30 days: mail is mostly fetched without one, so none seen is no proof.',
        ]
      : []),
    ...(why === undefined ? [] : [`use not known: ${say(why)}`]),
  ];
}

/** "policies/tenants/contoso.yaml:12:3", as editors and terminals link it. */
export function place({ file, line, column }: Position, say: Say): string {
  return say(`${file}:${line}:${column}`);
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

/** Why a change is in the plan of a pull request, where that is not the pull request itself. */
export function causeWords({ cause }: Change): string | undefined {
  return cause === 'drift' ? 'already different (drift)' : cause === 'expiring' ? 'expiring' : undefined;
}

/** What a proposal leaves out: tenants it does not touch, and those it gives up. */
export function proposalWords({ proposal }: Plan, say: Say): readonly string[] {
  if (proposal === undefined) return [];
  const { untouched, noLongerManaged } = proposal;
  const stay = count(untouched, 'tenant is', 'tenants are');
  return [
    ...(untouched === 0 ? [] : [`${stay} not planned: the effective policy stays the same.`]),
    ...noLongerManaged.map(
      ({ name }) => `${named(name, say)} is no longer managed; everything in it stays as it is.`,
    ),
  ];
}
