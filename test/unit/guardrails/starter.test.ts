import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Case, judged, many, people, planFor } from './plans.ts';

const yaml = readFileSync(new URL('../../../policies/guardrails.yaml', import.meta.url), 'utf8');

const { policy } = planFor();
const consent = (userConsent: 'none' | 'allApps') => ({
  policy: { consent: { ...policy.consent, userConsent } },
});
const exception = (until: string, rule = 'closes-open-tenant') => ({
  policy: { exceptions: [{ rule, reason: 'CHG-1', until }] },
});
const users = (upn: string) => ({ policy: { assignments: { ...policy.assignments, users: [{ upn }] } } });
const else_ = (before: 'none' | 'may' | 'has' | 'unknown', after: typeof before): Case => ({
  impact: { everyoneElse: { before, after } },
});

const GUEST = { id: 'g', name: 'anna_gmail.com#EXT#@contoso.onmicrosoft.com', via: [] };
const regulated = { tier: 'regulated' };

const STOPS: { readonly [id: string]: readonly Case[] } = {
  'no-open-tenant': [
    else_('none', 'may'),
    else_('none', 'has'),
    else_('may', 'has'),
    else_('unknown', 'unknown'),
  ],
  'no-all-apps-consent': [
    consent('allApps'),
    { ...consent('allApps'), plan: { steps: [], status: 'unchanged' } },
  ],
  'removals-at-most-25': [
    { impact: { lose: many(26) } },
    { impact: { lose: many(20), unknown: many(6) } },
    { impact: { lose: many(5) }, losses: many(40).map(({ id }) => `earlier-${id}`) },
    { impact: { lose: many(1) }, losses: many(26).map(({ id }) => id) },
  ],
  'protected-people': [
    { impact: { lose: [{ id: 'c', name: 'ceo@litware.example', via: [] }] } },
    { impact: { unknown: [{ id: 'c', name: 'cfo@litware.example', via: [] }] } },
    { impact: { lose: [{ id: 'c', name: 'CEO@Litware.example', via: [] }] } },
    // Whoever could not be looked up may be them.
    {
      plan: { effect: 'narrows' },
      impact: { lose: people('x'), unread: ['the users could not be looked up'] },
    },
    { plan: { effect: 'neutral' }, impact: { unread: ['the members of SG could not be read'] } },
  ],
  'regulated-two-approvals': [
    { labels: regulated, plan: { effect: 'widens' }, impact: { gain: people('anna') } },
    { labels: regulated, plan: { effect: 'widens and narrows' }, impact: { gain: people('anna') } },
    { labels: regulated, impact: { unread: ['the members of SG could not be read'] } },
  ],
  'no-guests': [
    { impact: { gain: [GUEST] } },
    { impact: { gain: people('gast').map((person) => ({ ...person, kind: ['guest' as const] })) } },
    users(GUEST.name),
    users(GUEST.name.toLowerCase()),
    { impact: { gain: people('anna'), unknown: [GUEST] } },
    { impact: { gain: [{ ...GUEST, name: GUEST.name.toLowerCase() }] } },
    // A guest may be among them.
    { impact: { gain: people('anna'), unread: ['the members of SG could not be read'] } },
  ],
  'exceptions-at-most-90-days': [
    { labels: regulated, ...exception('2027-02-23') },
    { labels: { tier: 'enterprise' }, ...exception('2030-12-31') },
  ],
};

const PASSES: { readonly [id: string]: readonly Case[] } = {
  'no-open-tenant': [
    else_('has', 'none'),
    else_('has', 'has'),
    { ...else_('unknown', 'unknown'), plan: { steps: [] } },
  ],
  'no-all-apps-consent': [consent('none')],
  'removals-at-most-25': [
    { impact: { lose: many(25) } },
    { impact: { lose: many(3) }, losses: many(3).map(({ id }) => id) },
    { losses: many(60).map(({ id }) => id) },
  ],
  'protected-people': [
    { impact: { lose: people('ceo') } },
    {
      plan: { effect: 'widens', steps: planFor().steps.filter(({ direction }) => direction === 'widens') },
      impact: { unread: ['the members of SG could not be read'] },
    },
  ],
  'regulated-two-approvals': [
    { labels: regulated, plan: { effect: 'narrows' }, impact: { lose: people('anna') } },
    { labels: { tier: 'small' }, plan: { effect: 'widens' } },
    { plan: { effect: 'widens' } },
  ],
  'no-guests': [
    { impact: { gain: people('anna'), lose: many(1) } },
    {
      impact: { gain: [GUEST], unread: ['the members of SG could not be read'] },
      plan: { steps: planFor().steps.filter(({ direction }) => direction !== 'widens') },
    },
    users('anna@contoso.example'),
  ],
  'exceptions-at-most-90-days': [
    { labels: regulated, ...exception('2027-02-22') },
    { labels: { tier: 'small' }, ...exception('2030-12-31') },
  ],
};

const ids = [...yaml.matchAll(/^ {2}- id: (\S+)$/gm)].map(([, id]) => id ?? '');

test('every starter rule has plans that it stops and plans that it lets pass', () => {
  expect(Object.keys(STOPS).sort()).toEqual([...ids].sort());
  expect(Object.keys(PASSES).sort()).toEqual([...ids].sort());
});

test.each(ids)('%s', async (id) => {
  for (const [index, about] of (STOPS[id] ?? []).entries()) {
    const { findings, approvals } = await judged(yaml, about);
    const said = findings.filter(({ rule }) => rule === `guardrail/${id}`);
    expect(said, `stops ${index}`).toHaveLength(1);
    expect(said[0]?.at?.file, `stops ${index}`).toBe('policies/guardrails.yaml');
    expect(said[0]?.message).not.toContain('cannot be evaluated');
    expect([said[0]?.severity, approvals]).toEqual(
      id === 'regulated-two-approvals' ? ['warning', 2] : ['error', 0],
    );
  }
  for (const [index, about] of (PASSES[id] ?? []).entries()) {
    const { findings, approvals } = await judged(yaml, about);
    expect(
      findings.filter(({ rule }) => rule === `guardrail/${id}`),
      `passes ${index}`,
    ).toEqual([]);
    expect(approvals).toBe(0);
  }
});

test('what nobody may except has no exception to suggest, and none helps', async () => {
  const { findings } = await judged(yaml, {
    policy: {
      ...consent('allApps').policy,
      ...exception('2026-11-30', 'guardrail/no-all-apps-consent').policy,
    },
  });
  expect(findings).toMatchObject([{ rule: 'guardrail/no-all-apps-consent', severity: 'error' }]);
  expect(findings[0]).not.toHaveProperty('waivable');
});
