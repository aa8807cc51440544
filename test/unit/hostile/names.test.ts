import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readPlan } from '../../../src/apply/read-plan.ts';
import { isFailed } from '../../../src/core/plan.ts';
import { recordsOf } from '../../../src/github/record.ts';
import { recordText } from '../../../src/github/record-text.ts';
import { applyJson } from '../../../src/render/apply-json.ts';
import { applyMarkdown } from '../../../src/render/apply-markdown.ts';
import { applyText } from '../../../src/render/apply-text.ts';
import { checkOutput } from '../../../src/render/check.ts';
import { failureBody } from '../../../src/render/failure-issue.ts';
import { planJson } from '../../../src/render/plan-json.ts';
import { planMarkdown } from '../../../src/render/plan-markdown.ts';
import { planText } from '../../../src/render/plan-text.ts';
import { replyMarkdown } from '../../../src/render/reply.ts';
import { workflowCommands } from '../../../src/render/workflow-commands.ts';
import { runs } from '../../depth.ts';
import { count } from '../../tally.ts';
import { hostile } from '../render/hostile.ts';
import { expectHarmless, expectInert } from '../render/structure.ts';
import { tampered } from './tampered.ts';
import { staysUnpolluted } from './unpolluted.ts';

staysUnpolluted();

const RUN = { id: 42, url: 'https://github.com/octo/tenants/actions/runs/42' };
const withoutComments = (text: string) => text.replaceAll(/<!--[\s\S]*?-->\n?/g, '');

test('names of a directory mean nothing in any of the media that show them', async () => {
  const undisturbed = await tampered('everything-at-once');
  const people = [...undisturbed.tenant.users.keys()];
  await fc.assert(
    fc.asyncProperty(
      fc.array(hostile, { minLength: people.length, maxLength: people.length }),
      hostile,
      hostile,
      async (names, app, why) => {
        const { world, tenant, policies } = await tampered('everything-at-once');
        for (const [at, id] of people.entries()) {
          const user = tenant.users.get(id);
          if (user !== undefined) tenant.users.set(id, { ...user, userPrincipalName: `${names[at]}` });
        }
        for (const [id, each] of tenant.servicePrincipals)
          tenant.servicePrincipals.set(id, { ...each, displayName: app });
        const plan = await world.plan(policies);
        for (const each of plan.tenants) expect(isFailed(each) ? each.error.message : '').toBe('');
        world.sandbox.fault = ({ method, path }) =>
          method === 'DELETE' && path.includes('appRoleAssignedTo')
            ? { kind: 'answer', status: 403, body: { error: { code: why, message: why } } }
            : undefined;
        const report = await world.apply(plan, policies);
        const markdown = [
          planMarkdown(plan, { verbose: true }),
          checkOutput(plan, plan.tenants).summary,
          applyMarkdown(report, {}),
          replyMarkdown(report, { run: RUN, journal: { commit: 'c'.repeat(40), branch: 'iosmail-journal' } }),
          failureBody(report, RUN),
        ];
        const texts = [
          planText(plan, { colour: false, verbose: true }),
          applyText(report, { colour: false }),
          ...recordsOf(plan, { pull: 1, base: 'a'.repeat(40), head: 'b'.repeat(40), run: 7 }).map(recordText),
        ];
        for (const text of [...texts, ...markdown.map(withoutComments)]) expectHarmless(text);
        for (const text of markdown.slice(0, 3)) expectInert(withoutComments(text));
        const findings = plan.tenants.flatMap((each) => (isFailed(each) ? [] : each.findings));
        for (const line of workflowCommands(findings, (file) => file)
          .trimEnd()
          .split('\n'))
          expect(line).toMatch(/^$|^::(error|warning|notice) [^\n\r]*::/);
        for (const json of [planJson(plan), applyJson(report)]) {
          expectHarmless(json);
          expect(() => JSON.parse(json)).not.toThrow();
        }
        // What was shown can be read again, to the byte.
        expect(readPlan(planJson(plan))).toEqual(plan);
        count('hostile inputs');
      },
    ),
    { numRuns: runs(4, 300) },
  );
});
