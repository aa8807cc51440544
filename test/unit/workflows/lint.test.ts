import { describe, expect, test } from 'vitest';
import { found, foundInAction } from './linters.ts';
import { actionFiles, type Step, workflowFiles } from './read-workflow.ts';

const FILES = workflowFiles();
const jobs = FILES.flatMap(({ name, workflow }) =>
  Object.entries(workflow.jobs).map(([id, job]) => ({ name: `${name}/${id}`, job })),
);
const runs = (steps: readonly Step[]) => steps.flatMap(({ run }) => (run === undefined ? [] : [run]));
const uses = (steps: readonly Step[]) =>
  steps.flatMap((step) => (step.uses === undefined ? [] : [step.uses]));
const workflowOf = (name: string) => {
  const file = FILES.find((each) => each.name === name);
  if (file === undefined) throw new Error(`There is no ${name}.yml`);
  return file;
};

/** The whole of what any job may do on GitHub. A new job, or one more permission, is added here by hand. */
const PERMISSIONS = {
  'apply/apply': {
    actions: 'read',
    checks: 'read',
    contents: 'read',
    'id-token': 'write',
    'pull-requests': 'read',
  },
  'apply/begin': { actions: 'read', contents: 'write' },
  'apply/record': {
    actions: 'read',
    contents: 'write',
    deployments: 'write',
    issues: 'write',
    'pull-requests': 'write',
  },
  'ci/check': { contents: 'read' },
  'ci/third-party': { contents: 'read' },
  'drift/drift': { contents: 'read', 'id-token': 'write' },
  'plan/outdated': { contents: 'read', 'pull-requests': 'write' },
  'plan/plan': { contents: 'read', 'id-token': 'write' },
  'plan/publish': { checks: 'write', contents: 'read', 'pull-requests': 'write' },
  'release/gate': { contents: 'read' },
  'release/release': { contents: 'write' },
  'validate/validate': { contents: 'read' },
};

describe.each(FILES)('$name', ({ path, text, workflow }) => {
  test("actionlint and GitHub's own parser find nothing", async () => {
    expect(await found(path, text)).toEqual([]);
  });

  test('starts without permissions, and never on pull_request_target', () => {
    expect(workflow.permissions).toEqual({});
    expect(Object.keys(workflow.on)).not.toContain('pull_request_target');
  });

  test('every job ends by itself', () => {
    for (const job of Object.values(workflow.jobs)) expect(job['timeout-minutes']).toBeLessThanOrEqual(180);
  });

  test('no checkout leaves its token behind, except where the job pushes', () => {
    const kept = Object.entries(workflow.jobs).filter(([, { steps }]) =>
      steps.some(
        (step) => step.uses?.startsWith('actions/checkout@') && step.with?.['persist-credentials'] !== false,
      ),
    );
    expect(kept.map(([id]) => id)).toEqual(path.endsWith('release.yml') ? ['release'] : []);
  });
});

test.each(actionFiles())('$path is an action to GitHub', ({ path, text }) => {
  expect(foundInAction(path, text)).toEqual([]);
  expect(foundInAction(path, text.replace('using:', 'uses:'))).not.toEqual([]);
});

test('no job may do more than this', () => {
  expect(Object.fromEntries(jobs.map(({ name, job }) => [name, job.permissions]))).toEqual(PERMISSIONS);
});

test('other actions are pinned by a full commit, with the version beside it', () => {
  const lines = [...FILES, ...actionFiles()].flatMap(({ path, text }) =>
    text.split('\n').flatMap((line) => (/^\s*(- )?uses:/.test(line) ? [`${path}: ${line.trim()}`] : [])),
  );
  const loose = lines.filter(
    (line) =>
      !/uses: \.\/\.github\/actions\/iosmail$/.test(line) &&
      !/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v(\d+\.\d+\.\d+|X\.Y\.Z)$/.test(line),
  );
  expect(lines.length).toBeGreaterThan(20);
  expect(loose).toEqual([]);
});

test('one action has one pin everywhere', () => {
  const pins = new Map<string, Set<string>>();
  for (const each of [
    ...jobs.flatMap(({ job }) => uses(job.steps)),
    ...actionFiles().flatMap(({ steps }) => uses(steps)),
  ]) {
    const [action, commit] = each.split('@');
    if (action !== undefined && commit !== undefined)
      pins.set(action, (pins.get(action) ?? new Set()).add(commit));
  }
  expect([...pins].filter(([, commits]) => commits.size > 1)).toEqual([]);
});

test('no expression is pasted into a script', () => {
  const scripts = [
    ...jobs.flatMap(({ job }) => runs(job.steps)),
    ...actionFiles().flatMap(({ steps }) => runs(steps)),
  ];
  expect(scripts.length).toBeGreaterThan(10);
  expect(scripts.filter((script) => script.includes('${{'))).toEqual([]);
});

test('what sees the code of a pull request has no secret, no identity and no environment', () => {
  const seeing = FILES.filter(({ workflow }) => Object.hasOwn(workflow.on, 'pull_request'));
  expect(seeing.map(({ name }) => name)).toEqual(['ci', 'validate']);
  for (const { text, workflow } of seeing) {
    expect(text).not.toMatch(/\b(secrets|vars)\b\s*[.[]|github\.token|id-token|: write/);
    for (const job of Object.values(workflow.jobs)) expect(job.environment).toBeUndefined();
  }
});

test('a workflow after validation checks out nothing but the default branch', () => {
  const { workflow } = workflowOf('plan');
  expect(Object.keys(workflow.on)).toEqual(['workflow_run']);
  const checkouts = Object.values(workflow.jobs).flatMap(({ steps }) =>
    steps.filter((step) => step.uses?.startsWith('actions/checkout@')),
  );
  expect(checkouts.length).toBe(3);
  for (const { with: given } of checkouts) {
    expect(given).not.toHaveProperty('ref');
    expect(given).not.toHaveProperty('repository');
  }
});

test('an identity and a secret are had only in an environment, and one job alone is in the one that writes', () => {
  const identified = jobs.filter(({ job }) => Object.hasOwn(Object(job.permissions), 'id-token'));
  expect(identified.map(({ name, job }) => [name, job.environment])).toEqual([
    ['apply/apply', 'apply'],
    ['drift/drift', 'plan'],
    ['plan/plan', 'plan'],
  ]);
  const secret = jobs.filter(({ job }) => JSON.stringify(job).includes('secrets.'));
  expect(secret.map(({ name, job }) => [name, job.environment])).toEqual([
    ['apply/record', 'publish'],
    ['plan/outdated', 'publish'],
    ['plan/publish', 'publish'],
  ]);
  expect(jobs.filter(({ job }) => job.environment !== undefined)).toHaveLength(
    identified.length + secret.length,
  );
});

test('an apply is never cancelled, and never runs beside another', () => {
  const { workflow } = workflowOf('apply');
  expect(workflow.concurrency).toEqual({ group: 'apply', 'cancel-in-progress': false });
  for (const job of Object.values(workflow.jobs)) expect(job.concurrency).toBeUndefined();
});

test('the workflows of an adopter get the tool from one place only', () => {
  for (const name of ['validate', 'plan', 'apply', 'drift'])
    for (const job of Object.values(workflowOf(name).workflow.jobs)) {
      expect(uses(job.steps)).toContain('./.github/actions/iosmail');
      for (const script of runs(job.steps)) expect(script).toMatch(/^iosmail [^\n;&|]+\n?$/);
    }
});

describe('a broken workflow is found', () => {
  const { path, text } = workflowOf('plan');
  test.each([
    ['an unknown property of a context', '== github.repository', '== github.repositry', 'actionlint'],
    ['an unknown permission', 'checks: write', 'cheques: write', 'actionlint'],
    ['an unknown permission, by the parser', 'checks: write', 'cheques: write', 'parser'],
    ['a need of no job', 'needs: plan', 'needs: planned', 'actionlint'],
    ['a broken expression', "vars.IOSMAIL_APP_ID != ''", "vars.IOSMAIL_APP_ID !== ''", 'parser'],
    ['a step of no id', 'steps.app.outputs', 'steps.apps.outputs', 'actionlint'],
    ['a key that is none', 'timeout-minutes: 60', 'timeout-minute: 60', 'parser'],
  ])('%s', async (_what, right, wrong, by) => {
    expect(text).toContain(right);
    const told = await found(path, text.replace(right, wrong));
    expect(told.filter((line) => line.startsWith(by))).not.toEqual([]);
  });
});
