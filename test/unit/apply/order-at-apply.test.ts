import { expect, test } from 'vitest';
import type { GateGroup } from '../../../src/core/assessment.ts';
import type { Step, TenantPlan } from '../../../src/core/plan.ts';
import { directory, gated, open, type Parts, people } from '../core/guard-world.ts';
import type { Tenant } from '../core/oracle.ts';
import { DAY } from '../core/plan-groups.ts';
import { policy } from '../core/tenant-double.ts';
import { forged, look, NEVER_PLANNED } from './judged.ts';

const IDS = people(3);
const DIRECTORY = directory(IDS, { g1: IDS.slice(0, 1), g2: IDS.slice(1, 2) });
const BOTH = ['EAS.AccessAsUser.All', 'EWS.AccessAsUser.All'] as const;
const SHUT = open({ tenantWide: new Set() });

const allowed = ['closes-open-tenant', 'removal-limit'].map((rule) => ({
  rule,
  limit: 100,
  reason: 'the order is what is tested',
  until: DAY,
}));
const EMPTIED = { rule: 'empties-access', reason: 'the order is what is tested', until: DAY };
const toGroups: Parts = {
  application: { assignmentRequired: true },
  consent: { tenantWide: BOTH },
  assignments: {
    groups: [
      { name: 'SG-g1', as: 'group' },
      { name: 'SG-g2', as: 'group' },
    ],
    unlisted: 'remove',
  },
};
const instead: Parts = { consent: { tenantWide: BOTH, userConsent: 'none' } };

const first = (group: GateGroup) => (steps: readonly Step[]) => [
  ...steps.filter((step) => step.group === group),
  ...steps.filter((step) => step.group !== group),
];

/** What a file says of itself, and the journal of it. */
type Pretence = {
  /** A step that looks done comes first. */
  readonly pretending: boolean;
  readonly begun: boolean;
  readonly gaveWay: readonly string[];
};

/** Judges a plan whose steps were altered, in a tenant that shows nothing of it done yet. */
async function verdictOn(
  tenant: Tenant,
  parts: Parts,
  alter: (steps: readonly Step[]) => readonly Omit<Step, 'number'>[],
  { pretending = false, begun = false, gaveWay = [] }: Partial<Pretence> = {},
) {
  const asked = policy({ ...parts, exceptions: allowed });
  const { fresh, verdict } = await look(tenant, DIRECTORY, asked, { administrators: IDS.slice(2) });
  expect(fresh.status).toBe('changes');
  expect(verdict(fresh).kind).toBe('go');
  const numbered = (steps: readonly Omit<Step, 'number'>[]) =>
    steps.map((step, index): Step => ({ ...step, number: index + 1 }));
  const claims: Partial<TenantPlan['order']> = { holdsFor: 'any membership', gaveWay };
  const altered = pretending ? [NEVER_PLANNED, ...alter(fresh.steps)] : alter(fresh.steps);
  return verdict(forged(fresh, numbered(altered), claims), begun);
}

test.each<[string, Tenant, Parts, (steps: readonly Step[]) => readonly Step[], RegExp]>([
  [
    'people lose mail until they are assigned',
    open(),
    toGroups,
    first('require-assignment'),
    /not safe: people newly assigned \(2\) could not sign in for a while$/,
  ],
  [
    'everyone has mail until assignment is required',
    SHUT,
    toGroups,
    first('grant'),
    /not safe: everyone else could sign in for a while$/,
  ],
  [
    'a protected administrator is without mail',
    gated({ tenantWide: new Set(), own: new Map([[IDS[2] ?? '', new Set(['EAS', 'EWS'] as const)]]) }),
    {
      consent: { tenantWide: BOTH, userGrants: 'revoke' },
      safety: { protected: [`${IDS[2]}@contoso.example`] },
    },
    first('revoke-user-grants'),
    /protected person .* would be without access for a while$/,
  ],
  [
    'people who have mail must consent again for a while',
    open({
      tenantWide: new Set(),
      consentLets: true,
      own: new Map([[IDS[0] ?? '', new Set(['EAS', 'EWS'] as const)]]),
    }),
    { consent: { tenantWide: BOTH, userGrants: 'revoke' } },
    first('revoke-user-grants'),
    /not safe: people consented for themselves \(1\) could not sign in for a while$/,
  ],
  [
    'outsiders may consent for a while',
    gated({ tenantWide: new Set(), consentLets: true }),
    { application: { assignmentRequired: false }, consent: { userConsent: 'none' } },
    first('stop-requiring-assignment'),
    /not safe: .*everyone else.* could sign in for a while$/,
  ],
  [
    'steps of one kind are apart',
    SHUT,
    toGroups,
    ([one, two, ...rest]) => [one, ...rest, two].filter((step) => step !== undefined),
    /do not stay together$/,
  ],
  [
    'a step goes by the name of another kind',
    open(),
    toGroups,
    (steps) => steps.map((step) => ({ ...step, group: 'visibility' as const })),
    /^step \d does something else to people's access now than was reviewed$/,
  ],
  [
    'a consent policy is assigned before it has its conditions',
    SHUT,
    { consent: { userConsent: 'thisAppOnly' } },
    (steps) => steps.toReversed(),
    /rest on one another/,
  ],
])('%s: stale, also for a file that claims to be half done', async (_, tenant, parts, alter, why) => {
  for (const pretending of [false, true]) {
    const verdict = await verdictOn(tenant, parts, alter, { pretending, begun: pretending });
    expect(verdict).toMatchObject({ kind: 'stale', why: expect.stringMatching(why) });
    if (verdict.kind === 'stale') expect(verdict.reviewed).not.toEqual(verdict.live);
  }
});

test('an order that keeps both hard rules but is less gentle passes only where a run of it has begun', async () => {
  const consenting = open({ tenantWide: new Set(), consentLets: true });
  const harsh = first('narrow-user-consent');
  for (const pretending of [false, true]) {
    expect(await verdictOn(consenting, instead, harsh, { pretending })).toMatchObject({
      kind: 'stale',
      why: "there is a gentler order than the reviewed one: Somebody's access moves in both directions on the way",
    });
  }
  const begun = { pretending: true, begun: true };
  expect(await verdictOn(consenting, instead, harsh, begun)).toMatchObject({ kind: 'go' });
});

test('where a rule may give way, an order that gives it up without need is stale', async () => {
  const asked: Parts = { ...toGroups, safety: { transition: 'continuity' } };
  for (const pretending of [false, true]) {
    expect(await verdictOn(SHUT, asked, first('grant'), { pretending })).toMatchObject({
      kind: 'stale',
      why: expect.stringMatching(/^the reviewed order is not the best there is: Containment is given up/),
    });
  }
});

test('a detour excuses no limit unless the journal tells of a run that may be on it', async () => {
  const asked = policy({ ...toGroups, safety: { maxRemovals: 0 } });
  const { fresh, verdict } = await look(open(), DIRECTORY, asked);
  expect(fresh.status).toBe('refused');
  const file = forged(
    { ...fresh, status: 'changes', findings: [] },
    [{ ...NEVER_PLANNED, number: 1 }, ...fresh.steps],
    {
      gaveWay: ["Somebody's access moves in both directions on the way."],
    },
  );
  expect(verdict(file)).toMatchObject({
    kind: 'refused',
    why: expect.stringMatching(/^closes-open-tenant: /),
  });
  expect(verdict(file, true)).toMatchObject({ kind: 'go' });
});

test('one group after the other in any order is nobody the worse for', async () => {
  const swapped = (steps: readonly Step[]) => {
    const adds = steps.filter(({ group }) => group === 'add-assignees').toReversed();
    const at = steps.findIndex(({ group }) => group === 'add-assignees');
    return steps.map((step, index) => adds[index - at] ?? step);
  };
  expect(await verdictOn(SHUT, toGroups, swapped)).toMatchObject({ kind: 'go' });
});

test.each<[string, (plan: TenantPlan) => Partial<TenantPlan>]>([
  [
    'somebody more may lose',
    ({ impact }) => ({ impact: { ...impact, lose: [{ id: 'eve', name: 'eve', via: [] }] } }),
  ],
  ['a step is left out', ({ steps }) => ({ steps: steps.slice(1) })],
  ['the digest is that of another plan', () => ({ digest: `sha256:${'0'.repeat(64)}` })],
])('a file whose digest does not fit it (%s): refused', async (_, alter) => {
  const asked = policy({ ...toGroups, exceptions: allowed });
  const { fresh, verdict } = await look(open(), DIRECTORY, asked);
  expect(verdict({ ...fresh, ...alter(fresh) })).toMatchObject({
    kind: 'refused',
    why: expect.stringContaining('its digest does not fit'),
  });
});

test('whoever was to keep access keeps it, also half-way along a detour', async () => {
  const asked = policy({
    assignments: { groups: [], unlisted: 'remove' },
    exceptions: [...allowed, EMPTIED],
  });
  const { fresh, verdict } = await look(gated({ assignedGroups: new Set(['g1']) }), DIRECTORY, asked);
  const [loser, ...others] = fresh.impact.lose;
  expect([loser?.id, others]).toEqual([IDS[0], []]);
  const steps = [{ ...NEVER_PLANNED, number: 1 }, ...fresh.steps];
  const halfWay = (impact: Partial<TenantPlan['impact']>) =>
    verdict(
      forged({ ...fresh, impact: { ...fresh.impact, ...impact } }, steps, {
        gaveWay: ["Somebody's access moves in both directions on the way."],
      }),
      true,
    );
  expect(halfWay({}).kind).toBe('go');
  expect(halfWay({ lose: [], retain: fresh.impact.lose })).toMatchObject({
    kind: 'stale',
    why: '1 person would lose access, not among those reviewed',
  });
});
