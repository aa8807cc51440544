import { Document, isMap, isScalar, isSeq, type Node, type YAMLMap } from 'yaml';
import type { Finding } from '../core/finding.ts';
import type { Day } from '../core/state.ts';
import { forTerminal } from '../render/safe.ts';
import { isPlain } from './assigned-now.ts';
import type { Draft } from './draft.ts';

const HEADER = ' yaml-language-server: $schema=../../schema/tenant.schema.json';

/** A draft as a policy file. Text of the directory becomes values through the library, and one line of a comment each. */
export function policyYaml(draft: Draft, findings: readonly Finding[], day: Day): string {
  const { tenant, assigned } = draft;
  const document = new Document({
    tenant: {
      name: tenant.name,
      id: tenant.id,
      ...(tenant.cloud === 'global' ? {} : { cloud: tenant.cloud }),
    },
    application: draft.application,
    consent: { tenantWide: draft.tenantWide, userConsent: draft.userConsent, userGrants: 'keep' },
    assignments: {
      groups: listOf(assigned.groups, ({ name, id }) => (isPlain(name) ? { name, id } : { id })),
      users: listOf(assigned.users, ({ upn }) => ({ upn })),
      ...(assigned.unlisted === undefined ? {} : { unlisted: assigned.unlisted }),
    },
  });
  const comments: readonly (readonly [path: readonly string[], text: string])[] = [
    [['application', 'enabledForSignIn'], 'Enabled for users to sign in? No blocks the app for everybody.'],
    [['application', 'assignmentRequired'], 'Assignment required? Yes: only those listed below get in.'],
    [
      ['application', 'visibleToUsers'],
      'Visible to users? Whether it shows in My Apps; opens or closes nothing.',
    ],
    [['consent', 'tenantWide'], tenantWideSaid(draft)],
    [
      ['consent', 'userConsent'],
      `User consent settings, for every app of the tenant. Seen: ${draft.userConsentNow}.`,
    ],
    [['consent', 'userGrants'], 'Grants people gave themselves stay as they are.'],
    [['assignments', 'groups'], 'Groups with Default Access, pinned by id. Only direct members count.'],
    [['assignments', 'users'], 'Users with Default Access; the object id stands beside each.'],
    [['assignments', 'unlisted'], unlistedSaid(draft)],
  ];
  for (const [path, text] of comments) commentOn(document, path, text);
  besideEntries(document.getIn(['assignments', 'groups']), listed(assigned.groups), ({ id, name, nested }) =>
    [
      ...(isPlain(name) ? [] : [`called ${forTerminal(name)} (${id})`]),
      ...(nested === 0 ? [] : [`${nested} nested, whose members get nothing`]),
    ].join('; '),
  );
  besideEntries(document.getIn(['assignments', 'users']), listed(assigned.users), ({ id, guest, enabled }) =>
    [id, ...(guest ? ['a guest'] : []), ...(enabled ? [] : ['the account is disabled'])].join('; '),
  );
  const seen = findings.map(({ rule, message }) => ` - ${rule}: ${forTerminal(message)}`);
  document.commentBefore = [
    HEADER,
    ` Imported on ${day}: it says what the tenant was then, so a plan of it changes nothing.`,
    ...(seen.length === 0 ? [] : [' What was seen:', ...seen]),
  ].join('\n');
  return document.toString({ lineWidth: 0, flowCollectionPadding: false });
}

function listOf<Item, Entry>(list: readonly Item[] | 'unmanaged', entry: (item: Item) => Entry) {
  return list === 'unmanaged' ? list : list.map(entry);
}

function listed<Item>(list: readonly Item[] | 'unmanaged'): readonly Item[] {
  return list === 'unmanaged' ? [] : list;
}

function tenantWideSaid({ app, application, tenantWide }: Draft): string {
  const seen = 'Grant admin consent: the mail scopes granted to everybody; other scopes stay.';
  if (tenantWide !== 'unmanaged') return seen;
  if (app === 'absent') return `${seen} The app is absent, so nothing is granted.`;
  return application.assignmentRequired === true
    ? `${seen} Not granted, or not offered, although assignment is required; write both scopes to let people connect.`
    : `${seen} Exchange Online does not show what is granted here.`;
}

function unlistedSaid({ assigned }: Draft): string {
  return assigned.unlisted === 'remove'
    ? 'Who is assigned later without an entry here is removed by the next plan that is applied.'
    : 'Assignments without an entry here stay: the app is open, or some cannot be listed.';
}

/** A comment in the line above a key. */
function commentOn(document: Document, path: readonly string[], text: string): void {
  const map = document.getIn(path.slice(0, -1));
  if (!isMap(map)) return;
  const pair = (map as YAMLMap<unknown, unknown>).items.find(
    ({ key }) => isScalar(key) && key.value === path.at(-1),
  );
  if (pair !== undefined && isScalar(pair.key)) pair.key.commentBefore = ` ${forTerminal(text)}`;
}

function besideEntries<Item>(list: unknown, items: readonly Item[], said: (item: Item) => string): void {
  if (!isSeq(list)) return;
  items.forEach((item, index) => {
    const text = said(item);
    const entry = list.items[index];
    if (text !== '' && isMap(entry)) (entry as Node).commentBefore = ` ${forTerminal(text)}`;
  });
}
