import { spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { environment } from '../src/commands/sandbox.ts';
import { SANDBOX_CLIENT_ID } from '../src/sandbox/clients.ts';
import { createSandbox } from '../src/sandbox/sandbox.ts';
import { serve } from '../src/sandbox/serve.ts';
import { builtInTenants } from '../src/sandbox/tenants.ts';

// What it takes to say what happens to each of the 19,000 people in a group who lose access: requests, time, and the
// most memory that the built command holds meanwhile, in a process of its own. Nothing is asserted.

/** Said by the command on its way out: kibibytes. */
const TELL =
  'process.on("exit",()=>process.stderr.write("\\nat most "+process.resourceUsage().maxRSS+"\\n"))';

const tenants = builtInTenants('proseware');
for (const { settings } of tenants) delete settings.throttle;
const sandbox = createSandbox({ tenants });
const { origin, ca, close } = await serve(sandbox);
const folder = await mkdtemp(join(tmpdir(), 'iosmail-bench-'));
try {
  await writeFile(join(folder, 'ca.pem'), ca);
  await cp('policies', join(folder, 'policies'), { recursive: true });
  const file = join(folder, 'policies/tenants/proseware.yaml');
  const policy = await readFile(file, 'utf8');
  await writeFile(file, policy.replace(/^ +- name: SG-iOS-Mail-Students\n/m, ''));
  const flags = ['--policies', join(folder, 'policies'), '--tenant', 'proseware'];
  const command = ['dist/cli.js', 'plan', ...flags, '--format', 'json', '--out', join(folder, 'plan.json')];
  const env = { ...process.env, ...environment(origin, join(folder, 'ca.pem'), SANDBOX_CLIENT_ID) };
  const from = performance.now();
  const told = await run(['--import', `data:text/javascript,${TELL}`, ...command], env);
  const seconds = (performance.now() - from) / 1_000;
  const plan = JSON.parse(await readFile(join(folder, 'plan.json'), 'utf8'));
  const items = sandbox.log.flatMap((entry) => entry.items ?? []);
  const most = Number(/at most (\d+)/.exec(told)?.[1]) / 1_024;
  console.log(
    `${plan.tenants[0].impact.lose.length} people lose access · ${items.length} requests · ${seconds.toFixed(2)} s · ${Math.round(most)} MiB at most`,
  );
} finally {
  await close();
  await rm(folder, { recursive: true });
}

/** What a command says on standard error, once it has ended. */
function run(args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((ended, failed) => {
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    child.on('error', failed);
    child.on('close', () => ended(said));
  });
}
