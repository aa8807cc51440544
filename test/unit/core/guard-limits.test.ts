import { describe, expect, test } from 'vitest';
import type { Desired } from '../../../src/core/state.ts';
import { BOTH, directory, findings, gated, only, open, people, severityOf } from './guard-world.ts';
import { DAY } from './plan-groups.ts';

describe('removal-limit', () => {
  /** `of` people directly assigned, of whom `gone` are no longer listed. */
  const removing = (
    of: number,
    gone: number,
    maxRemovals?: number | string,
    recent: readonly string[] = [],
  ) => {
    const ids = people(of);
    return findings(
      gated({ directUsers: new Set(ids) }),
      directory(ids),
      {
        assignments: only(ids.slice(gone)),
        safety: maxRemovals === undefined ? {} : { maxRemovals },
      },
      recent,
    );
  };

  test.each<[string, number, number, number | string | undefined, 'error' | undefined]>([
    ['default, below: 2 of 5', 5, 2, undefined, undefined],
    ['default, at: 3 of 5', 5, 3, undefined, undefined],
    ['default, above: 4 of 5', 5, 4, undefined, 'error'],
    ['default of a larger set, at its tenth: 5 of 50', 50, 5, undefined, undefined],
    ['default of a larger set, above: 6 of 50', 50, 6, undefined, 'error'],
    ['a tenth is rounded down: 4 of 39', 39, 4, undefined, 'error'],
    ['a number, at', 10, 2, 2, undefined],
    ['a number, above', 10, 3, 2, 'error'],
    ['none allowed', 10, 1, 0, 'error'],
    ['a percentage, at', 20, 5, '25%', undefined],
    ['a percentage, above', 20, 6, '25%', 'error'],
    ['a percentage of a small set allows nobody', 3, 1, '10%', 'error'],
    ['nobody loses, none allowed', 5, 0, 0, undefined],
  ])('%s', async (_, of, gone, maxRemovals, severity) => {
    expect(severityOf(await removing(of, gone, maxRemovals), 'removal-limit')).toBe(severity);
  });

  test.each<[string, readonly string[], 'error' | undefined]>([
    ['all accounts in use: 10 of 100 is a tenth', [], undefined],
    [
      'disabled accounts raise no share: 10, where a tenth of those in use is 9',
      people(20).slice(10),
      'error',
    ],
    ['disabled accounts that lose count as well', people(10), 'error'],
  ])('%s', async (_, disabled, severity) => {
    const ids = people(100);
    const list = await findings(
      gated({ directUsers: new Set(ids) }),
      directory(ids),
      { assignments: only(ids.slice(10)) },
      [],
      { disabled },
    );
    const found = list.find(({ rule }) => rule === 'removal-limit');
    expect(found?.severity).toBe(severity);
    if (severity !== undefined)
      expect(found?.message).toBe(
        '10 of 100 people who have access would lose it; the limit is 9, as 10 of the accounts are disabled and do not raise it.',
      );
  });

  test('a number is no share, and nothing is said of disabled accounts', async () => {
    const ids = people(10);
    const parts = { assignments: only(ids.slice(3)), safety: { maxRemovals: 2 } };
    const disabled = ids.slice(5);
    const list = await findings(gated({ directUsers: new Set(ids) }), directory(ids), parts, [], {
      disabled,
    });
    expect(list.find(({ rule }) => rule === 'removal-limit')?.message).toBe(
      '3 of 10 people who have access would lose it; the limit is 2.',
    );
  });

  test('losses of the last seven days count together with those of this plan', async () => {
    // 10 had access a week ago, 2 lost it since; of the 8 left, 1 or 2 more lose it: 3 is the limit.
    expect(severityOf(await removing(8, 1, undefined, ['q1', 'q2']), 'removal-limit')).toBeUndefined();
    const over = await removing(8, 2, undefined, ['q1', 'q2']);
    expect(severityOf(over, 'removal-limit')).toBe('error');
    expect(over.find(({ rule }) => rule === 'removal-limit')?.message).toContain(
      '2 of them in the last seven days',
    );
  });

  test('somebody who lost access, got it back and loses it again counts once', async () => {
    expect(
      severityOf(await removing(8, 3, undefined, ['p000', 'p001', 'p002']), 'removal-limit'),
    ).toBeUndefined();
  });

  test('people who are deleted and still assigned neither lose anything nor raise the limit', async () => {
    const ids = people(4);
    const ghosts = people(40).map((id) => `deleted-${id}`);
    const tenant = gated({ directUsers: new Set([...ids, ...ghosts]) });
    const said = await findings(tenant, directory(ids), { consent: { tenantWide: [] } });
    expect(said.find(({ rule }) => rule === 'removal-limit')?.message).toBe(
      '4 of 4 people who have access would lose it; the limit is 3.',
    );
  });

  test('losses of the past alone refuse nothing that takes nothing away', async () => {
    expect(severityOf(await removing(8, 0, 0, ['q1', 'q2', 'q3', 'q4']), 'removal-limit')).toBeUndefined();
  });

  test('a drop from signing in to consenting again is a loss', async () => {
    const ids = people(4);
    const list = await findings(gated({ directUsers: new Set(ids) }), directory(ids), {
      application: { assignmentRequired: false },
      consent: { tenantWide: [], userConsent: 'allApps' },
    });
    expect(severityOf(list, 'removal-limit')).toBe('error');
  });

  test('a grant that some reading needs counts as lost with it', async () => {
    const ids = people(4);
    const own = new Map(ids.map((id) => [id, new Set(BOTH)]));
    // Their own grants may still count once assignment is required, or may not.
    const list = await findings(
      open({ tenantWide: new Set(), own, directUsers: new Set(ids) }),
      directory(ids),
      {
        application: { assignmentRequired: true },
      },
    );
    expect(severityOf(list, 'removal-limit')).toBe('error');
  });

  test('members that could not be counted are a loss, not none', async () => {
    const d = directory(people(1), { g1: people(1), g2: [] });
    const list = await findings(
      gated({ assignedGroups: new Set(['g1', 'g2']) }),
      d,
      { assignments: { groups: [{ name: 'SG-g2', as: 'group' }], unlisted: 'remove' } },
      [],
      { refuses: ({ path }) => path.startsWith('/groups/g1/members/graph.user') },
    );
    expect(severityOf(list, 'removal-limit')).toBe('error');
    expect(severityOf(list, 'people-unread')).toBe('warning');
  });
});

describe('an exception', () => {
  const ids = people(10);
  const removing = (exceptions: Desired['exceptions']) =>
    findings(gated({ directUsers: new Set(ids) }), directory(ids), {
      assignments: only(ids.slice(5)),
      exceptions,
    });
  const entry = { rule: 'removal-limit', reason: 'CHG-1 merger' };

  test.each<[string, Desired['exceptions'][number], 'error' | 'warning']>([
    ['in force, just enough', { ...entry, limit: 5, until: '2026-12-01' }, 'warning'],
    ['on its last day', { ...entry, limit: 5, until: DAY }, 'warning'],
    ['ended yesterday', { ...entry, limit: 5, until: '2026-11-23' }, 'error'],
    ['a limit too small', { ...entry, limit: 4, until: '2026-12-01' }, 'error'],
    ['no limit', { ...entry, until: '2026-12-01' }, 'error'],
    ['for another rule', { ...entry, rule: 'empties-access', limit: 5, until: '2026-12-01' }, 'error'],
  ])('%s', async (_, exception, severity) => {
    const list = await removing([exception]);
    const finding = list.find(({ rule }) => rule === 'removal-limit');
    expect(finding?.severity).toBe(severity);
    expect(finding?.waived?.reason).toBe(severity === 'warning' ? 'CHG-1 merger' : undefined);
    expect(finding?.waivable).toEqual(severity === 'error' ? { limit: 5 } : undefined);
  });

  test('one that is enough is found behind one that is not', async () => {
    const list = await removing([
      { ...entry, limit: 1, until: '2026-12-01' },
      { ...entry, limit: 5, until: '2026-12-01' },
    ]);
    expect(severityOf(list, 'removal-limit')).toBe('warning');
  });
});
