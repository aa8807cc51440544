import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { decide } from '../../../src/commands/decide-merged.ts';
import { journalInForce } from '../../../src/commands/journal-in-force.ts';
import { mergedSince, rulesIn } from '../../../src/commands/merged.ts';
import { walkStart } from '../../../src/commands/walk-start.ts';
import { deciding, GATE, idOf, reviewed, rules } from './reviewed-pulls.ts';

const SETTINGS = 'policies/settings.yaml';
const TENANT = 'policies/tenants/woodgrove.yaml';
const ID = idOf(GATE);
const GATED = readFileSync(
  join(import.meta.dirname, '../../scenarios/close-open-tenant-to-one-group', TENANT),
  'utf8',
).replace('2026-12-31', '2030-12-31');
const OPEN = `tenant:\n  name: woodgrove\n  id: ${ID}\napplication:\n  enabledForSignIn: true\n`;
const asking = (approvals: number, more = '') => `review:\n  approvals: ${approvals}\n${more}`;

/** A repository whose main asks for one approval, and runs over what is merged into it. */
async function opened(settings = asking(1)) {
  const world = await reviewed();
  const { fake, work, github } = world;
  const push = async (file: string, text: string) => {
    await work.git('fetch', '--quiet', 'origin');
    await work.git('checkout', '--quiet', '-B', 'main', 'origin/main');
    const commit = await work.commit(file, text, 'contoso');
    await work.git('push', '--quiet', 'origin', 'main');
    return commit;
  };
  await push(SETTINGS, settings);
  const start = await push(TENANT, OPEN);
  let last = { after: start, rules: start };
  return {
    ...world,
    start,
    push,
    /** Merges a pull request by ada that changes one file, approved by whom it says. */
    merge: async (branch: string, file: string, text: string, ...approving: readonly string[]) => {
      const pull = await world.opened(branch, { [file]: text });
      if (file === TENANT) await world.recorded(pull, GATE, 71);
      for (const user of approving) fake.review({ pull, user, state: 'APPROVED' });
      return { pull, commit: await world.merged(pull) };
    },
    /** One run: from where the last one ended to what main is now. */
    run: async (
      rulesAtHead?: Parameters<typeof deciding>[0]['rulesAtHead'],
    ): Promise<{ kind: string | undefined; said: string; rules: string }> => {
      await work.git('fetch', '--quiet', 'origin');
      const commit = await work.git('rev-parse', 'origin/main');
      const merged = await mergedSince(work.path, 'policies', { ...last, commit }, '2026-11-24');
      const { decisions, rules } = await decide(
        async () => github,
        deciding({
          ...merged,
          rulesAtHead: rulesAtHead ?? (async (head) => rulesIn(await merged.policiesAt(head))),
        }),
      );
      last = { after: commit, rules };
      const decision = decisions.get(ID);
      const said = decision?.kind === 'refused' ? decision.problem.message : '';
      return { kind: decision?.kind, said, rules };
    },
  };
}

describe('a commit that only softens the rules, in a run of its own', () => {
  test('pushed directly: the next pull request is judged by the rules before it, in whatever run', async () => {
    const { start, push, merge, run } = await opened();
    const softened = await push(SETTINGS, asking(0));
    expect(await run()).toEqual({ kind: undefined, said: '', rules: start });
    await push('README.md', 'more\n');
    expect((await run()).rules).toBe(start);
    await merge('gate', TENANT, GATED);
    const { kind, said, rules } = await run();
    expect({ kind, rules }).toEqual({ kind: 'refused', rules: start });
    expect(said).toMatch(/0 of 1 approvals count/);
    expect(said).toContain(`Commit ${softened.slice(0, 12)} softened the rules of review`);
  });

  test('of a pull request that only its author approved', async () => {
    const { start, merge, run } = await opened();
    await merge('soft', SETTINGS, asking(0), 'ada');
    expect((await run()).rules).toBe(start);
    await merge('gate', TENANT, GATED);
    expect((await run()).kind).toBe('refused');
  });

  test('of a pull request that was approved: it counts from then on', async () => {
    const { merge, run } = await opened();
    const { commit } = await merge('soft', SETTINGS, asking(0), 'bob');
    expect((await run()).rules).toBe(commit);
    const gate = await merge('gate', TENANT, GATED);
    expect(await run()).toEqual({ kind: 'reviewed', said: '', rules: gate.commit });
  });

  test('of a pull request that was approved after the merge: it counts from then on', async () => {
    const { start, fake, merge, run } = await opened();
    const { pull } = await merge('soft', SETTINGS, asking(0));
    expect((await run()).rules).toBe(start);
    fake.review({ pull, user: 'bob', state: 'APPROVED' });
    const gate = await merge('gate', TENANT, GATED);
    expect(await run()).toMatchObject({ kind: 'reviewed', rules: gate.commit });
  });

  test('taken back: everything is as before', async () => {
    const { push, merge, run } = await opened();
    await push(SETTINGS, asking(0));
    await run();
    const back = await push(SETTINGS, asking(1));
    expect((await run()).rules).toBe(back);
    await merge('gate', TENANT, GATED, 'bob');
    expect(await run()).toMatchObject({ kind: 'reviewed' });
  });

  test('settings.yaml deleted asks for the one approval that is the default', async () => {
    const { start, merge, run, work } = await opened(asking(2));
    await work.git('rm', '--quiet', SETTINGS);
    await work.git('-c', 'user.name=x', '-c', 'user.email=x@users.test', 'commit', '--quiet', '-m', 'Delete');
    await work.git('push', '--quiet', 'origin', 'main');
    expect((await run()).rules).toBe(start);
    await merge('gate', TENANT, GATED, 'bob');
    expect((await run()).said).toMatch(/1 of 2 approvals count/);
  });

  test('settings.yaml broken and repaired, softer: not without a review', async () => {
    const { start, push, merge, run } = await opened(asking(2));
    await push(SETTINGS, 'review: [\n');
    expect((await run()).rules).toBe(start);
    await push(SETTINGS, asking(0));
    expect((await run()).rules).toBe(start);
    await merge('gate', TENANT, GATED, 'bob');
    expect((await run()).said).toMatch(/1 of 2 approvals count/);
  });
});

test('in one run too: a reviewed softening counts for the merge after it, another one does not', async () => {
  const reviewedFirst = await opened();
  await reviewedFirst.merge('soft', SETTINGS, asking(0), 'bob');
  await reviewedFirst.merge('gate', TENANT, GATED);
  expect(await reviewedFirst.run()).toMatchObject({ kind: 'reviewed' });
  const not = await opened();
  await not.merge('soft', SETTINGS, asking(0));
  await not.merge('gate', TENANT, GATED);
  expect(await not.run()).toMatchObject({ kind: 'refused', rules: not.start });
});

test('while nothing is held, the next walk begins where this one ended', async () => {
  const { push, run } = await opened();
  const commit = await push('README.md', 'more\n');
  expect((await run()).rules).toBe(commit);
});

test('where direct pushes are allowed, one may soften the rules', async () => {
  const { push, run } = await opened(asking(1, '  allowDirectPush: true\n'));
  const softened = await push(SETTINGS, asking(0, '  allowDirectPush: true\n'));
  expect((await run()).rules).toBe(softened);
});

test('direct pushes that were allowed by a push are not', async () => {
  const { push, run } = await opened();
  await push(SETTINGS, asking(1, '  allowDirectPush: true\n'));
  await run();
  await push(TENANT, GATED);
  expect(await run()).toMatchObject({ kind: 'refused' });
});

test('an app that nobody reviewed writes no record that counts', async () => {
  const { start, push, fake, merge, run } = await opened();
  await push(SETTINGS, asking(1, '  app: evil\n'));
  expect((await run()).rules).toBe(start);
  await merge('gate', TENANT, GATED, 'bob');
  for (const [id, check] of fake.hub.checks) fake.hub.checks.set(id, { ...check, app: 'evil' });
  expect((await run()).said).toMatch(/the one by evil does not count/);
});

test('a merge that holds more than its approved head shows is not reviewed', async () => {
  const { start, merge, run } = await opened();
  await merge('soft', SETTINGS, asking(0), 'bob');
  expect((await run(async () => rules())).rules).toBe(start);
});

describe('while no run has written a journal', () => {
  /** One run that goes by what Git has, as `apply --commit` does. */
  const firstRun = async ({ work, github }: Awaited<ReturnType<typeof opened>>) => {
    await work.git('fetch', '--quiet', 'origin');
    const commit = await work.git('rev-parse', 'origin/main');
    const { branch, journal } = await journalInForce(work.path, 'policies', commit);
    const { after, rules: from } = await walkStart(work.path, 'policies', commit, []);
    const merged = await mergedSince(work.path, 'policies', { rules: from, after, commit }, '2026-11-24');
    const { decisions } = await decide(async () => github, deciding({ ...merged }));
    return { branch, journal: journal.kind, kind: decisions.get(ID)?.kind };
  };

  test('a merge whose run was lost is applied by the next one', async () => {
    const world = await opened();
    await world.merge('gate', TENANT, GATED, 'bob');
    await world.push('README.md', 'more\n');
    expect(await firstRun(world)).toMatchObject({ kind: 'reviewed' });
  });

  test('rules softened and the journal moved by a merge nobody approved, its run lost, are not in force', async () => {
    const world = await opened();
    await world.merge('soft', SETTINGS, asking(0, 'journal:\n  branch: elsewhere\n'));
    await world.merge('gate', TENANT, GATED);
    expect(await firstRun(world)).toEqual({ branch: 'iosmail-journal', journal: 'none', kind: 'refused' });
  });
});

test('a journal moved by a merge nobody approved stays, also where the rules are as they were', async () => {
  const { start, merge, run } = await opened();
  await merge('move', SETTINGS, asking(1, 'journal:\n  branch: elsewhere\n'));
  expect((await run()).rules).toBe(start);
});

test('a journal moved by a merge that was approved goes on there', async () => {
  const { merge, run } = await opened();
  const { commit } = await merge('move', SETTINGS, asking(1, 'journal:\n  branch: elsewhere\n'), 'bob');
  expect((await run()).rules).toBe(commit);
});

describe('when GitHub cannot tell whether it was reviewed', () => {
  const reviewsOf = (number: number) => `GET /repos/contoso/policies/pulls/${number}/reviews`;

  test('for good: it was not', async () => {
    const { start, fake, merge, run } = await opened();
    const { pull } = await merge('soft', SETTINGS, asking(0), 'bob');
    fake.fault(reviewsOf(pull.number), { status: 404, body: { message: 'Not Found' } }, 9);
    expect((await run()).rules).toBe(start);
  });

  test('for the moment: nothing is decided', async () => {
    const { fake, merge, run } = await opened();
    const { pull } = await merge('soft', SETTINGS, asking(0), 'bob');
    fake.fault(reviewsOf(pull.number), { status: 503, body: { message: 'No.' } }, 9);
    await expect(run()).rejects.toMatchObject({ status: 503 });
  });
});
