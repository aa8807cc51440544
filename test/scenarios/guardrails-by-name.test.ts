// A guardrail that names a person counts whatever is shown, however the name is written, and where it cannot be read.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { TenantPlan } from '../../src/core/plan.ts';
import { pseudonym } from '../../src/core/pseudonym.ts';
import { guardFrom } from '../../src/guardrails/open.ts';
import { hideNames } from '../../src/planning/hide-names.ts';
import { loadPolicies } from '../../src/policy/load.ts';
import { planJson } from '../../src/render/plan-json.ts';
import { userId } from '../../src/sandbox/directory.ts';
import type { Tenant } from '../../src/sandbox/tenant.ts';
import { reportOf } from './stage.ts';
import { CONSENT, MAIL, woodgrove } from './tenant-builder.ts';
import { writesIn } from './wire.ts';
import { only, openWorld } from './world.ts';

const CEO = 'ceo@woodgrove.example';
const BY_NAME = `!(impact.lose + impact.unknown).exists(p, p.name in ["${CEO}"])`;
const OR_UNREAD = `${BY_NAME} && (!change.narrows || size(impact.unread) == 0)`;

/** The head of the company is assigned beside a group of two; the policy keeps the group only. */
function tenant(): Tenant {
  return woodgrove({
    people: ['anna', 'ben', 'ceo'],
    groups: { A: ['anna', 'ben'] },
    userConsent: CONSENT.none,
    app: { required: true, assigned: ['A', 'ceo'], tenantWide: MAIL },
  });
}

const KEEPS_THE_GROUP = 'assignments:\n  groups:\n    - name: A\n  users: []\n  unlisted: remove\n';
/** Nobody need be looked up for it, so that nothing else is in its way. */
const SHUTS =
  'application:\n  enabledForSignIn: false\nexceptions:\n  - { rule: empties-access, reason: CHG-1, until: 2026-12-01 }\n';

async function policies(require?: string, body = KEEPS_THE_GROUP) {
  const folder = mkdtempSync(join(tmpdir(), 'iosmail-by-name-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'tenants'));
  const head = 'tenant:\n  name: woodgrove\n  id: dfdff506-4bfc-4582-a40c-e1de13c4eaf0\n';
  writeFileSync(join(folder, 'tenants', 'woodgrove.yaml'), `${head}safety:\n  settle: 0\n${body}`);
  if (require !== undefined) writeFileSync(join(folder, 'guardrails.yaml'), guardrails(require));
  return await loadPolicies(folder, '2026-11-24');
}

function guardrails(require: string): string {
  const said = `    severity: error\n    message: They must keep it.\n    owner: us\n`;
  return `guardrails:\n  - id: by-name\n${said}    require: ${JSON.stringify(require)}\n`;
}

const about = ({ findings }: TenantPlan) => findings.filter(({ rule }) => rule === 'guardrail/by-name');

describe('where names are not shown', () => {
  test('a plan is refused as where they are, and neither it nor the finding shows the name', async () => {
    const asked = await policies(BY_NAME);
    expect(only(await openWorld([tenant()]).plan(asked)).status).toBe('refused');
    const { hide } = hideNames();
    const plan = await openWorld([tenant()]).plan({ ...asked, hide });
    expect(only(plan).status).toBe('refused');
    expect(about(only(plan))).toHaveLength(1);
    const { id } = only(plan).tenant;
    expect(only(plan).impact.lose.map(({ name }) => name)).toEqual([
      pseudonym(id, only(plan).impact.lose[0]?.id ?? ''),
    ]);
    expect(planJson(plan)).not.toContain('ceo@');
  });

  test('an apply judges by them as well, and so do the guardrails from before the change', async () => {
    const world = openWorld([tenant()]);
    const { hide } = hideNames();
    const free = { ...(await policies()), hide };
    const plan = await world.plan(free);
    expect(only(plan).status).toBe('changes');
    const now = reportOf(await world.apply(plan, { ...(await policies(BY_NAME)), hide }));
    expect(now.outcome).toBe('refused');
    expect(JSON.stringify(now)).not.toContain('ceo@');
    const rule = { id: 'by-name', severity: 'error', message: 'They must keep it.', owner: 'us' };
    const guard = await guardFrom(JSON.stringify([{ ...rule, require: BY_NAME }]));
    if (guard === undefined) throw new Error('no guard');
    const under = { kind: 'pull request', pull: 7, approvedBy: ['bob'] } as const;
    const review = { under, recheck: async () => undefined, guard };
    expect(reportOf(await world.apply(plan, free, { review })).outcome).toBe('refused');
    expect(writesIn(world.wire)).toEqual([]);
    expect(reportOf(await world.apply(plan, free)).outcome).toBe('applied');
  });

  test('what cannot be evaluated quotes no name', async () => {
    const others = 'impact.lose.filter(p, p.name != "anna@contoso.example")';
    const asked = await policies(`${others}.all(p, tenant.labels[p.name] == "x")`);
    const { hide } = hideNames();
    const plan = only(await openWorld([tenant()]).plan({ ...asked, hide }));
    expect(about(plan)[0]?.message).toMatch(/cannot be evaluated for this tenant: field not found\.$/);
  });
});

describe('a name is found', () => {
  test('however the directory writes it', async () => {
    const shouting = tenant();
    const user = shouting.users.get(userId(shouting, 'ceo'));
    if (user === undefined) throw new Error('nobody');
    user.userPrincipalName = 'CEO@Woodgrove.example';
    const plan = only(await openWorld([shouting]).plan(await policies(BY_NAME)));
    expect(plan.impact.lose.map(({ name }) => name)).toEqual(['CEO@Woodgrove.example']);
    expect(about(plan)).toHaveLength(1);
    expect(plan.status).toBe('refused');
  });

  test('nowhere, where users may not be looked up: that is told, and a rule can refuse it', async () => {
    const world = openWorld([tenant()]);
    world.sandbox.fault = ({ path }) =>
      decodeURIComponent(path).includes('/users?$filter=id')
        ? {
            kind: 'answer',
            status: 403,
            body: { error: { code: 'Authorization_RequestDenied', message: 'No.' } },
          }
        : undefined;
    const plan = only(await world.plan(await policies(OR_UNREAD, SHUTS)));
    expect(plan.impact.unread).toEqual([
      'the users who are assigned or consented could not be looked up (No.)',
    ]);
    expect(plan.impact.lose).toHaveLength(3);
    expect(about(plan)).toHaveLength(1);
    expect(plan.status).toBe('refused');
    expect(plan.findings.find(({ rule }) => rule === 'people-unread')?.message).toMatch(
      /^What is said of single people.* may miss somebody: the users who are assigned/,
    );
    // They are counted all the same: what goes by numbers alone is not refused.
    expect(plan.findings.map(({ rule }) => rule)).not.toContain('removal-limit');
  });

  test('nowhere, where users are shown without their names', async () => {
    const closed = tenant();
    closed.settings.refuse = ['User.ReadBasic.All', 'User.Read.All'];
    const plan = only(await openWorld([closed]).plan(await policies(OR_UNREAD, SHUTS)));
    expect(plan.impact.unread).toEqual([
      'the names of members of A were not shown',
      expect.stringContaining('the users who are assigned or consented could not be looked up'),
    ]);
    expect(about(plan)).toHaveLength(1);
  });
});
