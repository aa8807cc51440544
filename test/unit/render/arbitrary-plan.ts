import fc from 'fast-check';
import { GATE_GROUPS } from '../../../src/core/assessment.ts';
import type { Json } from '../../../src/core/json.ts';
import type { FailedTenant, Plan, TenantPlan } from '../../../src/core/plan.ts';
import type { Desired } from '../../../src/core/state.ts';

/** Stands for one foreign text, so that the same plan can be told with harmless and with hostile ones. */
const MARK = 'FOREIGN';

/** Puts the texts, in turn, where the plan has a mark. */
export function withTexts(plan: Plan, texts: readonly string[]): Plan {
  let at = 0;
  const next = () => texts[at++ % texts.length] ?? '';
  const fill = (value: unknown): unknown => {
    if (value === MARK) return next();
    if (Array.isArray(value)) return value.map(fill);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, fill(each)]));
  };
  return fill(plan) as Plan;
}

const text = fc.constant(MARK);
const texts = fc.array(text, { maxLength: 2 });
const guid = fc.uuid().map((id) => id.toLowerCase());
const day = fc
  .date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));
const whole = fc.integer({ min: 1, max: 10_000 });
const cloud = fc.constantFrom('global' as const, 'usgov' as const, 'usgovdod' as const, 'china' as const);
const position = fc.record({ file: text, line: whole, column: whole });
const level = fc.constantFrom('none' as const, 'may' as const, 'has' as const, 'unknown' as const);
const value: fc.Arbitrary<Json> = fc.oneof(
  text,
  fc.boolean(),
  fc.constant(null),
  fc.integer(),
  fc.array(text, { maxLength: 3 }),
  fc.record({ scope: text, enabled: fc.boolean() }),
);

/** Records with some optional keys left out, never set to undefined. */
function partly<T extends object, O extends object>(
  required: { [K in keyof T]: fc.Arbitrary<T[K]> },
  optional: { [K in keyof O]: fc.Arbitrary<O[K]> },
): fc.Arbitrary<T & Partial<O>> {
  const all = fc.record(required) as fc.Arbitrary<T>;
  const some = fc.record(optional, { requiredKeys: [] }) as fc.Arbitrary<Partial<O>>;
  return fc.tuple(all, some).map(([one, other]) => ({ ...one, ...other }));
}

const use = fc.oneof(
  fc.record({ evidence: fc.constant('seen' as const), last: fc.constantFrom('2026-11-01', '2026-11-23') }),
  fc.record({ evidence: fc.constantFrom('grant' as const, 'none' as const) }),
  fc.record({ evidence: fc.constant('unknown' as const), why: text }),
);
const kind = fc.constantFrom('guest' as const, 'account disabled' as const, 'Global Administrator' as const);
const person = fc.record(
  {
    id: guid,
    name: text,
    via: texts,
    why: fc.array(text, { minLength: 1, maxLength: 3 }),
    kind: fc.array(kind, { minLength: 1, maxLength: 2 }),
    use,
  },
  { requiredKeys: ['id', 'name', 'via'] },
);
const people = fc.array(person, { maxLength: 12 });
const dated = { from: day, until: day, reason: text };

const policy: fc.Arbitrary<Desired> = fc.record({
  tenant: partly(
    { name: text, id: guid, cloud, labels: fc.dictionary(fc.constantFrom('ring', 'tier'), text) },
    { identity: fc.record({ plan: text, apply: text }, { requiredKeys: [] }) },
  ),
  application: fc.record({
    enabledForSignIn: fc.constantFrom(true, false, 'unmanaged' as const),
    assignmentRequired: fc.constantFrom(true, false, 'unmanaged' as const),
    visibleToUsers: fc.constantFrom(true, false, 'unmanaged' as const),
  }),
  consent: fc.record({
    tenantWide: fc.oneof(
      fc.constant('unmanaged' as const),
      fc.subarray(['EAS.AccessAsUser.All' as const, 'EWS.AccessAsUser.All' as const]),
    ),
    userConsent: fc.oneof(
      fc.constantFrom('unmanaged' as const, 'none' as const, 'thisAppOnly' as const),
      fc.record({ custom: text }),
    ),
    userGrants: fc.constantFrom('keep' as const, 'report' as const, 'revoke' as const),
  }),
  assignments: partly(
    {
      groups: fc.oneof(
        fc.constant('unmanaged' as const),
        fc.array(
          partly(
            { as: fc.constantFrom('group' as const, 'members' as const) },
            { name: text, id: guid, limit: whole, ...dated },
          ),
          { maxLength: 2 },
        ),
      ),
      users: fc.oneof(
        fc.constant('unmanaged' as const),
        fc.array(partly({ upn: text }, dated), { maxLength: 2 }),
      ),
    },
    { unlisted: fc.constantFrom('remove' as const, 'keep' as const) },
  ),
  safety: partly(
    {
      protected: texts,
      transition: fc.constantFrom('refuse' as const, 'continuity' as const, 'containment' as const),
      settle: fc.nat(600),
    },
    { maxRemovals: fc.oneof(whole, fc.constant('10%')) },
  ),
  exceptions: fc.array(partly({ rule: text, reason: text, until: day }, { limit: whole, upn: text }), {
    maxLength: 2,
  }),
});

const finding = partly(
  {
    rule: text,
    severity: fc.constantFrom('error' as const, 'warning' as const, 'info' as const),
    message: text,
  },
  {
    fix: text,
    at: position,
    waivable: fc.record({ limit: whole, person: text }, { requiredKeys: [] }),
    waived: fc.record({ reason: text, until: day }),
  },
);

const change = partly(
  {
    setting: fc.oneof(
      text,
      guid.map((id) => `assignments/${id}`),
    ),
    label: text,
    before: value,
    after: value,
  },
  { subject: text, at: position, words: fc.record({ before: text, after: text }) },
);

const step = partly(
  {
    number: whole,
    group: fc.constantFrom(...GATE_GROUPS),
    direction: fc.constantFrom('widens' as const, 'narrows' as const, 'neutral' as const),
    request: partly(
      {
        method: fc.constantFrom('POST' as const, 'PATCH' as const, 'DELETE' as const),
        path: guid.map((id) => `/servicePrincipals/${id}`),
        what: text,
        permission: text,
      },
      { body: value },
    ),
    changes: fc.array(change, { maxLength: 2 }),
  },
  { settle: fc.nat(600) },
);

const order = partly(
  {
    holdsFor: fc.constantFrom('any membership' as const, 'the membership as read' as const),
    assumptions: texts,
    gaveWay: texts,
    columns: fc.array(fc.constantFrom('now', 'grant', MARK), { minLength: 1, maxLength: 3 }),
    rows: fc.array(fc.record({ who: text, levels: fc.array(fc.oneof(level, text), { maxLength: 3 }) }), {
      maxLength: 3,
    }),
  },
  { givenUp: text },
);

const tenantPlan: fc.Arbitrary<TenantPlan> = partly(
  {
    tenant: fc.record({ name: text, id: guid, cloud }),
    appId: guid,
    status: fc.constantFrom('unchanged' as const, 'changes' as const, 'refused' as const),
    effect: fc.constantFrom(
      'widens' as const,
      'narrows' as const,
      'widens and narrows' as const,
      'neutral' as const,
    ),
    restsOn: fc.record({
      exists: fc.boolean(),
      enabledForSignIn: fc.boolean(),
      assignmentRequired: fc.boolean(),
      tenantWide: fc.oneof(fc.constant('unknown' as const), texts),
      userConsent: fc.oneof(fc.constant('unknown' as const), fc.boolean()),
    }),
    impact: fc.record({
      gain: people,
      lose: people,
      retain: people,
      unknown: people,
      everyoneElse: fc.record({ before: level, after: level }),
      unread: texts,
    }),
    steps: fc.array(step, { maxLength: 4 }),
    leftAlone: fc.array(fc.record({ setting: text, label: text, now: text, why: text }), { maxLength: 2 }),
    findings: fc.array(finding, { maxLength: 3 }),
    policy,
    digest: fc.constant(`sha256:${'0f'.repeat(32)}`),
  },
  { order },
);

const failed: fc.Arbitrary<FailedTenant> = fc.record({
  tenant: fc.record({ name: text, id: guid, cloud }),
  status: fc.constant('failed' as const),
  error: fc.record({ message: text, fix: text }),
});

/** Any plan, with a mark wherever text is foreign. */
export const plan: fc.Arbitrary<Plan> = fc.record({
  formatVersion: fc.constant(1 as const),
  tool: fc.record({ name: fc.constant('iosmail' as const), version: text }),
  day,
  tenants: fc.uniqueArray(fc.oneof({ weight: 4, arbitrary: tenantPlan }, { weight: 1, arbitrary: failed }), {
    maxLength: 3,
    selector: ({ tenant }) => tenant.id,
  }),
});
