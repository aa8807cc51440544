import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { applyText } from '../../src/render/apply-text.ts';
import { planJson } from '../../src/render/plan-json.ts';
import { planMarkdown } from '../../src/render/plan-markdown.ts';
import { planText } from '../../src/render/plan-text.ts';
import { PLAN_PERMISSIONS } from '../../src/sandbox/clients.ts';
import { shortened } from './golden.ts';
import { expectedRequests, play, type Run, type Scenario, writtenIn } from './run.ts';
import { graphExchanges, wireText, writesIn } from './wire.ts';
import { only } from './world.ts';

const HERE = relative(process.cwd(), import.meta.dirname);
const folders = readdirSync(HERE, { withFileTypes: true }).filter((entry) => entry.isDirectory());

// Every folder is one scenario, played whole: planned, applied, planned again, applied again, all over the wire.
describe.each(folders.map(({ name }) => name))('%s', (name) => {
  const folder = join(HERE, name);

  test('reads, does and leaves what the folder says', async () => {
    const { scenario }: { scenario: Scenario } = await import(`./${name}/tenant.ts`);
    const run = await play(folder, name, scenario);

    expect(run.planned.status).toBe(scenario.plan);
    expect(run.report.tenants[0]?.outcome, run.report.tenants[0]?.problem?.message).toBe(scenario.outcome);
    onlyLooked(run);
    sentWhatWasReviewed(run, scenario);
    expect(run.broken).toEqual([]);
    leftNothing(run, scenario);
    expect(run.unmanaged.after).toBe(run.unmanaged.before);
    scenario.check?.(run);
    await looksAsRecorded(run, join(import.meta.dirname, name));
  });
});

function onlyLooked({ wire }: Run): void {
  for (const looking of [wire.plan, wire.again]) {
    expect(writesIn(looking)).toEqual([]);
    for (const { roles } of graphExchanges(looking)) {
      expect(roles).toEqual([...PLAN_PERMISSIONS]);
      expect(roles?.filter((role) => !/\.Read(Basic)?\b/.test(role) || /Write/.test(role))).toEqual([]);
    }
  }
}

function sentWhatWasReviewed({ planned, tenant, wire }: Run, { plan, outcome }: Scenario): void {
  const written = writtenIn(wire.apply);
  // What is frozen is planned, and nothing of it is sent.
  const reviewed = plan === 'changes' && outcome !== 'refused' ? expectedRequests(planned, tenant) : [];
  if (outcome === 'partly applied') expect(written).toEqual(reviewed.slice(0, written.length));
  else expect(written).toEqual(reviewed);
}

function leftNothing({ again, second, wire }: Run, { plan, outcome, again: expected }: Scenario): void {
  expect(only(again).status).toBe(expected ?? (plan === 'refused' ? 'refused' : 'unchanged'));
  if (expected !== undefined) return;
  expect(second.tenants[0]?.outcome).toBe(plan === 'refused' ? outcome : 'nothing to do');
  expect(writesIn(wire.applyAgain)).toEqual([]);
}

async function looksAsRecorded(run: Run, folder: string): Promise<void> {
  const { plan, again, report, tenant, wire } = run;
  const names = new Map([
    ...[...tenant.groups].map(([id, { displayName }]) => [id, `group ${displayName}`] as const),
    ...[...tenant.users].map(([id, { userPrincipalName }]) => [id, `user ${userPrincipalName}`] as const),
    ...[...tenant.servicePrincipals].map(([id, { displayName }]) => [id, `app ${displayName}`] as const),
  ]);
  const golden = (file: string, text: string) => expect(text).toMatchFileSnapshot(join(folder, file));
  const plain = { colour: false, verbose: false };
  await golden('plan.txt', planText(plan, plain));
  await golden('plan.md', planMarkdown(plan, { verbose: false }));
  await golden('plan.json', planJson(shortened(plan)));
  await golden('requests.txt', wireText(wire.apply, names));
  await golden('apply.txt', applyText(report, plain));
  await golden('again.txt', planText(again, plain));
}
