import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decide } from '../src/commands/decide-merged.ts';
import type { GitHubOptions } from '../src/commands/github.ts';
import { githubComment } from '../src/commands/github-comment.ts';
import { githubRecord } from '../src/commands/github-record.ts';
import { type ApplyReport, REPORT_FORMAT } from '../src/core/report.ts';
import { openGitHub } from '../src/github/open-github.ts';
import { PLAN_ARTIFACT, PLAN_FILE } from '../src/github/record.ts';
import { rulesOf } from '../src/github/rules-in-force.ts';
import { DEFAULTS } from '../src/policy/settings.ts';
import { applyJson } from '../src/render/apply-json.ts';
import { planJson } from '../src/render/plan-json.ts';
import { count } from '../src/render/words.ts';
import { checkout } from '../test/github/checkout.ts';
import { serveGitHub } from '../test/github/fake.ts';
import { jobIn, validated } from '../test/github/job.ts';
import { fleet, proposed } from '../test/unit/render/proposal.ts';

// What GitHub costs a pull request and its apply, over a simulated wire. Nothing is asserted here; the numbers of
// requests are, in test/unit/commands/requests*.test.ts.

const LATENCY_MS = 100;
const BEGIN = 'a'.repeat(40);

const direct = globalThis.fetch;
globalThis.fetch = async (input, init) => {
  await new Promise((resolve) => setTimeout(resolve, LATENCY_MS));
  return await direct(input, init);
};

const people = { contoso: { permission: 'admin', id: 1 }, ada: { permission: 'write', id: 2 } } as const;
const users = { ...people, bob: { permission: 'write', id: 3 } } as const;
const fake = await serveGitHub({ owner: 'contoso', repo: 'policies', users });
const work = await checkout(fake);
const folder = mkdtempSync(join(tmpdir(), 'iosmail-bench-'));

let lastRun = 70;

/** Options of a command in a run of its own. */
function job(event: object): GitHubOptions & { readonly run: number } {
  lastRun += 1;
  return { run: lastRun, ...jobIn(folder, fake, { repository: work.path, run: lastRun, event }) };
}

async function measure(label: string, work: () => Promise<unknown>): Promise<void> {
  const before = fake.log.length;
  const from = performance.now();
  await work();
  const seconds = (performance.now() - from) / 1_000;
  const requests = fake.log.slice(before).filter(({ path }) => path.startsWith('/api/')).length;
  console.log([label.padEnd(42), `${requests} requests`, `${seconds.toFixed(2)} s`].join(' · '));
}

type Tenants = ReturnType<typeof fleet>;

/** A pull request with the plan of these tenants, approved and merged. */
async function merged(tenants: Tenants, at: number): Promise<{ pull: number; commit: string }> {
  await work.git('fetch', '--quiet', 'origin');
  await work.git('checkout', '--quiet', '-B', `change-${at}`, 'origin/main');
  await work.commit(`${at}.yaml`, 'a\n');
  await work.git('push', '--quiet', 'origin', `change-${at}`);
  const pull = await fake.openPull({ branch: `change-${at}`, author: 'ada' });
  const told = planJson(proposed(tenants, { base: pull.baseSha, head: pull.headSha }));
  writeFileSync(join(folder, 'plan.json'), told);
  for (const again of ['', ', again']) {
    const options = job(validated(pull));
    fake.artifacts.put(options.run, PLAN_ARTIFACT, { [PLAN_FILE]: told });
    await measure(`github comment, ${count(tenants.length, 'tenant', 'tenants')}${again}`, () =>
      githubComment(options),
    );
  }
  fake.review({ pull, user: 'bob', state: 'APPROVED' });
  return { pull: pull.number, commit: await fake.merge(pull, { method: 'merge' }) };
}

/** Decides about the merges and records that all of them were applied. */
async function applied(shares: readonly Tenants[], from: number): Promise<void> {
  const merges: { readonly pull: number; readonly commit: string }[] = [];
  for (const [at, share] of shares.entries()) merges.push(await merged(share, from + at));
  const what = `${count(merges.length, 'merge', 'merges')}, ${count(shares.flat().length, 'tenant', 'tenants')}`;
  const options = job({ before: BEGIN });
  const rules = rulesOf(DEFAULTS);
  const commits = merges.map(({ commit }, at) => ({
    commit,
    rules,
    tenants: new Map(
      (shares[at] ?? []).map(({ tenant }) => [tenant.id, { was: undefined, is: tenant.name }]),
    ),
  }));
  await measure(`apply --commit, ${what}`, () =>
    decide(() => openGitHub(options.env), {
      start: { at: BEGIN, stated: rules },
      before: [],
      commits,
      left: new Map(),
      branch: 'main',
      rulesAtHead: async () => 'not here',
      now: () => Date.now(),
    }),
  );
  const report: ApplyReport = {
    formatVersion: REPORT_FORMAT,
    tool: { name: 'iosmail', version: '0.1.0' },
    tenants: shares.flatMap((share, at) =>
      share.map(({ tenant }) => ({
        tenant,
        review: { kind: 'pull request' as const, pull: merges[at]?.pull ?? 0, approvedBy: ['bob'] },
        outcome: 'applied' as const,
        steps: [],
      })),
    ),
    merged: { commit: merges.at(-1)?.commit ?? '', after: BEGIN },
  };
  writeFileSync(options.report ?? '', applyJson(report));
  await work.git('fetch', '--quiet', 'origin');
  await measure(`github record, ${what}`, () => githubRecord(options));
}

console.log(`GitHub at ${LATENCY_MS} ms a request; it answers in the same process`);
try {
  await applied([fleet(1)], 0);
  const all = fleet(40);
  await applied([all.slice(0, 14), all.slice(14, 27), all.slice(27)], 1);
} finally {
  await fake.close();
  work.remove();
  rmSync(folder, { recursive: true });
}
