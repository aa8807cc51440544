import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DAY, judged, many, opened, people, planFor, rule } from './plans.ts';

const head = 'guardrails:\n  - id: sample\n    severity: error\n    message: Not so.\n    owner: us\n';

/** What is wrong with an expression, as `line:column message`. */
async function said(yaml: string): Promise<string> {
  const { findings, guard } = await opened(yaml);
  if (findings.length === 0) return '';
  // Whoever asks nevertheless gets no plan past it.
  const { findings: refused } = guard({ plan: planFor(), recentLosses: new Set(), day: DAY });
  expect(refused[0]?.severity).toBe('error');
  const [first] = findings;
  expect(first?.severity).toBe('error');
  expect(first?.fix).toMatch(/\S/);
  expect(first?.at?.file).toBe('policies/guardrails.yaml');
  return `${first?.at?.line}:${first?.at?.column} ${first?.message}`;
}

describe('a wrong expression refuses and says where', () => {
  test.each([
    ['no CEL', 'policy..consent', /^6:21 .*no CEL expression/],
    ['a name that is not there', 'true || polcy.x == 1', /^6:23 .*nothing named `polcy`/],
    [
      'a field that is not there',
      'policy.consent.userConsentt != "allApps"',
      /^6:29 .*no field `userConsentt`/,
    ],
    ['a field of every item', 'impact.lose.all(p, p.nam != "x")', /^6:35 .*no field `nam`/],
    ['a field of what filter leaves', 'size(impact.lose.filter(p, p.gest)) == 0', /no field `gest`/],
    ['a prototype', 'policy.constructor == "x"', /no field `constructor`/],
    ['a field of a text', 'today.year == "2026"', /no field `year`/],
    ['a limit the rule has not', 'size(impact.lose) <= limit', /nothing named `limit`/],
    ['a function that is not there', 'true || foo(1)', /no function `foo`/],
    ['regular expressions', 'today.matches("(a*)*b")', /no function `matches`/],
    ['a wrong type, though another part decides', 'true || 1 + "a" == 2', /^6:25 .*no matching overload/],
    [
      'a value that is not always one',
      '!policy.application.assignmentRequired',
      /^6:15 .*no matching overload/,
    ],
    ['a list for a number', 'impact.lose <= 5', /no matching overload/],
    ['a number for a text', 'recentLosses != "3"', /never equal/],
    ['a word that is none', 'policy.consent.userConsent != "allapps"', /`userConsent` is never "allapps"/],
    ['a word in a list that is none', '!(change.effect in ["widens", "narow"])', /`effect` is never "narow"/],
    [
      'a setting that is none',
      '!plan.changes.exists(c, c.setting == "consent/userConsents")',
      /^6:\d+ .*No setting is "consent\/userConsents"/,
    ],
    [
      'a setting of somebody, without who',
      '!plan.changes.exists(c, c.setting in ["assignments/"])',
      /No setting is/,
    ],
    [
      'what no setting begins with',
      '!plan.changes.exists(c, c.setting.startsWith("assignment/"))',
      /No setting begins with "assignment\/"/,
    ],
    ['a truth value as text', 'policy.application.assignmentRequired != "false"', /is never "false"/],
    ['a label nobody asked for', 'tenant.labels.tier == "x"', /^6:28 .*field not found: tier/],
    ['no truth value', 'size(impact.lose)', /must be true or false/],
    ['a text that looks true', '"true"', /must be true or false/],
    ['an item of an empty list', 'impact.lose[0].guest', /out of bounds/],
    ['a division by nothing', 'recentLosses / 0 > 1', /divide by zero/],
    ['maps', '{"a": true}.a', /cannot be written/],
    ['lists inside lists', 'impact.lose.all(a, impact.retain.all(b, a.id != b.id))', /too much work/],
    [
      'lists inside lists inside lists',
      'impact.gain.all(a, impact.gain.all(b, impact.gain.all(c, true)))',
      /too much work/,
    ],
    [
      'an address among people',
      '!("ceo@a.example" in impact.lose)',
      /^6:35 .*text is never in a list of objects/,
    ],
    [
      'an address in a person',
      '!impact.lose.exists(p, "ceo@a.example" in p)',
      /^6:56 .*looks into a list.*object/,
    ],
    [
      'an address among those filter leaves',
      '!("a@b.example" in impact.lose.filter(p, p.guest))',
      /never in a list of objects/,
    ],
    ['an address in a text', '!impact.lose.exists(p, "ceo@a.example" in p.name)', /looks into a list.*text/],
    ['a number among texts', '!(3 in policy.unmanaged)', /number is never in a list of texts/],
    [
      'a written list for one of people',
      'impact.lose != ["ceo@a.example"]',
      /list of objects.* never equal .*list of texts/,
    ],
    ['a field that is computed', 'impact.lose.all(p, p[today] != "x")', /named, not computed/],
    ['a field in brackets that is not there', 'impact["loze"] == 1', /no field `loze`/],
    [
      'a capital in an address',
      'impact.lose.all(p, p.name != "CEO@a.example")',
      /^6:45 .*small letters.*Write "ceo@a.example"/,
    ],
    [
      'a capital in a list of addresses',
      'impact.lose.all(p, !(p.name in ["a@a.example", "CEO@a.example"]))',
      /Write "ceo@a.example"/,
    ],
    ['a capital in the start of an address', 'impact.lose.all(p, !p.name.startsWith("CEO"))', /Write "ceo"/],
    [
      'a capital in a user of the policy',
      '!policy.assignments.users.exists(u, u.upn.contains("#EXT#"))',
      /Write "#ext#"/,
    ],
    ['a capital in an id', 'tenant.id != "DFDFF506"', /Write "dfdff506"/],
    [
      'a capital beside a list of names',
      '!("CEO@a.example" in impact.lose.map(p, p.name))',
      /Write "ceo@a.example"/,
    ],
    ['a capital in brackets', 'impact.lose.all(p, p["name"] != "CEO@a.example")', /Write "ceo@a.example"/],
    [
      'a capital where a list is gone through',
      '!["CEO"].exists(x, impact.lose.exists(p, p.name.startsWith(x)))',
      /Write "ceo"/,
    ],
    ['a capital that is put together', 'impact.lose.all(p, p.name != "CEO" + "@a.example")', /Write "ceo"/],
    [
      'a capital that is one of two',
      'impact.lose.all(p, p.name != (today > "2" ? "CEO" : "x"))',
      /Write "ceo"/,
    ],
    ['a capital against names in a loop', '!impact.lose.map(p, p.name).exists(n, n == "CEO")', /Write "ceo"/],
    [
      'a capital against what filter leaves',
      '!impact.lose.filter(p, p.guest).exists(p, p.name == "CEO")',
      /Write "ceo"/,
    ],
    ['brackets without end', `${'['.repeat(400)}`, /nested too deep/],
  ])('%s', async (_, expression, message) => {
    expect(await said(rule(expression))).toMatch(message);
  });

  test('the place is right however the text is written', async () => {
    const bad = 'polcy.x == 1';
    expect(await said(`${head}    require: true && ${bad}\n`)).toMatch(/^6:22 /);
    expect(await said(`${head}    require: 'true && ${bad}'\n`)).toMatch(/^6:23 /);
    expect(await said(`${head}    require: |\n      true &&\n        ${bad}\n`)).toMatch(/^8:9 /);
    expect(await said(`${head}    require: >- # why\n      true &&\n\n      ${bad}\n`)).toMatch(/^9:7 /);
    expect(await said(`${head}    require: true &&\n      ${bad}\n`)).toMatch(/^7:7 /);
    expect(await said(`${head}    require: "\\"a\\" == today || ${bad}"\n`)).toMatch(/^6:33 /);
  });
});

describe('names, addresses and ids are the same in capitals and in small letters', () => {
  const CEO = { id: 'ABCDEF', name: 'CEO@Contoso.example', via: ['member of SG-iOS-Mail'] };
  const { policy } = planFor();
  test.each([
    'impact.lose.all(p, p.name != "ceo@contoso.example")',
    'impact.lose.all(p, p.id != "abcdef")',
    '!("ceo@contoso.example" in impact.lose.map(p, p.name))',
    'impact.lose.all(p, !(p.name in policy.safety.protected))',
    'policy.assignments.users.all(u, u.upn != "ceo@contoso.example")',
    'exceptions.all(e, e.upn != "ceo@contoso.example")',
  ])('%s', async (expression) => {
    const { findings } = await judged(rule(expression), {
      impact: { lose: [CEO] },
      policy: {
        safety: { ...policy.safety, protected: ['Ceo@contoso.example'] },
        assignments: { ...policy.assignments, users: [{ upn: 'cEO@contoso.example' }] },
        exceptions: [
          { rule: 'protected-person', upn: 'CEO@contoso.EXAMPLE', reason: 'r', until: '2026-12-01' },
        ],
      },
    });
    expect(findings).toHaveLength(1);
    expect(findings[0]?.message).not.toContain('cannot be evaluated');
  });

  const beside = 'impact.lose.all(p, p.name != "a@contoso.example")';
  test.each([
    `policy.consent.userConsent != "allApps" && ${beside}`,
    `"EAS.AccessAsUser.All" in policy.consent.tenantWide || ${beside}`,
    `!policy.assignments.groups.exists(g, g.name in ["SG-A", "SG-B"]) && ${beside}`,
    `!policy.assignments.groups.exists(g, g.name.startsWith("SG-X") && g.id != "x") && ${beside}`,
    `!plan.changes.exists(c, c.after == "Yes") && ${beside}`,
    `!has(tenant.labels.Tier) || tenant.labels.Tier == "Gold" || tenant.labels["Tier"] == "G" || ${beside}`,
    '!impact.lose.exists(p, "member of SG-X" in p.via && p.name == "x")',
    '!impact.lose.filter(p, !p.guest).exists(p, "member of SG-X" in p.via)',
    'impact.lose.exists_one(p, p.guest) == false',
    '(size(impact.gain) > 3 ? impact.lose : impact.gain).all(p, !p.guest)',
    '!("a@contoso.example" in (impact.lose + impact.gain).filter(p, p.guest).map(p, p.name))',
    'policy.safety.protected != ["a@contoso.example"]',
    '["CHG-1", "CHG-2"].exists(c, exceptions.all(e, e.reason != c))',
    'policy["consent"]["userConsent"] != "allApps"',
  ])('a capital elsewhere is none of theirs: %s', async (expression) => {
    expect((await judged(rule(expression), { impact: { lose: [CEO] } })).findings).toEqual([]);
  });
});

describe('the shape of the file', () => {
  const item = (more: string) => `${head}    require: "true"\n${more}`;
  test.each([
    [
      'two with one id',
      `${item('')}${head.replace('guardrails:\n', '')}    require: "true"\n`,
      /^7:9 There are two/,
    ],
    ['approvals that refuse', item('    approvals: 2\n'), /^3:15 A guardrail that asks for approvals/],
    [
      'an exception that lowers its own review',
      item('    approvals: 2\n    exceptable: true\n').replace('error', 'info'),
      /No exception can be made/,
    ],
    ['no owner', item('').replace('    owner: us\n', ''), /^2:5 The entry has no `owner`/],
    ['an unknown key', item('    deny: "true"\n'), /Unknown key "deny"/],
  ])('%s', async (_, yaml, message) => {
    expect(await said(yaml)).toMatch(message);
  });
});

test('a list of a thousand is no trouble, and one that is too long is refused, not waited for', async () => {
  const fine = rule('impact.retain.all(p, !p.guest && p.name != "x")');
  expect((await judged(fine, { impact: { retain: many(19_000) } })).findings).toEqual([]);
  const squared = rule(`impact.retain.all(p, !(p.name in ${'impact.lose.map(q, q.name)'}))`);
  expect(await said(squared)).toMatch(/too much work/);
  const long = rule(Array.from({ length: 30 }, () => 'impact.retain.all(p, p.guest)').join(' || '));
  const started = Date.now();
  const { findings } = await judged(long, { impact: { retain: many(40_000) } });
  expect(Date.now() - started).toBeLessThan(5_000);
  expect(findings).toMatchObject([
    { severity: 'error', message: expect.stringMatching(/cannot be evaluated.*too much work/) },
  ]);
});

test('an error while evaluating refuses whatever the severity, and no exception waives it', async () => {
  // Passes every sample, and divides by zero for two people.
  const yaml = rule('10 / (size(impact.gain) - 2) < 100').replace('severity: error', 'severity: info');
  const exceptions = [{ rule: 'guardrail/sample', reason: 'CHG-1', until: '2026-12-01' }];
  const { findings } = await judged(yaml, { impact: { gain: people('a', 'b') }, policy: { exceptions } });
  expect(findings).toMatchObject([
    {
      rule: 'guardrail/sample',
      severity: 'error',
      message: expect.stringMatching(/cannot be evaluated for this tenant: int divide by zero/),
    },
  ]);
  expect(findings[0]).not.toHaveProperty('waivable');
  expect(findings[0]?.at).toMatchObject({ line: 6 });
});

// Whatever is broken about an expression, it must not read as "kept": its errors are objects, which are true.
const names = fc.constantFrom(
  'polcy',
  'impact.lost',
  'change.widen',
  'tenant.name || true',
  'limit',
  'foo(1)',
  '1 + "a"',
  '1/0',
);
const sound = fc.constantFrom(
  'true',
  'change.any',
  'size(impact.lose) < 9',
  'policy.consent.userConsent == "none"',
);
const joined = fc.constantFrom(
  (broken: string) => broken,
  (broken: string) => `!(${broken})`,
  (broken: string) => `(${broken}) == 1`,
  (broken: string) => `[${broken}] != []`,
  (broken: string) => `impact.gain.all(p, ${broken} == p.name)`,
  (broken: string) => `impact.gain.filter(p, ${broken}) == []`,
);

test('no expression with something broken in it is ever loaded', async () => {
  await fc.assert(
    fc.asyncProperty(
      names,
      sound,
      joined,
      fc.constantFrom('||', '&&'),
      fc.boolean(),
      async (bad, good, wrap, op, first) => {
        const broken = wrap(bad);
        const yaml = rule(first ? `${good} ${op} (${broken})` : `(${broken}) ${op} ${good}`);
        expect((await opened(yaml)).findings, yaml).not.toEqual([]);
      },
    ),
    { numRuns: 150 },
  );
});

test('whatever text stands there, opening it neither throws nor takes long', async () => {
  const token = fc.constantFrom(
    ...'()[]{}.,!&|?:<>=+-*/%"\'\\ \n01ae'.split(''),
    'impact',
    'lose',
    'all',
    'in',
    'true',
    '&&',
    'p',
  );
  await fc.assert(
    fc.asyncProperty(fc.array(token, { maxLength: 60 }), async (tokens) => {
      const started = Date.now();
      await opened(rule(tokens.join('') || ' '));
      expect(Date.now() - started).toBeLessThan(1_000);
    }),
    { numRuns: 200 },
  );
});
