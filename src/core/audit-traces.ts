import type { Change } from './assessment.ts';
import type { AppIds, AuditEntry } from './audit-entry.ts';
import type { Json } from './json.ts';
import { APPLE_MAIL } from './state.ts';

/** What an edit of a setting leaves in the directory audit log. */
type Trace = {
  /** Values of `activityDisplayName`. */
  readonly activities: readonly string[];
  readonly fits: (entry: AuditEntry, app: AppIds) => boolean;
};

const REMOVED = ['Remove service principal', 'Hard delete service principal'];

/**
 * The trace that brought a setting to its value of now. A change goes from what is to what is wanted, so whoever moved
 * the setting went the other way: what is to be removed was added.
 */
export function traceOf({ setting, before, after, subject }: Change): Trace {
  const [part = '', name = ''] = setting.split('/');
  if (part === 'application' && name === '') return { activities: REMOVED, fits: aboutApp };
  if (part === 'application') return appTrace(name, before);
  if (part === 'assignments') return assignmentTrace(name, subject, after === null);
  if (part === 'userGrants') return { activities: GRANTED, fits: grantOf(personIn(subject), before) };
  if (setting === 'consent/tenantWide')
    return { activities: tenantWideActivities(before, after), fits: tenantWide(before, after) };
  if (setting === 'consent/userConsent')
    return { activities: ['Update authorization policy'], fits: namesConsentPolicies };
  return {
    activities: ['Add', 'Update', 'Delete'].map((verb) => `${verb} permission grant policy`),
    fits: ({ targets }) => targets.includes(name.toLowerCase()),
  };
}

const TAKEN = 'Remove delegated permission grant';
const GIVEN = 'Add delegated permission grant';
const GRANTED = ['Consent to application', GIVEN];

const PROPERTIES: { readonly [setting: string]: string } = {
  enabledForSignIn: 'accountenabled',
  assignmentRequired: 'approleassignmentrequired',
  visibleToUsers: 'tag',
};

function appTrace(name: string, now: Json): Trace {
  const property = PROPERTIES[name] ?? name.toLowerCase();
  return {
    // An app that was created by somebody has its properties from there.
    activities: ['Update service principal', 'Add service principal'],
    fits: (entry, app) => {
      if (!aboutApp(entry, app)) return false;
      const moved = entry.modified.find((each) => letters(each.property).startsWith(property));
      if (moved === undefined) return false;
      const value = letters(moved.value ?? '');
      // An entry that says another value than the tenant has is of an earlier edit.
      return typeof now !== 'boolean' || !/^(true|false)$/.test(value) || value === String(now);
    },
  };
}

function assignmentTrace(principal: string, subject: string | undefined, added: boolean): Trace {
  const group = / \(group [0-9a-f-]+\)$/i.test(subject ?? '');
  const activities = group
    ? [added ? 'Add app role assignment to group' : 'Remove app role assignment from group']
    : [added ? 'Add app role assignment grant to user' : 'Remove app role assignment from user'];
  const id = principal.toLowerCase();
  return {
    activities,
    fits: (entry, app) => aboutApp(entry, app) && entry.targets.includes(id),
  };
}

/** Whether scopes are wanted that are not there: somebody took them away. */
function adds(before: Json, after: Json): boolean {
  const has = textsIn(before);
  return textsIn(after).some((scope) => !has.includes(scope));
}

/** A grant of which a part is gone may be told as one that was taken or as one that was given anew. */
function tenantWideActivities(before: Json, after: Json): readonly string[] {
  if (before === null) return [TAKEN];
  return adds(before, after) ? [TAKEN, GIVEN] : GRANTED;
}

function tenantWide(before: Json, after: Json): Trace['fits'] {
  const [was, is] = [textsIn(before), textsIn(after)];
  const moved = [...was, ...is].filter((scope) => !(was.includes(scope) && is.includes(scope)));
  return (entry, app) => {
    const own = says(entry, 'consenttype', 'principal') || says(entry, 'isadminconsent', 'false');
    return aboutApp(entry, app) && !own && aboutScopes(entry, moved);
  };
}

function grantOf(person: string | undefined, scopes: Json): Trace['fits'] {
  return (entry, app) =>
    aboutApp(entry, app) &&
    aboutScopes(entry, textsIn(scopes)) &&
    person !== undefined &&
    (entry.targets.includes(person) ||
      entry.modified.some(({ value }) => value?.toLowerCase().includes(person)) ||
      (entry.by.kind === 'user' && entry.by.id.toLowerCase() === person));
}

/** Where an entry tells scopes, one of these is among them: else it is about a grant on another API. */
function aboutScopes({ modified }: AuditEntry, scopes: readonly string[]): boolean {
  const told = modified
    .filter(({ property }) => /(?:scope|permissions)$/.test(letters(property)))
    .map(({ was, value }) => `${was ?? ''} ${value ?? ''}`)
    .filter((text) => text.trim() !== '');
  return told.length === 0 || scopes.some((scope) => told.some((text) => text.includes(scope)));
}

function textsIn(value: Json): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

function namesConsentPolicies({ modified }: AuditEntry): boolean {
  return modified.some(({ property, was, value }) =>
    /permissiongrantpolic/.test(letters(`${property} ${was ?? ''} ${value ?? ''}`)),
  );
}

/** By its object id, or by an id among the properties: never by its name. */
function aboutApp({ targets, modified }: AuditEntry, app: AppIds): boolean {
  const ids = [...app, APPLE_MAIL];
  return ids.some(
    (id) => targets.includes(id) || modified.some(({ value }) => value?.toLowerCase().includes(id)),
  );
}

function says(entry: AuditEntry, property: string, value: string): boolean {
  return entry.modified.some(
    (each) => letters(each.property).includes(property) && letters(each.value ?? '') === value,
  );
}

/** The log quotes values as JSON and lists, `[true]` or `"true"`; only their letters are compared. */
function letters(text: string): string {
  return text.replace(/[^A-Za-z]/g, '').toLowerCase();
}

const PERSON = /([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\)?$/i;

function personIn(subject: string | undefined): string | undefined {
  return PERSON.exec(subject ?? '')?.[1]?.toLowerCase();
}
