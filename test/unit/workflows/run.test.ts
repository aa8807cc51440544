import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type JobStart, runWorkflow, type WorkflowEnded } from '../../e2e/workflow.ts';
import type { Used } from '../../e2e/workflow-job.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'iosmail-run-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const SMALL = `
name: small
on: push
env:
  WHO: \${{ vars.WHO || 'nobody' }}
jobs:
  last:
    needs: [first, broken]
    if: always() && needs.first.result == 'success'
    runs-on: x
    steps:
      - run: echo "$RESULT" "$WORD"
        env:
          RESULT: \${{ needs.broken.result }}
          WORD: \${{ needs.first.outputs.word }}
  first:
    if: github.event.go && github.ref == 'refs/heads/main'
    runs-on: x
    environment: blue
    permissions:
      id-token: write
    env:
      COLOUR: \${{ vars.COLOUR }}
    outputs:
      word: \${{ steps.say.outputs.word }}
    steps:
      - uses: some/tool@abc
        with:
          token: \${{ github.token }}
      - name: Say
        id: say
        run: |
          echo "word=$WHO-$COLOUR-$GITHUB_JOB" >> "$GITHUB_OUTPUT"
          printf 'LINES<<END\\none\\ntwo\\nEND\\n' >> "$GITHUB_ENV"
          echo '# told' >> "$GITHUB_STEP_SUMMARY"
          tool
      - run: echo "$LINES" && cat "$GITHUB_EVENT_PATH"
      - if: steps.say.outputs.word == 'other'
        run: exit 9
  broken:
    runs-on: x
    steps:
      - run: exit 3
        id: kept
        continue-on-error: true
      - run: echo "\${{ steps.kept.outcome }} \${{ steps.kept.conclusion }}"
      - run: false | true
      - run: echo unreached
      - if: failure()
        run: echo reached
      - if: \${{ !cancelled() }}
        uses: some/failing@abc
  never:
    needs: broken
    runs-on: x
    steps:
      - run: echo never
  afterwards:
    needs: never
    runs-on: x
    steps:
      - run: echo never
  told:
    needs: broken
    if: failure()
    runs-on: x
    steps:
      - run: exit 0
`;

async function run(event: unknown, earlier?: WorkflowEnded) {
  const file = join(folder, 'small.yml');
  writeFileSync(file, SMALL);
  writeFileSync(join(folder, 'tool'), '#!/bin/sh\necho tool of $GREETING\n', { mode: 0o755 });
  const used: Used[] = [];
  const started: JobStart[] = [];
  const { jobs } = await runWorkflow(file, {
    event,
    ...(earlier === undefined ? {} : { earlier }),
    contexts: { github: { ref: 'refs/heads/main', sha: 'f00' }, vars: { WHO: 'me' } },
    env: { GREETING: 'hello' },
    uses: {
      'some/tool': async (step) => {
        used.push(step);
        return { path: [folder] };
      },
      'some/failing': async () => {
        throw new Error('it broke');
      },
    },
    job: async (start) => {
      started.push(start);
      return {
        folder,
        token: `token of ${start.id}`,
        ...(start.environment === 'blue' ? { vars: { COLOUR: 'blue' } } : {}),
      };
    },
  });
  return { jobs, used, started };
}

test('runs jobs in the order of their needs, each with what it is given', async () => {
  const { jobs, used, started } = await run({ go: true });
  expect(Object.entries(jobs).map(([id, { result }]) => `${id} ${result}`)).toEqual([
    'first success',
    'broken failure',
    'last success',
    'never skipped',
    'afterwards skipped',
    'told success',
  ]);
  expect(started[0]).toEqual({ id: 'first', environment: 'blue', permissions: { 'id-token': 'write' } });
  expect(used).toMatchObject([{ uses: 'some/tool', with: { token: 'token of first' }, job: 'first' }]);
  expect(jobs.first).toMatchObject({ summary: '# told\n', outputs: { word: 'me-blue-first' } });
  expect(
    jobs.first?.steps.map(({ name, outcome, stdout }) => [name.split('\n')[0], outcome, stdout]),
  ).toEqual([
    ['some/tool@abc', 'success', ''],
    ['Say', 'success', 'tool of hello\n'],
    ['echo "$LINES" && cat "$GITHUB_EVENT_PATH"', 'success', 'one\ntwo\n{"go":true}'],
    ['exit 9', 'skipped', ''],
  ]);
  expect(jobs.last?.steps[0]?.stdout).toBe('failure me-blue-first\n');
});

test('a failed step ends the job, except where it says otherwise', async () => {
  const { jobs } = await run({ go: true });
  expect(
    jobs.broken?.steps.map(({ code, outcome, stdout, stderr }) => [code, outcome, stdout + stderr]),
  ).toEqual([
    [3, 'failure', ''],
    [0, 'success', 'failure success\n'],
    [1, 'failure', ''],
    [0, 'skipped', ''],
    [0, 'success', 'reached\n'],
    [1, 'failure', 'it broke'],
  ]);
});

test('a job whose condition does not hold is skipped, and so is what needs it', async () => {
  const { jobs, started } = await run({ go: false });
  expect(jobs.first?.result).toBe('skipped');
  expect(jobs.last?.result).toBe('skipped');
  expect(started.map(({ id }) => id)).toEqual(['broken', 'told']);
});

test('an action that nobody plays is a mistake of the test', async () => {
  const file = join(folder, 'small.yml');
  writeFileSync(file, 'on: push\njobs: { one: { runs-on: x, steps: [{ uses: un/known@abc }] } }\n');
  const running = runWorkflow(file, {
    event: {},
    contexts: { github: {} },
    uses: {},
    job: async () => ({ folder }),
  });
  await expect(running).rejects.toThrow('Nobody plays un/known in the job one.');
});

test('of an earlier attempt, only what failed and what needs it runs again', async () => {
  const before = await run({ go: true });
  const after = await run({ go: true }, before);
  expect(after.started.map(({ id }) => id)).toEqual(['broken', 'last', 'told']);
  expect(after.jobs.first).toBe(before.jobs.first);
  expect(after.jobs.last?.steps[0]?.stdout).toBe('failure me-blue-first\n');
  expect(after.jobs.never?.result).toBe('skipped');
});
