import { expect, test } from 'vitest';
import { load, SAMPLE_ID } from './sample.ts';

const TENANT = `tenant:\n  name: contoso\n  id: ${SAMPLE_ID}\napplication:\n  enabledForSignIn: true\n`;
const FREEZE = 'freeze:\n  reason: year-end\n  by: ada@x.example\n';
const incident = (kind: string) => `incident:\n  kind: ${kind}\n  reason: INC-204\n  since: 2026-11-24\n`;

function policy(tenant: string, settings?: string) {
  const loaded = load({ tenants: { contoso: tenant }, ...(settings === undefined ? {} : { settings }) });
  expect(loaded.findings).toEqual([]);
  const [only] = loaded.tenants;
  if (only === undefined) throw new Error('no tenant');
  return only;
}

test('without an entry nothing is held, and nothing about it is in the policy', () => {
  expect(policy(TENANT, 'review: {}\n').desired).not.toHaveProperty('incident');
});

test('a freeze of all is every tenant’s, from where it stands; the tenant’s own counts before it', () => {
  const frozen = policy(TENANT, FREEZE);
  expect(frozen.desired.incident).toEqual({ kind: 'frozen', reason: 'year-end', by: 'ada@x.example' });
  expect(frozen.desired.application.enabledForSignIn).toBe(true);
  expect(frozen.origins['/incident']).toMatchObject({
    file: expect.stringMatching(/settings\.yaml$/),
    line: 1,
  });
  const own = policy(TENANT + incident('blocked'), FREEZE);
  expect(own.desired.incident).toMatchObject({ kind: 'blocked', reason: 'INC-204' });
  expect(own.origins['/incident']).toMatchObject({ file: expect.stringMatching(/contoso\.yaml$/), line: 6 });
});

test('blocked holds sign-in at No, managed or not; the entry is where that comes from', () => {
  for (const text of [TENANT, TENANT.replace('enabledForSignIn: true', 'visibleToUsers: true')]) {
    const { desired, origins } = policy(text + incident('blocked'));
    expect(desired.application.enabledForSignIn).toBe(false);
    expect(origins['/application/enabledForSignIn']).toEqual(origins['/incident']);
  }
  expect(policy(TENANT + incident('frozen')).desired.application.enabledForSignIn).toBe(true);
});

test.each([
  ['another kind', incident('paused'), 'wrong-value'],
  ['no reason', 'incident:\n  kind: frozen\n  since: 2026-11-24\n', 'missing-key'],
  ['no day that there is', incident('frozen').replace('11-24', '13-24'), 'wrong-value'],
  ['nothing in the reason', incident('frozen').replace('INC-204', '" "'), 'wrong-value'],
  ['an entry that says until when', `${incident('frozen')}  until: 2026-12-01\n`, 'unknown-key'],
])('%s stops the tenant, rather than being no incident', (_what, entry, rule) => {
  const loaded = load({ tenants: { contoso: TENANT + entry } });
  expect(loaded.findings.map((finding) => finding.rule)).toEqual([rule]);
  expect(loaded.tenants).toEqual([]);
});
