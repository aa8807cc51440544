import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import pkg from '../../package.json' with { type: 'json' };
import { ROOT } from './iosmail.ts';
import { ACTION, playSetUp, setUp } from './set-up.ts';
import { runWorkflow } from './workflow.ts';
import { runScript } from './workflow-step.ts';

let temp = '';
beforeEach(() => {
  temp = mkdtempSync(join(tmpdir(), 'iosmail action-'));
});
afterEach(() => rmSync(temp, { recursive: true }));

/** A step after the action: what it put on the PATH is found there. */
async function after(script: string, path: readonly string[], folder = ROOT) {
  return await runScript(script, {
    folder,
    env: { PATH: [...path, process.env.PATH ?? ''].join(delimiter), HOME: '/nonexistent' },
  });
}

test('the action is the file that action.yml names', () => {
  const { runs, inputs } = parse(readFileSync(join(ROOT, 'action.yml'), 'utf8'));
  expect(join(ROOT, runs.main)).toBe(ACTION);
  expect(runs.using).toBe('node20');
  expect(inputs).toBeUndefined();
});

test('the action puts the command on the PATH and tells its version', async () => {
  const { code, path, outputs, stdout, stderr } = await setUp(temp);
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(path).toEqual([join(temp, 'iosmail-bin')]);
  expect(outputs).toEqual({ version: pkg.version });
  expect(await after('iosmail --version', path)).toMatchObject({ code: 0, stdout: `${pkg.version}\n` });
});

test('the command it puts there is whole: it needs nothing beside its one file', async () => {
  const file = join(temp, "it's one.mjs");
  copyFileSync(ACTION, file);
  const { path } = await setUp(temp, { file });
  const validated = await after('iosmail validate', path);
  expect(validated.stderr).toBe('');
  expect(validated).toMatchObject({ code: 0, stdout: expect.stringContaining('Checked 8 tenants') });
  const planned = await after('iosmail plan --sandbox --tenant contoso --detailed-exitcode', path);
  expect(planned).toMatchObject({ code: 0, stdout: expect.stringContaining('contoso  No changes.') });
});

test('arguments reach the command as they are, and its exit code comes back', async () => {
  const { path } = await setUp(temp);
  const { code, stdout } = await after(`iosmail validate --policies 'no such $HOME "folder"'`, path);
  expect(code).toBe(1);
  expect(stdout).toContain('no such $HOME "folder"');
  expect(await after('iosmail cli', path)).toMatchObject({ code: 64 });
  expect(await after('iosmail', path)).toMatchObject({ code: 64 });
});

test('outside a job it says so, and puts nothing anywhere', async () => {
  const { code, stdout, path } = await setUp(temp, { env: { RUNNER_TEMP: '' } });
  expect(code).toBe(1);
  expect(stdout).toMatch(/^::error::This is no step of a GitHub Actions job: /);
  expect(path).toEqual([]);
  expect(existsSync(join(temp, 'iosmail-bin'))).toBe(false);
});

test('validate.yml runs it on the policies of a pull request', async () => {
  const validate = async (folder: string) => {
    const { jobs } = await runWorkflow(join(ROOT, '.github/workflows/validate.yml'), {
      event: { pull_request: { number: 1 } },
      contexts: { github: { event_name: 'pull_request', repository: 'contoso/mail' } },
      uses: { 'actions/checkout': async () => undefined, './.github/actions/iosmail': playSetUp },
      job: async () => ({ folder }),
    });
    return jobs.validate;
  };
  const good = await validate(ROOT);
  expect(good?.result).toBe('success');
  expect(good?.summary).toContain('8 tenants');
  mkdirSync(join(temp, 'policies'));
  cpSync(join(ROOT, 'policies'), join(temp, 'policies'), { recursive: true });
  writeFileSync(join(temp, 'policies/tenants/bad.yaml'), 'application: 7\n');
  const bad = await validate(temp);
  expect(bad?.result).toBe('failure');
  expect(bad?.summary).toContain('bad.yaml');
});
