import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SANDBOX_APPLY_CLIENT_ID, SANDBOX_CLIENT_ID, SANDBOX_SECRET } from '../sandbox/clients.ts';
import { createSandbox } from '../sandbox/sandbox.ts';
import { serve } from '../sandbox/serve.ts';
import { EXIT, type ExitCode } from './exit-code.ts';

type Write = (text: string) => void;

/** Serves the built-in tenants until the process is stopped. */
export async function sandbox({
  port,
  write,
}: {
  readonly port: number;
  readonly write: Write;
}): Promise<ExitCode> {
  const folder = await mkdtemp(join(tmpdir(), 'iosmail-sandbox-'));
  const { origin, ca, close } = await serve(createSandbox(), { port });
  const caFile = join(folder, 'ca.pem');
  await writeFile(caFile, ca);
  write(`The built-in tenants answer at ${origin}. In another terminal:\n\n`);
  const settings = environment(origin, caFile, SANDBOX_CLIENT_ID);
  for (const [name, value] of Object.entries(settings)) write(`  export ${name}=${value}\n`);
  write(
    `\nThat is the identity that plans; to apply, export AZURE_CLIENT_ID=${SANDBOX_APPLY_CLIENT_ID}. Stop with Ctrl-C.\n`,
  );
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  await close();
  await rm(folder, { recursive: true });
  return EXIT.ok;
}

/** What makes the tool talk to a served sandbox: hosts, trust and credentials, nothing else. */
function environment(origin: string, caFile: string, clientId: string): { readonly [name: string]: string } {
  return {
    AZURE_AUTHORITY_HOST: origin,
    IOSMAIL_GRAPH_ENDPOINT: origin,
    NODE_EXTRA_CA_CERTS: caFile,
    AZURE_CLIENT_ID: clientId,
    AZURE_CLIENT_SECRET: SANDBOX_SECRET,
  };
}

/** wingtip lets Microsoft manage user consent: one write of it is accepted and discarded, so it never matches. */
const ALL_BUT_WINGTIP = ['adatum', 'contoso', 'fabrikam', 'litware', 'northwind', 'proseware', 'tailspin'];

type Stop = {
  readonly says: string;
  readonly argv: readonly string[];
  readonly as: string;
  readonly ends: ExitCode;
};

const STOPS: readonly Stop[] = [
  {
    says: 'Check the policies of the eight tenants. Nobody is talked to.',
    argv: ['validate'],
    as: SANDBOX_CLIENT_ID,
    ends: EXIT.ok,
  },
  {
    says: 'Plan with an identity that cannot write: what would change, for people first.',
    argv: ['plan', '--out', 'PLAN', '--journal', 'JOURNAL'],
    as: SANDBOX_CLIENT_ID,
    ends: EXIT.ok,
  },
  {
    says: 'Apply exactly that plan, step by step, and read it back. In wingtip one write is accepted and discarded: told, not hidden (exit code 5). This takes a minute, because reads may lag a write and settle times are kept.',
    argv: ['apply', '--plan', 'PLAN', '--journal', 'JOURNAL'],
    as: SANDBOX_APPLY_CLIENT_ID,
    ends: EXIT.partly,
  },
  {
    says: 'Apply it again to the others: nothing is left, so nothing is sent.',
    argv: ['apply', '--plan', 'PLAN', '--journal', 'JOURNAL', '--tenant', ...ALL_BUT_WINGTIP],
    as: SANDBOX_APPLY_CLIENT_ID,
    ends: EXIT.ok,
  },
  {
    says: 'Plan once more: the tenants match their policies (exit code 0; with pending changes it would be 2).',
    argv: ['plan', '--detailed-exitcode', '--journal', 'JOURNAL', '--tenant', ...ALL_BUT_WINGTIP],
    as: SANDBOX_CLIENT_ID,
    ends: EXIT.ok,
  },
];

/** Runs the whole loop as separate processes against the served tenants, as an administrator would in a terminal. */
export async function tour(options: {
  readonly write: Write;
  readonly cli: string;
  readonly env: NodeJS.ProcessEnv;
}): Promise<ExitCode> {
  const { write, cli, env } = options;
  const folder = await mkdtemp(join(tmpdir(), 'iosmail-tour-'));
  const served = await serve(createSandbox(), { port: 0 });
  const caFile = join(folder, 'ca.pem');
  await writeFile(caFile, served.ca);
  try {
    for (const { says, argv, as, ends } of STOPS) {
      const real = argv.map(
        (word) => ({ PLAN: join(folder, 'plan.json'), JOURNAL: join(folder, 'journal') })[word] ?? word,
      );
      write(`\n# ${says}\n$ iosmail ${argv.join(' ')}\n\n`);
      const code = await run(process.execPath, [cli, ...real], {
        ...env,
        ...environment(served.origin, caFile, as),
      });
      write(`\n(exit code ${code})\n`);
      if (code !== ends) return EXIT.failed;
    }
    write('\nThat was the whole loop. Nothing left this machine.\n');
    return EXIT.ok;
  } finally {
    await served.close();
    await rm(folder, { recursive: true });
  }
}

function run(command: string, argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, argv, { env, stdio: ['ignore', 'inherit', 'inherit'] });
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}
