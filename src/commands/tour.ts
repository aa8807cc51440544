import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SANDBOX_APPLY_CLIENT_ID, SANDBOX_CLIENT_ID } from '../sandbox/clients.ts';
import { createSandbox } from '../sandbox/sandbox.ts';
import { serve } from '../sandbox/serve.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { environment } from './sandbox.ts';

/** wingtip lets Microsoft manage user consent: one write of it is accepted and discarded, so it never matches. */
const ALL_BUT_WINGTIP = ['adatum', 'contoso', 'fabrikam', 'litware', 'northwind', 'proseware', 'tailspin'];

type Stop = {
  readonly says: string;
  readonly argv: readonly string[];
  readonly as: string;
  readonly ends: ExitCode;
};

/** Another identity or a proxy of this machine would get in the way. */
const NOT_USED = {
  ACTIONS_ID_TOKEN_REQUEST_URL: '',
  AZURE_FEDERATED_TOKEN_FILE: '',
  AZURE_CLIENT_CERTIFICATE_PATH: '',
  HTTPS_PROXY: '',
};

/** PLAN and JOURNAL stand for files in a temporary folder. */
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
    says: 'Apply exactly that plan to seven of them, step by step, and read it back. Settle times are kept: a few seconds.',
    argv: ['apply', '--plan', 'PLAN', '--journal', 'JOURNAL', '--tenant', ...ALL_BUT_WINGTIP],
    as: SANDBOX_APPLY_CLIENT_ID,
    ends: EXIT.ok,
  },
  {
    says: 'Apply it again: nothing is left, so nothing is sent.',
    argv: ['apply', '--plan', 'PLAN', '--journal', 'JOURNAL', '--tenant', ...ALL_BUT_WINGTIP],
    as: SANDBOX_APPLY_CLIENT_ID,
    ends: EXIT.ok,
  },
  {
    says: 'Plan once more: they match their policies (exit code 0; with pending changes it would be 2).',
    argv: ['plan', '--detailed-exitcode', '--journal', 'JOURNAL', '--tenant', ...ALL_BUT_WINGTIP],
    as: SANDBOX_CLIENT_ID,
    ends: EXIT.ok,
  },
  {
    // In process, where a clock of its own runs on: over HTTPS, reading until lag is ruled out takes most of a minute.
    says: 'The eighth: wingtip accepts one write and discards it. That is told, not hidden (exit code 5).',
    argv: ['apply', '--sandbox', '--plan', 'PLAN', '--journal', 'JOURNAL', '--tenant', 'wingtip'],
    as: SANDBOX_APPLY_CLIENT_ID,
    ends: EXIT.partly,
  },
];

/**
 * Runs the whole loop as processes of their own against the served tenants, as an administrator would in a terminal.
 * @param options.node the program that runs `options.cli`, the built command.
 * @returns failed as soon as a stop does not end as it should.
 */
export async function tour(options: {
  readonly write: (text: string) => void;
  readonly node: string;
  readonly cli: string;
  readonly env: NodeJS.ProcessEnv;
}): Promise<ExitCode> {
  const { write, node, cli, env } = options;
  const folder = await mkdtemp(join(tmpdir(), 'iosmail-tour-'));
  const served = await serve(createSandbox(), { port: 0 });
  const caFile = join(folder, 'ca.pem');
  await writeFile(caFile, served.ca);
  const real: { readonly [word: string]: string } = {
    PLAN: join(folder, 'plan.json'),
    JOURNAL: join(folder, 'journal'),
  };
  try {
    for (const { says, argv, as, ends } of STOPS) {
      write(`\n# ${says}\n$ iosmail ${argv.join(' ')}\n\n`);
      const words = [cli, ...argv.map((word) => real[word] ?? word)];
      const code = await run(node, words, {
        ...env,
        ...NOT_USED,
        ...environment(served.origin, caFile, as),
      });
      write(`\n(exit code ${code})\n`);
      if (code === ends) continue;
      write(`\nThat should have been ${ends}: the tour ends here.\n`);
      return EXIT.failed;
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
