import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { SANDBOX_APPLY_CLIENT_ID, SANDBOX_CLIENT_ID, SANDBOX_SECRET } from '../../src/sandbox/clients.ts';
import { createSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { serve } from '../../src/sandbox/serve.ts';
import type { Tenant } from '../../src/sandbox/tenant.ts';
import { type Ended, type Environment, iosmail, ROOT, type Running, start } from './iosmail.ts';

/** Tenants served over HTTPS, and a folder to work in; both end with the test. */
export type World = {
  readonly sandbox: Sandbox;
  /** Every request passes here first; what it throws breaks the connection, and the request never arrived. */
  arriving: (path: string) => Promise<void>;
  /** Every answer passes here; a test holds it back to act while the command waits. */
  passing: (answer: Response, path: string) => Promise<Response>;
  readonly folder: string;
  /** Policies, plan file and journal are named relative to the folder. */
  readonly run: (argv: readonly string[], env?: Environment) => Promise<Ended>;
  readonly start: (argv: readonly string[], env?: Environment) => Running;
  /** Writes a file below the folder. */
  readonly put: (file: string, text: string | Uint8Array) => void;
};

/** Hosts, trust and credentials as an administrator would set them; `apply` runs sign in as the identity that may write. */
export async function serveTenants(...tenants: readonly Tenant[]): Promise<World> {
  const sandbox = createSandbox({ tenants });
  const folder = mkdtempSync(join(tmpdir(), 'iosmail-e2e-'));
  const served = await serve({
    fetch: async (input, init) => {
      await world.arriving(String(input));
      const answer = await sandbox.fetch(input, init);
      return await world.passing(answer, String(input));
    },
  });
  onTestFinished(async () => {
    await served.close();
    rmSync(folder, { recursive: true, force: true });
  });
  writeFileSync(join(folder, 'ca.pem'), served.ca);
  const envFor = (argv: readonly string[]): Environment => ({
    AZURE_AUTHORITY_HOST: served.origin,
    IOSMAIL_GRAPH_ENDPOINT: served.origin,
    NODE_EXTRA_CA_CERTS: join(folder, 'ca.pem'),
    AZURE_CLIENT_ID: argv[0] === 'apply' ? SANDBOX_APPLY_CLIENT_ID : SANDBOX_CLIENT_ID,
    AZURE_CLIENT_SECRET: SANDBOX_SECRET,
  });
  const world: World = {
    sandbox,
    arriving: async () => {},
    passing: async (answer) => answer,
    folder,
    run: (argv, env) => iosmail(argv, { cwd: folder, env: { ...envFor(argv), ...env } }),
    start: (argv, env) => start(argv, { cwd: folder, env: { ...envFor(argv), ...env } }),
    put: (file, text) => {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), text);
    },
  };
  return world;
}

/** Puts the repository's own example policies of these tenants into the folder, without their settle time. */
export function putExamples({ put }: World, ...tenants: readonly string[]): void {
  const example = (file: string) => readFileSync(join(ROOT, 'policies', file), 'utf8');
  put(
    'policies/baselines/standard.yaml',
    example('baselines/standard.yaml').replace(/settle: \d+/, 'settle: 0'),
  );
  for (const name of tenants) put(`policies/tenants/${name}.yaml`, example(`tenants/${name}.yaml`));
}

/** The writes that arrived at Graph, in order, whatever became of them. */
export function writesIn({ log }: Sandbox): readonly string[] {
  return log.flatMap(({ method, path, items }) =>
    (items ?? [{ method, path }])
      .filter((each) => each.method !== 'GET' && !/\/token(\?|$)|\/\$batch$/.test(each.path))
      .map((each) => `${each.method} ${each.path.replace('/v1.0', '')}`),
  );
}

/** What every stream of every run must keep to: no escape sequence, no secret, no stack trace. */
export function flawsIn({ stdout, stderr }: Pick<Ended, 'stdout' | 'stderr'>): readonly string[] {
  const text = stdout + stderr;
  const flaws: readonly (readonly [string, RegExp])[] = [
    ['a stack trace', /^\s+at .+:\d+:\d+\)?$/m],
    ['a control character', /[^\P{Cc}\n]/u],
    ['a token', /eyJ[\w-]{10,}\.[\w-]+\./],
    ['the secret', new RegExp(SANDBOX_SECRET)],
    ['an internal name of JavaScript', /\bundefined\b|\[object |TypeError|ReferenceError/],
  ];
  return flaws.filter(([, pattern]) => pattern.test(text)).map(([name]) => name);
}
