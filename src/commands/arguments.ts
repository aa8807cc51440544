import { Command, InvalidArgumentError, Option } from 'commander';
import { type CommonFlags, command, examples, OFF, online, reading } from './command-parts.ts';
import { type ImportFlags, importCommand } from './import-arguments.ts';
import {
  type BlockFlags,
  blockCommand,
  type ExplainFlags,
  explaining,
  type WhoFlags,
  whoCommand,
} from './people-arguments.ts';

type OnlineFlags = CommonFlags & {
  readonly sandbox: boolean;
  readonly journal: string;
  /** Every wait is told, and `plan` tells more. */
  readonly verbose: boolean;
};
export type PlanFlags = OnlineFlags & {
  readonly out?: string;
  readonly names?: string;
  readonly base?: string;
  readonly head?: string;
  readonly detailedExitcode: boolean;
};
export type ApplyFlags = OnlineFlags & {
  /** One of the two is set. */
  readonly plan?: string;
  readonly commit?: string;
  readonly digest?: string;
  readonly replan: boolean;
  readonly report?: string;
  readonly fresh?: string;
};
export type DriftFlags = OnlineFlags & { readonly detailedExitcode: boolean };
/** What the workflows ask GitHub for. */
export type GitHubFlags = {
  readonly policies: string;
  readonly journal: string;
  readonly verbose: boolean;
  readonly plan?: string;
  readonly report?: string;
  readonly fresh?: string;
};
export type GitHubVerb = 'outdated' | 'comment' | 'lock' | 'record';
export type SandboxFlags = { readonly port: number; readonly tour: boolean };

/** One call of the command, with its arguments checked. */
export type Invoked =
  | { readonly command: 'validate'; readonly flags: CommonFlags }
  | { readonly command: 'plan'; readonly flags: PlanFlags }
  | { readonly command: 'apply'; readonly flags: ApplyFlags }
  | { readonly command: 'drift'; readonly flags: DriftFlags }
  | { readonly command: 'who'; readonly flags: WhoFlags }
  | { readonly command: 'import'; readonly flags: ImportFlags }
  | { readonly command: 'block'; readonly flags: BlockFlags }
  | { readonly command: 'explain'; readonly user?: string; readonly flags: ExplainFlags }
  | { readonly command: 'github'; readonly verb: GitHubVerb; readonly flags: GitHubFlags }
  | { readonly command: 'sandbox'; readonly flags: SandboxFlags };

const EXIT_CODES = `
Exit codes; of several the first in this order counts: 64, 5, 1, 4, 3, 2
  0   fine
  1   failed, also invalid policies
  2   changes pending, only with --detailed-exitcode
  3   refused by a rule or limit
  4   stale plan: the tenant or the policy is no longer as reviewed; nothing was sent
  5   partly applied
  64  wrong arguments

Without any account, on the built-in tenants:
  $ iosmail sandbox --tour
  $ iosmail plan --sandbox --tenant adatum --out plan.json
  $ iosmail apply --sandbox --plan plan.json`;

/**
 * The command line as data for the parser.
 * @param run called with what was asked for; usage errors are thrown as CommanderError, after telling them.
 */
export function commandsOf(version: string, run: (invoked: Invoked) => Promise<void>): Command {
  const program = new Command('iosmail')
    .description('Who may use Apple Mail against Exchange Online, decided in Git.')
    .version(version)
    .exitOverride()
    .showHelpAfterError('Run `iosmail --help` for the commands.')
    .addHelpText('after', EXIT_CODES);
  reading(program, 'validate', 'check the policies; talks to nobody')
    .addHelpText('after', examples('iosmail validate', 'iosmail validate --tenant contoso --format markdown'))
    .action((flags: CommonFlags) => run({ command: 'validate', flags }));
  online(program, 'plan', 'show what would change, for people first; cannot write')
    .option('--out <file>', 'also write the plan to a file, for apply')
    .option('--names <file>', 'with privacy.people: counts, also write who stands behind each pseudonym')
    .option('--base <ref>', 'only what differs from the policies of this commit, told from drift and expiry')
    .option('--head <ref>', 'with --base: what merging this commit would give; read, not run')
    .option('--verbose', 'also raw requests, everybody by name, where each value comes from, and every wait')
    .option('--detailed-exitcode', 'exit 2 when changes are pending')
    .addHelpText(
      'after',
      examples(
        'iosmail plan --tenant contoso --out plan.json',
        'iosmail plan --base origin/main',
        'iosmail plan --sandbox',
      ),
    )
    .action((flags: PlanFlags, self: Command) => {
      if (flags.head !== undefined && flags.base === undefined)
        self.error("error: '--head <ref>' needs '--base <ref>', what it is to be merged into");
      return run({ command: 'plan', flags: { ...ALL_OFF, ...flags } });
    });
  online(program, 'apply', 'apply what was reviewed, exactly as it was shown')
    .addOption(new Option('--plan <file>', 'a plan file that `iosmail plan --out` wrote').conflicts('commit'))
    .option('--commit <sha>', 'on merge: what the pull requests up to this commit were reviewed for')
    .option('--digest <sha256>', 'with --plan, in a workflow run by hand: only if the file is this very plan')
    .option('--replan', 'with --commit: send nothing, plan every tenant of that commit afresh for --fresh')
    .option('--report <file>', 'also write what was done to a file')
    .option('--fresh <file>', 'write a fresh plan of the tenants that need another review')
    .option('--verbose', 'also every wait; those of five seconds and more are told in any case')
    .addHelpText(
      'after',
      examples('iosmail apply --plan plan.json', 'iosmail apply --commit "$GITHUB_SHA" --report report.json'),
    )
    .action((flags: ApplyFlags, self: Command) => {
      if (flags.plan === undefined && flags.commit === undefined)
        self.error("error: name what to apply with '--plan <file>', or '--commit <sha>' on merge");
      if (flags.replan && flags.commit === undefined)
        self.error("error: '--replan' needs '--commit <sha>', whose policies are to be planned");
      return run({ command: 'apply', flags: { ...OFF, ...flags, replan: flags.replan === true } });
    });
  importCommand(program, (flags) => run({ command: 'import', flags }));
  online(program, 'drift', 'show what differs from the merged policies, why, and who did it; cannot write')
    .option('--detailed-exitcode', 'exit 2 when a tenant differs')
    .option('--verbose', 'also every wait; those of five seconds and more are told in any case')
    .addHelpText('after', examples('iosmail drift', 'iosmail drift --tenant contoso --format markdown'))
    .action((flags: DriftFlags) => run({ command: 'drift', flags: { ...ALL_OFF, ...flags } }));
  whoCommand(program, (flags) => run({ command: 'who', flags }));
  blockCommand(program, (flags) => run({ command: 'block', flags }));
  explaining(program)
    .addHelpText(
      'after',
      examples(
        'iosmail explain anna@contoso.example --tenant contoso',
        'iosmail explain --error "AADSTS50105: Your administrator has configured …"',
        'iosmail explain office-0001@tailspin.example --sandbox',
      ),
    )
    .action((user: string | undefined, flags: ExplainFlags, self: Command) => {
      if ((user === undefined) === (flags.error === undefined))
        self.error("error: name a person, or paste an error with '--error <text>'");
      return run({
        command: 'explain',
        ...(user === undefined ? {} : { user }),
        flags: { ...OFF, ...flags },
      });
    });
  const github = command(program, 'github', 'what the workflows tell and ask GitHub; needs GITHUB_TOKEN');
  const verb = (name: GitHubVerb, description: string) =>
    github
      .command(name)
      .description(description)
      .option('--policies <dir>', 'the folder with the policies', 'policies')
      .option('--journal <dir>', 'the folder of the apply journals', '.iosmail/journal')
      .option('--verbose', 'also every wait')
      .action((flags: GitHubFlags) =>
        run({ command: 'github', verb: name, flags: { ...flags, verbose: flags.verbose === true } }),
      );
  verb('outdated', 'mark the plan of an older head as outdated; tell a fork that it is only validated');
  verb('comment', 'post a plan on its pull request, and record it in check runs').requiredOption(
    '--plan <file>',
    'the plan file that `iosmail plan --base … --out` wrote',
  );
  verb('lock', 'begin an apply: one at a time');
  verb('record', 'end an apply: journal, reply, deployment, failure issue')
    .requiredOption('--report <file>', 'the report that `iosmail apply --report` wrote')
    .option('--fresh <file>', 'the fresh plan that `iosmail apply --fresh` wrote');
  command(program, 'sandbox', 'serve the built-in tenants over HTTPS')
    .option('--port <port>', 'where to listen; 0 for a free one', portIn, 8443)
    .option('--tour', 'run the whole loop on them instead: validate, plan, comment, apply, verify, drift')
    .addHelpText('after', examples('iosmail sandbox', 'iosmail sandbox --tour'))
    .action((flags: SandboxFlags) =>
      run({ command: 'sandbox', flags: { ...flags, tour: flags.tour === true } }),
    );
  return program;
}

const ALL_OFF = { ...OFF, detailedExitcode: false };

function portIn(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < 0 || value > 65_535)
    throw new InvalidArgumentError('A port is a number from 0 to 65535.');
  return value;
}
