import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readPlan } from '../../src/apply/read-plan.ts';
import { plan } from '../../src/commands/plan.ts';
import { openProposal } from '../../src/commands/plan-proposal.ts';
import { isFailed } from '../../src/core/plan.ts';
import { type Files, type Repository, repository } from '../unit/git/repository.ts';

const DAY = '2026-11-24';
const CONTOSO = readFileSync('policies/tenants/contoso.yaml', 'utf8');
const ADATUM = readFileSync('policies/tenants/adatum.yaml', 'utf8');
const STANDARD = readFileSync('policies/baselines/standard.yaml', 'utf8');
const CONTOSO_ID = '11317efc-07e4-4a3b-87a7-cba61a1c2488';

const BASE: Files = {
  'policies/tenants/contoso.yaml': CONTOSO,
  'policies/tenants/adatum.yaml': ADATUM,
  'policies/baselines/standard.yaml': STANDARD,
};

/** A base on `main`, which is checked out, and a proposal on `change`. */
function proposed(change: Files, base: Files = {}): Repository {
  const repo = repository();
  repo.commit({ ...BASE, ...base });
  repo.run('checkout', '-q', '-b', 'change');
  repo.commit(change);
  repo.run('checkout', '-q', 'main');
  return repo;
}

const planned = (repo: Repository, more: Partial<Parameters<typeof plan>[0]> = {}) =>
  plan({
    policies: join(repo.folder, 'policies'),
    tenant: [],
    sandbox: true,
    journal: join(repo.folder, '.iosmail/journal'),
    base: 'main',
    head: 'change',
    day: DAY,
    env: {},
    version: '0.0.0',
    ...more,
  });

const names = ({ plan: { tenants } }: Awaited<ReturnType<typeof planned>>) =>
  tenants.map(({ tenant }) => tenant.name);

describe('which tenants a proposal plans', () => {
  test('those whose effective policy it changes; nothing is checked out', async () => {
    const repo = proposed({
      'policies/tenants/contoso.yaml': CONTOSO.replace('    - name: SG-iOS-Mail-Sales\n', ''),
      'policies/tenants/adatum.yaml': `${ADATUM}# only said\n`,
    });
    const result = await planned(repo);
    expect(names(result)).toEqual(['contoso']);
    const [contoso] = result.plan.tenants;
    if (contoso === undefined || isFailed(contoso)) throw new Error('not planned');
    const changes = contoso.steps.flatMap((step) => step.changes);
    expect(changes.map(({ subject, cause }) => [subject?.split(' ')[0], cause])).toEqual([
      ['SG-iOS-Mail-Sales', 'this pull request'],
    ]);
    expect(changes[0]?.at?.file).toBe('policies/baselines/standard.yaml');
    expect(result.plan.proposal).toMatchObject({
      base: repo.run('rev-parse', 'main'),
      head: repo.run('rev-parse', 'change'),
      untouched: 1,
      noLongerManaged: [],
      findings: [],
    });
    expect(repo.run('status', '--porcelain')).toBe('');
    expect(repo.run('branch', '--show-current')).toBe('main');
  });

  test('all tenants of a baseline it changes', async () => {
    const change = STANDARD.replace('assignmentRequired: true', 'assignmentRequired: unmanaged');
    expect(change).not.toBe(STANDARD);
    expect(names(await planned(proposed({ 'policies/baselines/standard.yaml': change })))).toEqual([
      'adatum',
      'contoso',
    ]);
  });

  test('what merging gives, not what the head was branched from', async () => {
    const repo = proposed({ 'policies/tenants/adatum.yaml': ADATUM.replace('SG-Mobil-Werk2', 'SG-Gone') });
    repo.commit({ 'policies/tenants/contoso.yaml': CONTOSO.replace('    - name: SG-iOS-Mail-Sales\n', '') });
    expect(names(await planned(repo))).toEqual(['adatum']);
  });

  test('of those, the ones named', async () => {
    const repo = proposed({
      'policies/baselines/standard.yaml': STANDARD.replace('visibleToUsers: false', 'visibleToUsers: true'),
      'policies/tenants/adatum.yaml': null,
    });
    const one = await planned(repo, { tenant: ['contoso'] });
    expect(names(one)).toEqual(['contoso']);
    expect(one.plan.proposal?.noLongerManaged).toEqual([]);
    const gone = await planned(repo, { tenant: ['adatum'] });
    expect(names(gone)).toEqual([]);
    expect(gone.findings).toEqual([]);
    expect(gone.plan.proposal?.noLongerManaged.map(({ name }) => name)).toEqual(['adatum']);
    const nobody = await planned(repo, { tenant: ['nobody'] });
    expect(nobody.findings.map(({ rule }) => rule)).toEqual(['unknown-tenant']);
  });

  test('without a head, the working directory as it is', async () => {
    const repo = proposed({});
    repo.write({ 'policies/tenants/contoso.yaml': CONTOSO.replace('    - name: SG-iOS-Mail-Sales\n', '') });
    const compared = await openProposal({
      policies: join(repo.folder, 'policies'),
      tenant: [],
      base: 'main',
      day: DAY,
    });
    expect(compared.loaded.tenants.map(({ desired }) => desired.tenant.name)).toEqual(['contoso']);
    expect(compared.commits.head).toBe(compared.commits.base);
  });
});

describe('what a proposal says beside its tenants', () => {
  test('a tenant that goes away, and settings that count from the next one on', async () => {
    const repo = proposed({
      'policies/tenants/contoso.yaml': null,
      'policies/settings.yaml': 'review:\n  approvals: 0\n',
    });
    const { plan: made, findings } = await planned(repo);
    expect(made.proposal).toMatchObject({
      untouched: 1,
      noLongerManaged: [{ name: 'contoso', id: CONTOSO_ID }],
      findings: [{ rule: 'settings-changed', severity: 'info', at: { file: 'policies/settings.yaml' } }],
    });
    expect(findings).toEqual(made.proposal?.findings);
  });

  test('a comment in the settings is no change of them', async () => {
    const settings = 'review:\n  approvals: 1\n';
    const repo = proposed(
      { 'policies/settings.yaml': `# said\n${settings}` },
      { 'policies/settings.yaml': settings },
    );
    expect((await planned(repo)).plan.proposal?.findings).toEqual([]);
  });

  test('errors first; a file that broke is not one that went away', async () => {
    const repo = proposed({
      'policies/notes.txt': 'x',
      'policies/tenants/contoso.yaml': `${CONTOSO}nonsense: true\n`,
    });
    const { plan: made } = await planned(repo);
    expect(made.tenants).toEqual([]);
    expect(made.proposal?.noLongerManaged).toEqual([]);
    expect(made.proposal?.findings.map(({ rule }) => rule)).toEqual(['unknown-key', 'unknown-file']);
  });

  test('the first policies of all are all its own', async () => {
    const repo = repository();
    repo.commit({ readme: 'x' });
    repo.run('checkout', '-q', '-b', 'change');
    repo.commit(BASE);
    repo.run('checkout', '-q', 'main');
    const { plan: made } = await planned(repo, { tenant: ['contoso'] });
    expect(made.tenants.map((tenant) => (isFailed(tenant) ? 'failed' : tenant.policyBefore))).toEqual([null]);
  });

  test('the plan file holds it all, and is read again as it was written', async () => {
    const repo = proposed({
      'policies/tenants/adatum.yaml': ADATUM.replace('    - name: SG-Mobil-Werk2\n', ''),
      'policies/tenants/contoso.yaml': null,
    });
    const out = join(repo.folder, 'plan.json');
    const { plan: made } = await planned(repo, { out });
    expect(readPlan(readFileSync(out, 'utf8'))).toEqual(JSON.parse(JSON.stringify(made)));
    expect(made.tenants).toHaveLength(1);
  });
});

describe('a proposal that cannot be planned', () => {
  test('a conflict, with the file', async () => {
    const repo = proposed({ 'policies/tenants/contoso.yaml': `${CONTOSO}# a\n` });
    repo.commit({ 'policies/tenants/contoso.yaml': `${CONTOSO}# b\n` });
    await expect(planned(repo)).rejects.toThrow('policies/tenants/contoso.yaml changed on both sides');
  });

  test('a base that is not there', async () => {
    await expect(planned(proposed({}), { base: 'nowhere' })).rejects.toThrow('There is no commit nowhere');
  });
});

describe('losses of earlier applies', () => {
  const now = new Date('2026-11-24T09:00:00Z');
  const losing = (time: string) =>
    `${JSON.stringify({ time, run: 'r', tenant: CONTOSO_ID, digest: 'd', event: 'losing', people: [time] })}\n`;

  /** A repository whose journal branch holds these lines of contoso. */
  function journalled(lines: string, branch = 'iosmail-journal', settings?: string): Repository {
    const repo = proposed(
      { 'policies/tenants/contoso.yaml': CONTOSO.replace('    - name: SG-iOS-Mail-Sales\n', '') },
      settings === undefined ? {} : { 'policies/settings.yaml': settings },
    );
    repo.run('checkout', '-q', '--orphan', 'journal');
    const commit = repo.commit({ [`tenants/${CONTOSO_ID}.jsonl`]: lines });
    repo.run('checkout', '-q', 'main');
    repo.run('update-ref', `refs/remotes/origin/${branch}`, commit);
    return repo;
  }
  const opened = (repo: Repository) =>
    openProposal({
      policies: join(repo.folder, 'policies'),
      tenant: [],
      base: 'main',
      head: 'change',
      day: DAY,
    });

  test('of the last seven days count, from the branch that the base names', async () => {
    const lines = losing('2026-11-10T09:00:00Z') + losing('2026-11-20T09:00:00Z');
    const { losses } = await opened(journalled(lines));
    expect([...losses(CONTOSO_ID, now)]).toEqual(['2026-11-20T09:00:00Z']);
    expect([...losses('another', now)]).toEqual([]);
    const named = journalled(lines, 'records', 'journal:\n  branch: records\n');
    expect([...(await opened(named)).losses(CONTOSO_ID, now)]).toHaveLength(1);
    const other = journalled(lines, 'another-branch');
    expect([...(await opened(other)).losses(CONTOSO_ID, now)]).toEqual([]);
  });

  test('a damaged journal fails the tenant: it is not "no losses"', async () => {
    const repo = journalled(`${losing('2026-11-20T09:00:00Z')}broken\n${losing('2026-11-21T09:00:00Z')}`);
    const { plan: made } = await planned(repo);
    expect(made.tenants).toMatchObject([
      { status: 'failed', error: { message: expect.stringContaining('Line 2 of the journal') } },
    ]);
  });

  test('the folder at hand still counts beside it', async () => {
    const repo = journalled(losing('2026-11-20T09:00:00Z'));
    const journal = join(repo.folder, 'here');
    repo.write({ here: null, [`here/${CONTOSO_ID}.jsonl`]: 'broken\nbroken\n' });
    writeFileSync(join(journal, 'other'), '');
    const { plan: made } = await planned(repo, { journal });
    expect(made.tenants.map(({ status }) => status)).toEqual(['failed']);
  });
});

describe('whom a proposal may name', () => {
  const ask = (people: string) => `privacy:\n  people: ${people}\n`;
  const change = { 'policies/tenants/contoso.yaml': CONTOSO.replace('    - name: SG-iOS-Mail-IT\n', '') };

  test.each([
    ['the base hides names, the proposal would show them', ask('counts'), ask('names')],
    ['the proposal hides them, the base does not yet', ask('names'), ask('counts')],
  ])('nobody, where %s', async (_, before, after) => {
    const file = 'policies/settings.yaml';
    const repo = proposed({ ...change, [file]: after }, { [file]: before });
    const result = await planned(repo, { names: join(repo.folder, 'names.json') });
    const [contoso] = result.plan.tenants;
    if (contoso === undefined || isFailed(contoso)) throw new Error('not planned');
    expect(contoso.impact.lose).toHaveLength(12);
    for (const { name } of contoso.impact.lose) expect(name).toMatch(/^person-[0-9a-f]{12}$/);
    const { people } = JSON.parse(readFileSync(join(repo.folder, 'names.json'), 'utf8'));
    expect(people[contoso.impact.lose[0]?.name ?? ''].name).toMatch(/^it-\d+@contoso\.example$/);
  });

  test('everybody, where nothing hides them, and then there is no list of names', async () => {
    const repo = proposed(change);
    const [contoso] = (await planned(repo)).plan.tenants;
    if (contoso === undefined || isFailed(contoso)) throw new Error('not planned');
    expect(contoso.impact.lose.map(({ name }) => name)).toContain('it-001@contoso.example');
    await expect(planned(repo, { names: join(repo.folder, 'names.json') })).rejects.toThrow('there are none');
  });
});
