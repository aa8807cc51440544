import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  commentState,
  forkComment,
  noPlanComment,
  outdatedComment,
  PLAN_MARKER,
  planComment,
  sameComment,
} from '../../../src/render/comment.ts';
import { plan as anyPlan, withTexts } from './arbitrary-plan.ts';
import { FAILED, REFUSED, UNCHANGED } from './example-plan.ts';
import { hostile, NASTY } from './hostile.ts';
import { ABOUT, caused, fleet, HEAD, mixed, proposed } from './proposal.ts';
import { expectHarmless, expectInert, markdownForm } from './structure.ts';

const CASES = {
  'no-change': proposed([], { untouched: 8 }),
  'one-tenant': proposed([caused()], { untouched: 7 }),
  'forty-tenants': proposed(fleet(40), { untouched: 12 }),
  'four-hundred-tenants': proposed(fleet(400)),
  refused: proposed([UNCHANGED, caused(), caused(REFUSED)]),
  failed: proposed([caused(), FAILED]),
  drift: proposed([mixed(['this pull request', 'drift'])]),
  expiring: proposed([mixed(['this pull request', 'this pull request', 'expiring'])]),
  'no-longer-managed': proposed([caused()], {
    noLongerManaged: [{ name: 'litware', id: '44444444-0f5c-4c2c-9c47-0d6a1c9b2e11' }],
    findings: [
      { rule: 'unused-baseline', severity: 'warning', message: 'No tenant uses it.', fix: 'Remove it.' },
    ],
  }),
};

/** Our own links, hidden lines and headings, which the oracle would take for foreign ones. */
function foreign(body: string): string {
  return body
    .split('\n')
    .filter(
      (line) => !/^<!-- iosmail:(?:plan|outdated|state head=[0-9a-f]* read=\S* run=\S*) *-->$/.test(line),
    )
    .map((line) =>
      line
        .replace(/^#{2,3} /, '')
        .replaceAll(`](${ABOUT.run.url})`, '')
        .replace('[job summary', 'x'),
    )
    .join('\n');
}

describe('planComment', () => {
  it.each(Object.entries(CASES))('says of %s what a reviewer needs', async (name, plan) => {
    const { body } = planComment(plan, ABOUT);
    expect(body.length).toBeLessThanOrEqual(60_000);
    expectInert(foreign(body));
    await expect(body).toMatchFileSnapshot(`../../fixtures/comment/${name}.md`);
  });

  it('has the state in its first two lines', () => {
    const { body } = planComment(CASES['one-tenant'], ABOUT);
    expect(body.startsWith(`${PLAN_MARKER}\n<!-- iosmail:state `)).toBe(true);
    expect(commentState(body)).toEqual({ head: HEAD, read: '2026-11-24T09:00:00.000Z', run: ABOUT.run.url });
  });

  it('says when it leaves something out, and only then', () => {
    expect(planComment(CASES['one-tenant'], ABOUT).cut).toBe(false);
    expect(planComment(CASES['one-tenant'], ABOUT).body).not.toContain('Not all of it fits');
    const { body, whole, cut } = planComment(CASES['four-hundred-tenants'], ABOUT);
    expect(cut).toBe(true);
    expect(body).toContain('Not all of it fits');
    for (const { tenant } of fleet(400)) expect(body).toContain(`| ${tenant.name} |`);
    expect(whole.length).toBeGreaterThan(body.length);
  });

  it('keeps every refusal and error of 400 tenants, on top of the table', () => {
    const { body } = planComment(proposed([...fleet(400), caused(REFUSED), FAILED]), ABOUT);
    expect(body).toContain('the limit is 2');
    expect(body).toContain(FAILED.error.message);
    expect(/Without its details here: (.*)\./.exec(body)?.[1]).not.toContain('tailspin');
    expect(body.indexOf('| tailspin |')).toBeLessThan(body.indexOf('| fabrikam |'));
    expect(body.indexOf('| fabrikam |')).toBeLessThan(body.indexOf('| tenant-0001 |'));
  });

  it('drops details where nobody loses access before those where somebody does', () => {
    const { body } = planComment(proposed(fleet(60)), ABOUT);
    const detailed = body.split('\n### ').filter((section) => section.includes('<details>'));
    const names = detailed.map((section) => section.slice(0, section.indexOf('\n')));
    const narrows = fleet(60).filter(({ effect }) => effect === 'narrows');
    expect(names).toEqual(expect.arrayContaining(narrows.map(({ tenant }) => tenant.name)));
    expect(names).not.toContain('tenant-0008');
    expect(/Without its details here: (.*)\./.exec(body)?.[1]).toContain('tenant-0060');
  });

  it('keeps a warning about a tenant that only widens, among 400', () => {
    const findings = [
      { rule: 'guests', severity: 'warning' as const, message: 'Forty guests would get access.' },
    ];
    const warned = fleet(400).map((each, at) => (at === 398 ? { ...each, findings } : each));
    expect(planComment(proposed(warned), ABOUT).body).toContain('Forty guests would get access');
  });

  it('shortens the table before it leaves out why a tenant is refused', () => {
    const { body } = planComment(proposed([...fleet(40), caused(REFUSED)]), { ...ABOUT, limit: 5_000 });
    expect(body.length).toBeLessThanOrEqual(5_000);
    expect(body).toContain('the limit is 2');
    expect(body).toContain('And not listed here: ');
  });

  it('never reads as nobody where everyone else gains or loses', () => {
    const everyoneElse = { before: 'none', after: 'has' } as const;
    const opened = { ...caused(), impact: { ...caused().impact, gain: [], lose: [], everyoneElse } };
    const { body } = planComment(proposed([opened, caused()]), ABOUT);
    expect(body).toContain('everyone else loses in 1 tenant · everyone else gains in 1 tenant');
    expect(body).toContain('| contoso | changes | everyone else | 0 |');
    expect(body).toContain('| contoso | changes | 12 | 3 and everyone else |');
  });

  it('says which tenant is new', () => {
    expect(planComment(proposed([{ ...caused(), policyBefore: null }]), ABOUT).body).toContain('New here');
    expect(planComment(proposed([caused()]), ABOUT).body).not.toContain('New here');
  });

  it('counts the rows of neutral tenants when even the table is too long', () => {
    const { body } = planComment(proposed(fleet(2000)), ABOUT);
    expect(body.length).toBeLessThanOrEqual(60_000);
    expect(body).toMatch(/[1-9]\d* tenants neutral or unchanged/);
  });

  it.each(NASTY)('is inert with a tenant, a group and a finding named %j', (name) => {
    const plan = caused(REFUSED);
    const steps = plan.steps.map((step) => ({
      ...step,
      changes: step.changes.map((change) => ({ ...change, subject: name, cause: 'drift' as const })),
    }));
    const findings = [{ rule: name, severity: 'error' as const, message: name, fix: name }];
    const tenant = { ...plan.tenant, name };
    const gone = [{ name, id: 'x' }];
    const { body } = planComment(
      proposed([{ ...plan, tenant, steps, findings }], { noLongerManaged: gone, findings }),
      ABOUT,
    );
    expectHarmless(body);
    expectInert(foreign(body));
  });

  it('keeps its form and its bounds whatever names and messages say', () => {
    const limit = fc.constantFrom(4_000, 8_000, 60_000);
    fc.assert(
      fc.property(anyPlan, fc.array(hostile, { minLength: 1 }), limit, (any, texts, longest) => {
        const said = (names: readonly string[], bound: number) => {
          const { tenants, day } = withTexts(any, names);
          return planComment({ ...proposed(tenants), day }, { ...ABOUT, limit: bound }).body;
        };
        const body = said(texts, longest);
        expectHarmless(body);
        expectInert(foreign(body));
        expect(body.length).toBeLessThanOrEqual(longest);
        expect(markdownForm(said(texts, 10_000_000))).toEqual(markdownForm(said(['x'], 10_000_000)));
      }),
    );
  });
});

describe('sameComment', () => {
  const { body } = planComment(CASES['one-tenant'], ABOUT);
  it('looks past the time of reading and the run', () => {
    const later = proposed([caused()], { untouched: 7, readAt: '2026-11-25T10:00:00.000Z' });
    const other = planComment(later, {
      ...ABOUT,
      run: { url: 'https://github.example/contoso/mail/actions/runs/78' },
    });
    expect(other.body).not.toBe(body);
    expect(sameComment(body, other.body)).toBe(true);
  });

  it('sees everything else', () => {
    expect(sameComment(body, planComment(CASES['one-tenant'], { ...ABOUT, approvals: 2 }).body)).toBe(false);
    expect(
      sameComment(
        body,
        planComment(proposed([caused()], { untouched: 7, head: 'a'.repeat(40) }), ABOUT).body,
      ),
    ).toBe(false);
    expect(sameComment(body, body.replace('bea', 'eve'))).toBe(false);
  });
});

describe('outdatedComment', () => {
  const next = { head: 'd'.repeat(40), url: 'https://github.example/contoso/mail/actions/runs/79' };
  const { body } = planComment(CASES['one-tenant'], ABOUT);

  it('says so on top, folds the rest and is the same when done twice', async () => {
    const once = outdatedComment(body, next);
    expect(once.startsWith(PLAN_MARKER)).toBe(true);
    expect(commentState(once)?.head).toBe(HEAD);
    expect(outdatedComment(once, next)).toBe(once);
    expect(sameComment(once, body)).toBe(false);
    await expect(once).toMatchFileSnapshot('../../fixtures/comment/outdated.md');
  });

  it('names the newest commit when another one follows, folded once', () => {
    const twice = outdatedComment(outdatedComment(body, next), { ...next, head: 'e'.repeat(40) });
    expect(twice).toContain('e'.repeat(40));
    expect(twice).not.toContain('d'.repeat(40));
    expect(twice.match(/The older plan/g)).toHaveLength(1);
  });

  it('leaves a comment about that commit alone, and fits when the comment was as long as can be', () => {
    expect(outdatedComment(body, { ...next, head: HEAD })).toBe(body);
    const long = planComment(CASES['four-hundred-tenants'], ABOUT).body;
    expect(outdatedComment(long, next).length).toBeLessThan(65_536);
  });

  it('folds a comment without a state', () => {
    const once = outdatedComment(forkComment(), next);
    expect(once.startsWith(PLAN_MARKER)).toBe(true);
    expect(once).toContain('comes from a fork');
    expect(outdatedComment(once, next)).toBe(once);
  });
});

describe('noPlanComment', () => {
  it('says for which commit and where to look', () => {
    const body = noPlanComment({ url: ABOUT.run.url, head: HEAD });
    expect(commentState(body)?.head).toBe(HEAD);
    expect(body).toContain(`](${ABOUT.run.url})`);
    expect(body).toContain('No plan could be made');
  });

  it('takes nothing for a commit or a link that would end its line', () => {
    const body = noPlanComment({ url: 'https://x) --> <b>\n', head: '--> `x`\n' });
    expect(body.split('\n')).toHaveLength(5);
    expect(body.match(/-->/g)).toHaveLength(2);
  });
});
