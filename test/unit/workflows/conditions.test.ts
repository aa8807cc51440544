import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runWorkflow } from '../../e2e/workflow.ts';
import { workflowFiles } from './read-workflow.ts';

// Which of a workflow's own lines run on which event. The command itself is played: it says what it was asked.

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'iosmail-conditions-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** What the workflow asked of actions/download-artifact. */
let fetched: { readonly [name: string]: string }[] = [];

type Options = {
  readonly name: 'validate' | 'plan' | 'apply';
  readonly event: unknown;
  readonly eventName: string;
  readonly inputs?: { readonly [name: string]: string };
  readonly vars?: { readonly [name: string]: string };
  /** The first words of the command that fails. */
  readonly failing?: string;
  /** The artifact this attempt uploads; none when unset. */
  readonly kept?: string;
};

/** What each job that ran asked of the command, and the token it had for it. */
async function asked({ name, event, eventName, inputs, vars, failing, kept }: Options) {
  fetched = [];
  const script = `#!/bin/bash\necho "\${*//$RUNNER_TEMP/TEMP} \${GITHUB_TOKEN:-}"\ncase "$*" in "${failing ?? 'nothing'}"*) exit 1;; esac\n`;
  writeFileSync(join(folder, 'iosmail'), script, { mode: 0o755 });
  const { jobs } = await runWorkflow(
    fileURLToPath(new URL(`../../../.github/workflows/${name}.yml`, import.meta.url)),
    {
      event,
      contexts: {
        github: {
          event_name: eventName,
          repository: 'contoso/mail',
          sha: 'merged',
          ref: 'refs/heads/main',
          ref_name: 'main',
        },
        secrets: { IOSMAIL_APP_PRIVATE_KEY: 'key' },
        ...(inputs === undefined ? {} : { inputs }),
        ...(vars === undefined ? {} : { vars }),
      },
      uses: {
        'actions/checkout': async () => undefined,
        'actions/upload-artifact': async () =>
          kept === undefined ? undefined : { outputs: { 'artifact-id': kept } },
        'actions/download-artifact': async ({ with: given }) => {
          fetched.push(given);
          return undefined;
        },
        'actions/create-github-app-token': async ({ with: given }) => ({
          outputs: { token: `app ${given['app-id']} ${given['private-key']}` },
        }),
        './.github/actions/iosmail': async () => ({ path: [folder] }),
      },
      job: async ({ id }) => ({ folder, token: `own ${id}` }),
    },
  );
  return Object.fromEntries(
    Object.entries(jobs).map(([id, { result, steps }]) => [
      id,
      [result, ...steps.flatMap(({ stdout }) => (stdout === '' ? [] : [stdout.trim()]))],
    ]),
  );
}

const validated = (action: string, more: { from?: string; conclusion?: string; event?: string } = {}) => ({
  action,
  workflow_run: {
    event: more.event ?? 'pull_request',
    conclusion: more.conclusion ?? (action === 'completed' ? 'success' : null),
    head_sha: 'f00d',
    head_branch: 'gate',
    head_repository: { full_name: more.from ?? 'contoso/mail' },
  },
});
const planned = (event: unknown, more: Partial<Options> = {}) =>
  asked({ name: 'plan', event, eventName: 'workflow_run', ...more });
const merged = (more: Partial<Options> = {}) =>
  asked({
    name: 'apply',
    event: { repository: { default_branch: 'main' } },
    eventName: 'push',
    ...more,
  });

const SKIPPED = ['skipped'];
const PLAN = 'plan --base HEAD --head f00d --out TEMP/plan.json';
const COMMENT = 'github comment --plan TEMP/kept/plan.json';
const KEEPING = '--report TEMP/report.json --fresh TEMP/fresh.json --journal TEMP/journal';
const RECORD =
  'github record --report TEMP/kept/report.json --fresh TEMP/kept/fresh.json --journal TEMP/kept/journal own record';

test('a newer commit marks the plan as outdated at once; a validated one is planned and published', async () => {
  expect(await planned(validated('requested'))).toEqual({
    outdated: ['success', 'github outdated own outdated'],
    plan: SKIPPED,
    publish: SKIPPED,
  });
  expect(await planned(validated('completed'))).toEqual({
    outdated: SKIPPED,
    plan: ['success', PLAN],
    publish: ['success', `${COMMENT} own publish`],
  });
});

test('a plan that failed is published all the same', async () => {
  const { plan, publish } = await planned(validated('completed'), { failing: 'plan' });
  expect(plan?.[0]).toBe('failure');
  expect(publish).toEqual(['success', `${COMMENT} own publish`]);
});

test('a fork is told, and never planned', async () => {
  const from = 'mallory/mail';
  expect((await planned(validated('requested', { from }))).outdated?.[0]).toBe('success');
  expect(await planned(validated('completed', { from }))).toEqual({
    outdated: SKIPPED,
    plan: SKIPPED,
    publish: SKIPPED,
  });
});

test.each([
  ['invalid policies', validated('completed', { conclusion: 'failure' })],
  ['a validation that a newer one cancelled', validated('completed', { conclusion: 'cancelled' })],
  ['a validation of no pull request', validated('completed', { event: 'push' })],
])('%s: nothing is planned', async (_what, event) => {
  expect(await planned(event)).toEqual({ outdated: SKIPPED, plan: SKIPPED, publish: SKIPPED });
});

test('where there is an app, it speaks', async () => {
  const vars = { IOSMAIL_APP_ID: '7' };
  expect((await planned(validated('completed'), { vars })).publish?.[1]).toBe(`${COMMENT} app 7 key`);
});

test('a merge is applied between lock and record', async () => {
  expect(await merged()).toEqual({
    begin: ['success', 'github lock own begin'],
    apply: ['success', `apply --commit merged ${KEEPING} own apply`],
    record: ['success', RECORD],
  });
});

test('what became of a failed apply is recorded; without the lock nothing happens', async () => {
  const { apply, record } = await merged({ failing: 'apply' });
  expect(apply?.[0]).toBe('failure');
  expect(record).toEqual(['success', RECORD]);
  expect(await merged({ failing: 'github lock' })).toMatchObject({ apply: SKIPPED, record: SKIPPED });
});

test('by hand, the fresh plan of the named run is applied, and no other branch may', async () => {
  const byHand = { eventName: 'workflow_dispatch', inputs: { run: '42', digest: 'abc; echo "$HOME"' } };
  expect((await merged(byHand)).apply).toEqual([
    'success',
    `apply --plan TEMP/reviewed/fresh.json --digest abc; echo "$HOME" ${KEEPING} own apply`,
  ]);
  expect(fetched[0]).toMatchObject({ name: 'iosmail-fresh', 'run-id': '42' });
  const event = { repository: { default_branch: 'trunk' } };
  expect(await merged({ ...byHand, event })).toEqual({ begin: SKIPPED, apply: SKIPPED, record: SKIPPED });
});

test('by hand, with both fields empty every tenant is planned afresh; with one of them nothing is', async () => {
  const byHand = (run: string, digest: string) =>
    merged({ eventName: 'workflow_dispatch', inputs: { run, digest } });
  expect((await byHand('', '')).apply).toEqual([
    'success',
    `apply --commit merged --replan ${KEEPING} own apply`,
  ]);
  expect(fetched).toEqual([]);
  expect((await byHand('42', '')).apply?.[1]).toMatch(/^apply --plan TEMP\/reviewed\/fresh.json --digest /);
  expect((await byHand('', 'abc')).apply?.[1]).toMatch(/^apply --plan .* --digest abc /);
});

test('what was kept is fetched by its id, so never that of an earlier attempt; where nothing was kept, nothing is', async () => {
  await merged({ kept: '7001' });
  // What was done, and the fresh plan.
  expect(fetched).toMatchObject([{ 'artifact-ids': '7001' }, { 'artifact-ids': '7001' }]);
  await merged();
  expect(fetched).toEqual([]);
  await planned(validated('completed'), { kept: '7002', failing: 'plan' });
  expect(fetched).toMatchObject([{ 'artifact-ids': '7002' }]);
  await planned(validated('completed'));
  expect(fetched).toEqual([]);
});

test.each([
  ['opened', {}, 'success'],
  ['synchronize', {}, 'success'],
  ['edited: another base, so another merge', { base: { ref: { from: 'topic' } } }, 'success'],
  ['edited: another title', { title: { from: 'Old' } }, 'skipped'],
])('a pull request is validated, and planned after that, when it is %s', async (what, changes, result) => {
  const event = { action: what.split(':')[0], changes, pull_request: { number: 7 } };
  const { validate } = await asked({ name: 'validate', event, eventName: 'pull_request' });
  expect(validate?.[0]).toBe(result);
  const file = workflowFiles().find(({ name }) => name === 'validate');
  expect(file?.workflow.on).toMatchObject({
    pull_request: { types: expect.arrayContaining([what.split(':')[0]]) },
  });
});
