import { describe, expect, test } from 'vitest';
import type { Assignee, Gates } from '../../../src/core/assessment.ts';
import { known, unknown } from '../../../src/core/request.ts';
import { MAIL_SCOPES } from '../../../src/core/state.ts';
import { type Account, accessListOf, NOBODY, type PeopleRead } from '../../../src/core/who.ts';

const TENANT = { name: 'contoso', id: 'tenant', cloud: 'global' } as const;
const BOTH = new Set<string>(MAIL_SCOPES);

function account(id: string, more: Partial<Account> = {}): Account {
  return { id, upn: `${id}@contoso.example`, guest: 'no', account: 'enabled', ...more };
}

function assignees(...all: readonly (readonly [string, Assignee['type']])[]): Gates['assignees'] {
  return new Map(all.map(([id, type]) => [id, { id, type, name: id }]));
}

/** Assignment required, consent by an administrator, user consent off, nobody assigned. */
function gated(more: Partial<Gates> = {}): Gates {
  return {
    exists: true,
    enabled: true,
    required: true,
    tenantWide: known(BOTH),
    userConsent: known(false),
    assignees: new Map(),
    own: known(new Map()),
    ...more,
  };
}

/** Looked up: these accounts, and whoever else was asked for is deleted. */
function looked(accounts: readonly Account[], asked: readonly string[] = [], more: Partial<PeopleRead> = {}) {
  return {
    ...NOBODY,
    found: known(new Map(accounts.map((each) => [each.id, each]))),
    asked: new Set([...asked, ...accounts.map(({ id }) => id)]),
    administrators: known(new Set<string>()),
    ...more,
  };
}

const list = (gates: Gates, read: PeopleRead) => accessListOf(TENANT, gates, read, []);
const names = (gates: Gates, read: PeopleRead) => list(gates, read).people.map(({ id }) => id);

describe('where assignment is required', () => {
  test('whoever is assigned directly, by a group, or both is on it once, with every reason', () => {
    const gates = gated({ assignees: assignees(['ada', 'User'], ['bob', 'User'], ['sales', 'Group']) });
    const members = new Map([['sales', known([account('bob'), account('eve')])]]);
    const { people, everyoneElse } = list(gates, looked([account('ada')], [], { members }));
    expect(people.map(({ id, why }) => [id, why.map(({ kind }) => kind)])).toEqual([
      ['ada', ['assigned']],
      ['bob', ['assigned', 'member']],
      ['eve', ['member']],
    ]);
    expect(everyoneElse).toBe('none');
  });

  test('a Global Administrator passes unassigned; a group in that role is told, not dropped', () => {
    const administrators = known(new Set(['root', 'role-group']));
    const { people, unread } = list(gated(), looked([account('root')], ['role-group'], { administrators }));
    expect(people.map(({ id, why }) => [id, why])).toEqual([['root', [{ kind: 'administrator' }]]]);
    expect(unread.join()).toMatch(/1 of the role Global Administrator are groups or apps/);
  });

  test('a consent alone lets nobody in, and is a reason of whoever is assigned', () => {
    const own = known(
      new Map([
        ['ada', BOTH],
        ['eve', BOTH],
      ]),
    );
    const { people, without } = list(
      gated({ own, assignees: assignees(['ada', 'User']) }),
      looked([account('ada')]),
    );
    expect(people.map(({ id, why }) => [id, why.map(({ kind }) => kind)])).toEqual([
      ['ada', ['assigned', 'consented']],
    ]);
    expect(without).toBe(0);
  });

  test('without admin consent the assigned have no access: counted, not listed', () => {
    const gates = gated({ tenantWide: known(new Set<string>()), assignees: assignees(['ada', 'User']) });
    expect(list(gates, looked([account('ada')]))).toMatchObject({ people: [], without: 1 });
  });

  test('with one of the two scopes it cannot be told', () => {
    const gates = gated({
      tenantWide: known(new Set(['EAS.AccessAsUser.All'])),
      assignees: assignees(['ada', 'User']),
    });
    expect(list(gates, looked([account('ada')])).people).toMatchObject([{ id: 'ada', access: 'unknown' }]);
  });

  test('a deleted account is counted, and lets nobody in', () => {
    const gates = gated({ assignees: assignees(['ada', 'User']) });
    expect(list(gates, looked([], ['ada']))).toMatchObject({ people: [], deleted: 1 });
  });

  test('guests and disabled accounts are listed as what they are', () => {
    const gates = gated({ assignees: assignees(['ada', 'User']) });
    const found = looked([account('ada', { guest: 'yes', account: 'disabled' })]);
    expect(list(gates, found).people).toMatchObject([{ guest: 'yes', account: 'disabled', access: 'has' }]);
  });
});

describe('what could not be read is unknown, never nobody', () => {
  test('the members of a group', () => {
    const gates = gated({ assignees: assignees(['sales', 'Group']) });
    const read = looked([], [], { members: new Map([['sales', unknown<readonly Account[]>('Forbidden')]]) });
    const { people, everyoneElse, unread } = list(gates, read);
    expect(people).toEqual([]);
    expect(everyoneElse).toBe('unknown');
    expect(unread).toEqual(['the members of sales could not be read (Forbidden)']);
  });

  test('the users behind ids: they stay on the list by id, with nothing known of them', () => {
    const gates = gated({ assignees: assignees(['ada', 'User']) });
    const found = unknown<ReadonlyMap<string, Account>>('Forbidden');
    const { people, unread, deleted } = list(gates, looked([], ['ada'], { found }));
    expect(people).toMatchObject([{ id: 'ada', name: 'ada', guest: 'unknown', account: 'unknown' }]);
    expect(deleted).toBe(0);
    expect(unread).toHaveLength(1);
  });

  test('the Global Administrators', () => {
    const administrators = unknown<ReadonlySet<string>>('Forbidden');
    expect(list(gated(), looked([], [], { administrators })).unread.join()).toMatch(/Global Administrators/);
  });

  test('the grants: everybody may have one', () => {
    const own = unknown<ReadonlyMap<string, ReadonlySet<string>>>('Forbidden');
    const gates = gated({ required: false, tenantWide: known(new Set<string>()), own });
    expect(list(gates, NOBODY)).toMatchObject({
      everyoneElse: 'unknown',
      unread: [expect.stringMatching(/Forbidden/)],
    });
  });

  test('the user consent settings, where they decide', () => {
    const userConsent = unknown<boolean>('Forbidden');
    const open = gated({ required: false, tenantWide: known(new Set<string>()), userConsent });
    expect(list(open, NOBODY)).toMatchObject({ everyoneElse: 'unknown', unread: [expect.anything()] });
    expect(list({ ...open, exists: false }, NOBODY)).toMatchObject({
      everyoneElse: 'unknown',
      unread: [expect.anything()],
    });
    expect(list(gated({ userConsent }), looked([]))).toMatchObject({ everyoneElse: 'none', unread: [] });
  });
});

test('an open app: whoever consented is named, and everyone else can', () => {
  const own = known(new Map([['ada', BOTH]]));
  const gates = gated({
    required: false,
    tenantWide: known(new Set<string>()),
    userConsent: known(true),
    own,
  });
  expect(list(gates, looked([account('ada')]))).toMatchObject({
    people: [{ id: 'ada', why: [{ kind: 'consented' }] }],
    everyoneElse: 'may',
  });
});

test('a disabled app lets nobody in, whoever is assigned', () => {
  const gates = gated({ enabled: false, assignees: assignees(['ada', 'User']) });
  expect(list(gates, NOBODY)).toMatchObject({ app: 'disabled', people: [], everyoneElse: 'none' });
});

test('people come by name, whatever the order of the tenant', () => {
  const ids = ['eve', 'ada', 'bob'];
  const gates = gated({ assignees: assignees(...ids.map((id) => [id, 'User'] as const)) });
  expect(names(gates, looked(ids.map((id) => account(id))))).toEqual(['ada', 'bob', 'eve']);
});
