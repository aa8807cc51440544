import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { APPLE_MAIL, type Day } from '../core/state.ts';
import { GitFailure } from '../git/git.ts';
import { forTerminal } from '../render/safe.ts';
import { SANDBOX_APPLY_CLIENT_ID, SANDBOX_CLIENT_ID } from '../sandbox/clients.ts';
import { administrator, inPortal } from '../sandbox/portal.ts';
import { createSandbox, type Sandbox } from '../sandbox/sandbox.ts';
import { serve } from '../sandbox/serve.ts';
import { EXIT, type ExitCode } from './exit-code.ts';
import { environment } from './sandbox.ts';
import { commentOfPlan, proposedIn } from './tour-proposal.ts';

/** wingtip lets Microsoft manage user consent: one write of it is accepted and discarded, so it never matches. */
const ALL_BUT_WINGTIP = ['adatum', 'contoso', 'fabrikam', 'litware', 'northwind', 'proseware', 'tailspin'];

type Stop = {
  readonly says: string;
  readonly argv: readonly string[];
  readonly as: string;
  readonly ends: ExitCode;
  /** Somebody else does something to the tenants first. */
  readonly before?: (sandbox: Sandbox) => void;
  /** A proposal: its comment is shown in place of what the command prints. */
  readonly comment?: true;
};

/** Another identity or a proxy of this machine would get in the way. */
const NOT_USED = {
  ACTIONS_ID_TOKEN_REQUEST_URL: '',
  AZURE_FEDERATED_TOKEN_FILE: '',
  AZURE_CLIENT_CERTIFICATE_PATH: '',
  HTTPS_PROXY: '',
  GITHUB_ACTIONS: '',
};

/** PLAN, PROPOSAL, JOURNAL and POLICIES stand for files and folders in a temporary folder. */
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
    says: 'A pull request brings two of them under policy. Its commits are planned as data; this is the comment it gets.',
    argv: ['plan', '--base', 'main', '--head', 'change', '--policies', 'POLICIES', '--out', 'PROPOSAL'],
    as: SANDBOX_CLIENT_ID,
    ends: EXIT.ok,
    comment: true,
  },
  {
    says: 'Apply exactly the plan of before to seven of them, step by step, and read it back. Settle times are kept: a few seconds.',
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
    says: 'Verify: plan once more. They match their policies (exit code 0).',
    argv: ['plan', '--detailed-exitcode', '--journal', 'JOURNAL', '--tenant', ...ALL_BUT_WINGTIP],
    as: SANDBOX_CLIENT_ID,
    ends: EXIT.ok,
  },
  {
    says: 'Somebody turns off the app of contoso in the portal. The look of each morning finds that, and who it was (exit code 2).',
    argv: ['drift', '--detailed-exitcode', '--journal', 'JOURNAL', '--tenant', 'contoso'],
    as: SANDBOX_CLIENT_ID,
    ends: EXIT.pending,
    before: turnOffContoso,
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
  readonly day: Day;
}): Promise<ExitCode> {
  const { write, node, cli, env, day } = options;
  const folder = await mkdtemp(join(tmpdir(), 'iosmail-tour-'));
  const sandbox = createSandbox();
  const served = await serve(sandbox, { port: 0 });
  const caFile = join(folder, 'ca.pem');
  await writeFile(caFile, served.ca);
  const real: { readonly [word: string]: string } = {
    PLAN: join(folder, 'plan.json'),
    PROPOSAL: join(folder, 'proposal.json'),
    JOURNAL: join(folder, 'journal'),
    POLICIES: join(folder, 'repository', 'policies'),
  };
  const { PROPOSAL = '', POLICIES = '' } = real;
  try {
    for (const { says, argv, as, ends, before, comment } of STOPS) {
      write(`\n# ${says}\n$ iosmail ${argv.join(' ')}\n\n`);
      if (comment && !(await hasProposal(join(folder, 'repository'), write))) continue;
      before?.(sandbox);
      const words = [cli, ...argv.map((word) => real[word] ?? word)];
      const variables = { ...env, ...NOT_USED, ...environment(served.origin, caFile, as) };
      const code = await run(node, words, variables, comment ? 'ignore' : 'inherit');
      if (comment && code === ends) write(await commentOfPlan(PROPOSAL, POLICIES, day));
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

function turnOffContoso({ tenants }: Sandbox): void {
  const contoso = tenants.get('contoso');
  if (contoso === undefined) return;
  inPortal(contoso, administrator(contoso, 'admin'), new Date(), ({ servicePrincipals }) => {
    for (const app of servicePrincipals.values()) if (app.appId === APPLE_MAIL) app.accountEnabled = false;
  });
}

/** Without Git, or with one too old, the tour goes on without this stop. */
async function hasProposal(folder: string, write: (text: string) => void): Promise<boolean> {
  try {
    await proposedIn(folder, 'policies');
    return true;
  } catch (error) {
    if (!(error instanceof GitFailure)) throw error;
    write(`Left out here: ${forTerminal(error.message)}\n`);
    return false;
  }
}

function run(
  command: string,
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  prints: 'inherit' | 'ignore',
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, argv, { env, stdio: ['ignore', prints, 'inherit'] });
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}
