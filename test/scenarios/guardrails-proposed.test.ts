import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { plan } from '../../src/commands/plan.ts';
import { isFailed } from '../../src/core/plan.ts';
import { planComment } from '../../src/render/comment.ts';
import { type Files, repository } from '../unit/git/repository.ts';

const CONTOSO = readFileSync('policies/tenants/contoso.yaml', 'utf8');
const FILE = 'policies/guardrails.yaml';
const TENANT = 'policies/tenants/contoso.yaml';
const BASE: Files = {
  [TENANT]: CONTOSO,
  'policies/baselines/standard.yaml': readFileSync('policies/baselines/standard.yaml', 'utf8'),
};
const guardrails = (id: string, require: string) =>
  `guardrails:\n  - id: ${id}\n    severity: error\n    message: Nobody opens consent for all apps.\n    owner: us\n    require: ${require}\n`;
const STRICT = guardrails('no-all-apps', 'policy.consent.userConsent != "allApps"');
const OPENING = CONTOSO.replace('userConsent: none', 'userConsent: allApps');

async function planned(base: Files, change: Files) {
  const repo = repository();
  repo.commit({ ...BASE, ...base });
  repo.run('checkout', '-q', '-b', 'change');
  repo.commit(change);
  repo.run('checkout', '-q', 'main');
  const { plan: made } = await plan({
    ...{ policies: join(repo.folder, 'policies'), tenant: [], sandbox: true, base: 'main', head: 'change' },
    ...{ journal: join(repo.folder, '.iosmail/journal'), day: '2026-11-24', env: {}, version: '0.0.0' },
  });
  const [tenant] = made.tenants;
  const { body } = planComment(made, {
    ...{ version: '0.0.0', run: { url: 'https://example.com/run' }, artifact: 'iosmail-plan', approvals: 1 },
  });
  return {
    made,
    body,
    status: tenant?.status,
    rules: tenant === undefined || isFailed(tenant) ? [] : tenant.findings.map(({ rule }) => rule),
  };
}

test('a pull request that weakens a guardrail and uses the gap is refused: its base counts', async () => {
  for (const gap of [guardrails('no-all-apps', 'today != ""'), null]) {
    const { status, rules, body } = await planned({ [FILE]: STRICT }, { [FILE]: gap, [TENANT]: OPENING });
    expect(status).toBe('refused');
    expect(rules).toContain('guardrail/no-all-apps');
    // The first thing that can be read.
    const [headline] = body.split('\n').filter((line) => line !== '' && !line.startsWith('<!--'));
    expect(headline).toMatch(
      /^## This pull request changes the guardrails: it (changes|removes) no-all-apps\./,
    );
  }
  // The same use of the gap, once the change of the guardrail is in the base.
  const after = await planned({ [FILE]: guardrails('no-all-apps', 'today != ""') }, { [TENANT]: OPENING });
  expect(after.status).toBe('changes');
  expect(after.body).not.toContain('changes the guardrails');
});

test('a pull request that takes a label or the name away, and uses the gap, is refused: what the tenant was called counts', async () => {
  const called = (tier: string) => CONTOSO.replace('tier: regulated', tier);
  const labelled = STRICT.replace('owner: us', 'owner: us\n    when: { tier: regulated }');
  for (const tier of ['tier: small', 'team: none'].map(called)) {
    const opening = tier.replace('userConsent: none', 'userConsent: allApps');
    const { status, rules, body } = await planned({ [FILE]: labelled }, { [TENANT]: opening });
    expect(status).toBe('refused');
    expect(rules).toContain('guardrail/no-all-apps');
    expect(body).toContain('by which name and labels guardrails are chosen for contoso (');
    // Once the label is gone in the base, the rule is not for this tenant any more.
    const after = await planned({ [FILE]: labelled, [TENANT]: tier }, { [TENANT]: opening });
    expect(after.status).toBe('changes');
    expect(after.body).not.toContain('labels guardrails are chosen');
  }
  const named = guardrails(
    'no-all-apps',
    '\'tenant.name != "contoso" || policy.consent.userConsent != "allApps"\'',
  );
  const renamed = OPENING.replace('name: contoso', 'name: other');
  const away = await planned(
    { [FILE]: named },
    { [TENANT]: null, 'policies/tenants/other.yaml': renamed.replace('tenants/contoso', 'tenants/other') },
  );
  expect(away.status).toBe('refused');
  expect(away.body).toMatch(/chosen for other \(name contoso → other\)/);
});

test('what a pull request adds counts for it at once; what stays is not told', async () => {
  const added = await planned({}, { [FILE]: STRICT, [TENANT]: OPENING });
  expect(added.status).toBe('refused');
  expect(added.made.proposal?.findings.map(({ rule }) => rule)).toContain('guardrails-changed');
  const same = await planned({ [FILE]: STRICT }, { [FILE]: `# said\n${STRICT}`, [TENANT]: OPENING });
  expect(same.rules.filter((rule) => rule.startsWith('guardrail/'))).toEqual(['guardrail/no-all-apps']);
  expect(same.made.proposal?.findings).toEqual([]);
});

test('guardrails of the base that cannot be read let nothing pass, until they are corrected', async () => {
  const broken = guardrails('no-all-apps', 'policy.consnt == "x"');
  const used = await planned({ [FILE]: broken }, { [FILE]: STRICT, [TENANT]: OPENING });
  expect(used.status).toBe('refused');
  expect(used.rules).toContain('guardrails-broken');
  const corrected = await planned({ [FILE]: 'guardrails: 3\n' }, { [FILE]: STRICT });
  expect(corrected.status).toBe('unchanged');
});

test('the comment says where the guardrails ask for more approvals than the settings', async () => {
  const two = guardrails('two', '"!change.widens"').replace('error', 'warning');
  const asking = `${two}    approvals: 2\n`;
  const blocked = `${CONTOSO}application:\n  assignmentRequired: false\n`;
  const { made, body } = await planned({ [FILE]: asking }, { [TENANT]: blocked });
  expect(made.tenants).toMatchObject([{ status: 'changes', approvals: 2 }]);
  expect(body).toContain('- The guardrails ask for up to 2 approvals');
  const without = await planned({}, { [TENANT]: blocked });
  expect(without.made.tenants[0]).not.toHaveProperty('approvals');
  expect(without.body).not.toContain('guardrails ask');
});
