import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { builtInTenants } from '../../src/sandbox/tenants.ts';
import { type Ended, type Environment, iosmail, ROOT } from './iosmail.ts';
import { putExamples, serveTenants } from './world.ts';

type Coverage = { readonly result: readonly { readonly url: string }[] };
type SourceMap = { readonly sources: readonly string[] };

/** The source files, of ours and of packages, whose code a run really loaded: V8 lists the chunks, their maps the sources. */
async function loadedBy(run: (env: Environment) => Promise<Ended>): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'iosmail-loaded-'));
  try {
    const { code, stdout, stderr } = await run({ NODE_V8_COVERAGE: folder });
    expect(code, stdout + stderr).toBe(0);
    const urls = readdirSync(folder).flatMap((file) => {
      const { result }: Coverage = JSON.parse(readFileSync(join(folder, file), 'utf8'));
      return result.map(({ url }) => url);
    });
    const chunks = urls
      .filter((url) => url.startsWith('file:') && url.includes('/dist/'))
      .map((url) => fileURLToPath(url));
    return [...new Set(chunks)].flatMap((chunk) => {
      const { sources }: SourceMap = JSON.parse(readFileSync(`${chunk}.map`, 'utf8'));
      return sources.map((source) => relative(ROOT, join(dirname(chunk), source)));
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const HEAVY = /^node_modules\/(@azure|@microsoft|undici|selfsigned)\//;
const OTHERS = /^src\/(sandbox|graph|apply|planning|levers)\//;

test('validate loads the policy language and nothing that talks to anybody', async () => {
  const loaded = await loadedBy((env) => iosmail(['validate'], { env }));
  expect(loaded).toContain('src/policy/load.ts');
  expect(loaded.filter((source) => HEAVY.test(source) || OTHERS.test(source))).toEqual([]);
});

test('help loads no command', async () => {
  const loaded = await loadedBy((env) => iosmail(['--help'], { env }));
  expect(loaded).toContain('src/cli.ts');
  expect(
    loaded.filter((source) => HEAVY.test(source) || OTHERS.test(source) || /^src\/policy\//.test(source)),
  ).toEqual([]);
});

test('plan of a real tenant loads no sandbox; with --sandbox it does, and no server', async () => {
  const world = await serveTenants(...builtInTenants('contoso'));
  putExamples(world, 'contoso');
  const real = await loadedBy((env) => world.run(['plan'], env));
  expect(real.some((source) => /^node_modules\/@azure\//.test(source))).toBe(true);
  expect(real.filter((source) => /^src\/sandbox\/|^node_modules\/selfsigned\//.test(source))).toEqual([]);
  const played = await loadedBy((env) => world.run(['plan', '--sandbox'], env));
  expect(played).toContain('src/sandbox/sandbox.ts');
  expect(played.filter((source) => /^node_modules\/(selfsigned|undici)\//.test(source))).toEqual([]);
});
