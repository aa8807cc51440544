// Lets somebody else's Graph client talk to the sandbox: the CLI for Microsoft 365 (@pnp/cli-microsoft365), which knows
// nothing of this project, looks at a tenant and changes it, and what it sees must be what the tool says.
//
//   npm run test:m365            installs the client into a temporary folder first (400 MB, half a minute)
//   M365=<folder> npm run …      uses the one that is installed there
//
// That client cannot be told another host. So it runs in a network of its own, in which graph.microsoft.com and
// login.microsoftonline.com are this machine and nothing else can be reached: that takes root on Linux.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compare } from './third-party-checks.mjs';
import { openStage } from './third-party-stage.mjs';

const CLIENT = '@pnp/cli-microsoft365@11.11.0';
const PROGRAM = 'node_modules/@pnp/cli-microsoft365/dist/index.js';
const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Ends the run: nothing was compared, and that is no success. */
function cannot(why, fix) {
  process.stderr.write(`Cannot run the client: ${why}\n  ${fix}\n`);
  process.exit(1);
}

function run(program, args, options = {}) {
  return spawnSync(program, args, { encoding: 'utf8', ...options });
}

function outside() {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    cannot(
      'a network of its own takes root on Linux.',
      'Run it as root: sudo env "PATH=$PATH" npm run test:m365',
    );
  const able = run('unshare', [
    '-m',
    '-n',
    'sh',
    '-c',
    'ip link set lo up && mount --bind /etc/hosts /etc/hosts',
  ]);
  if (able.status !== 0)
    cannot(
      `this system gives no network of its own (${(able.stderr ?? String(able.error)).trim()}).`,
      'It needs unshare, mount and ip, and the right to use them.',
    );
  if (!existsSync(join(ROOT, 'dist/cli.js'))) cannot('there is no dist/cli.js.', 'Run npm run build first.');
  const folder = mkdtempSync(join(tmpdir(), 'iosmail-m365-'));
  try {
    const client = process.env.M365 ?? install(folder);
    const hosts = join(folder, 'hosts');
    writeFileSync(hosts, '127.0.0.1 localhost graph.microsoft.com login.microsoftonline.com\n');
    const inside = 'mount --bind "$1" /etc/hosts && ip link set lo up && shift && exec "$@"';
    const argv = [
      '-m',
      '-n',
      'sh',
      '-c',
      inside,
      'sh',
      hosts,
      process.execPath,
      process.argv[1],
      '--inside',
      folder,
      client,
    ];
    const { status, error } = run('unshare', argv, { stdio: 'inherit', cwd: ROOT });
    if (error) throw error;
    process.exitCode = status ?? 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Installs the client away from this project; none of its install scripts is run. */
function install(folder) {
  process.stdout.write(`Installing ${CLIENT} …\n`);
  const args = [
    'install',
    '--prefix',
    folder,
    '--no-audit',
    '--no-fund',
    '--ignore-scripts',
    '--silent',
    CLIENT,
  ];
  const { status, stderr } = run('npm', args, { cwd: folder });
  if (status !== 0 || !existsSync(join(folder, PROGRAM)))
    cannot(
      `${CLIENT} could not be installed (${stderr.trim() || `npm ended with ${status}`}).`,
      'It needs the npm registry; or name a folder that has it: M365=<folder>',
    );
  return folder;
}

async function inside(folder, client) {
  const stage = await openStage({ root: ROOT, folder, program: join(client, PROGRAM) });
  try {
    const failed = await compare(stage);
    process.stdout.write(
      failed === 0 ? '\nBoth see the same tenant.\n' : `\n${failed} of these do not agree.\n`,
    );
    process.exitCode = failed === 0 ? 0 : 1;
  } finally {
    stage.close();
  }
}

const [how, folder, client] = process.argv.slice(2);
if (how === '--inside') await inside(folder, client);
else outside();
