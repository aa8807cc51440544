import { writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { githubOutdated } from '../../../src/commands/github-outdated.ts';
import { githubRecord } from '../../../src/commands/github-record.ts';
import { type ApplyReport, type Outcome, REPORT_FORMAT } from '../../../src/core/report.ts';
import { applyJson } from '../../../src/render/apply-json.ts';
import { validated } from '../../github/job.ts';
import { commented, counter, fleet, job, merges, times } from './requests.ts';
import { reviewed } from './reviewed-pulls.ts';

// What each command asks GitHub for, to the request: what is asked twice, or once a tenant, shows here.

describe('github comment', () => {
  test('posts, leaves, edits: never more than four requests; a check run for each hundred tenants', async () => {
    const world = await reviewed();
    const since = counter(world.fake);
    const pull = await world.opened('change', { 'a.yaml': 'a\n' });
    const each = { 'GET pulls': 1, 'GET issues/*/comments': 1 };

    await commented(world, pull, fleet(100), 71);
    expect(since()).toEqual({ ...each, 'POST issues/*/comments': 1, 'POST check-runs': 1 });

    expect((await commented(world, pull, fleet(100), 72))[0]).toContain('unchanged');
    expect(since()).toEqual({ ...each, 'POST check-runs': 1 });

    expect((await commented(world, pull, fleet(101), 73))[0]).toContain('edited');
    expect(since()).toEqual({ ...each, 'PATCH issues/comments/*': 1, 'POST check-runs': 2 });

    // Nothing to decide any more: the comment that is there says so.
    expect((await commented(world, pull, [], 74))[0]).toContain('edited');
    expect(since()).toEqual({ ...each, 'PATCH issues/comments/*': 1, 'POST check-runs': 1 });
    // A newer commit: what is there is made out as outdated, in three requests.
    await world.work.commit('b.yaml', 'b\n');
    await world.work.git('push', '--quiet', 'origin', 'HEAD');
    await githubOutdated(job(world, 75, validated(world.fake.pull(pull.number))));
    expect(since()).toEqual({ ...each, 'PATCH issues/comments/*': 1 });
    expect(world.fake.complaints).toEqual([]);
  });
});

/** What an apply did to one tenant for each of these pull requests. */
function reportOf(commit: string, pulls: readonly number[], outcome: Outcome): ApplyReport {
  const tenants = fleet(pulls.length).map(({ tenant }, at): ApplyReport['tenants'][number] => ({
    tenant,
    review: { kind: 'pull request', pull: pulls[at] ?? 0, approvedBy: ['bob'] },
    outcome,
    steps: [],
    ...(outcome === 'failed' ? { problem: { message: 'It broke.', fix: 'Run the same again.' } } : {}),
  }));
  const tool = { name: 'iosmail', version: '0.1.0' } as const;
  return { formatVersion: REPORT_FORMAT, tool, tenants, merged: { commit, after: 'a'.repeat(40) } };
}

describe('github record', () => {
  test('two requests a pull request, three for the deployment, and the issue where there is one to see to', async () => {
    const world = await reviewed();
    const { fake, work } = world;
    const commits = await merges(world, [fleet(1), fleet(1), fleet(1)]);
    const commit = commits.at(-1)?.commit ?? '';
    const since = counter(fake);
    const recorded = async (run: number, pulls: readonly number[], outcome: Outcome) => {
      const options = job(world, run, { before: 'a'.repeat(40) });
      writeFileSync(options.report ?? '', applyJson(reportOf(commit, pulls, outcome)));
      await work.git('fetch', '--quiet', 'origin');
      const { lines } = await githubRecord(options);
      expect(lines.join('\n')).not.toContain('error:');
    };
    const reply = { 'GET issues/*/comments': 1, 'POST issues/*/comments': 1 };
    const deployment = { 'GET deployments': 1, 'POST deployments': 1, 'POST deployments/*/statuses': 1 };

    await recorded(81, [1], 'applied');
    expect(since()).toEqual({ ...reply, ...deployment, 'GET issues': 1 });
    await recorded(82, [1, 2, 3], 'failed');
    expect(since()).toEqual({ ...times(3, reply), ...deployment, 'GET issues': 1, 'POST issues': 1 });
    // Told again: replies and issue are there.
    await recorded(82, [1, 2, 3], 'failed');
    expect(since()).toEqual({
      'GET issues/*/comments': 3,
      'GET deployments': 1,
      'POST deployments/*/statuses': 1,
      'GET issues': 1,
    });
    expect(fake.complaints).toEqual([]);
  });
});
