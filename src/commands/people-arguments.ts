import { type Command, InvalidArgumentError, Option } from 'commander';
import { type CommonFlags, choosing, command, examples, OFF, SIGNING_IN } from './command-parts.ts';

export type WhoFlags = Omit<CommonFlags, 'format'> & {
  readonly format: 'text' | 'json' | 'csv';
  readonly sandbox: boolean;
  readonly verbose: boolean;
  /** Compare the policies of this commit instead; no tenant is asked. */
  readonly diff?: string;
};
export type ExplainFlags = Omit<CommonFlags, 'tenant'> & {
  readonly tenant?: string;
  /** A pasted text instead of a person; `-`: from standard input. */
  readonly error?: string;
  readonly sandbox: boolean;
  readonly verbose: boolean;
};
export type BlockFlags = {
  readonly policies: string;
  readonly tenant: string;
  readonly reason: string;
  readonly journal: string;
  readonly yes: boolean;
  readonly verbose: boolean;
  readonly color: boolean;
};
/** `iosmail explain`, without what it does. */
export function explaining(program: Command): Command {
  return command(program, 'explain', 'why one person cannot use Apple Mail, gate by gate; cannot write')
    .argument('[user]', 'sign-in name, mail address or object id', personIn)
    .option('--error <text>', 'instead: what this error text means; - reads it from standard input')
    .option('--tenant <name>', 'the tenant of the person, where their name does not tell')
    .option('--policies <dir>', 'the folder with the policies', 'policies')
    .addOption(
      new Option('--format <format>', 'how to print').choices(['text', 'json', 'markdown']).default('text'),
    )
    .option('--no-color', 'plain text, also with NO_COLOR set')
    .option('--sandbox', 'use the built-in tenants, in this process; also with IOSMAIL_SANDBOX=true')
    .option('--verbose', 'also every wait')
    .addHelpText('after', SIGNING_IN);
}

/** `iosmail who`. */
export function whoCommand(program: Command, run: (flags: WhoFlags) => Promise<void>): void {
  choosing(program, 'who', 'list who can use the app now, and why; cannot write', ['text', 'json', 'csv'])
    .option('--sandbox', 'use the built-in tenants, in this process; also with IOSMAIL_SANDBOX=true')
    .option(
      '--diff <ref>',
      'what the policies want otherwise than those of this commit, or between two: FROM..TO; asks no tenant',
    )
    .option('--verbose', 'also every wait; those of five seconds and more are told in any case')
    .addHelpText('after', SIGNING_IN)
    .addHelpText(
      'after',
      examples(
        'iosmail who --tenant contoso',
        'iosmail who --format csv > who.csv',
        'iosmail who --diff HEAD~1',
      ),
    )
    .action((flags: WhoFlags) => run({ ...OFF, ...flags }));
}

/** `iosmail block`. */
export function blockCommand(program: Command, run: (flags: BlockFlags) => Promise<void>): void {
  command(program, 'block', 'in an emergency: switch the app off in one tenant now, and commit that to Git')
    .requiredOption('--tenant <name>', 'the tenant')
    .requiredOption('--reason <text>', 'why; it is kept in the policy and in the journal', reasonIn)
    .option('--policies <dir>', 'the folder with the policies', 'policies')
    .option('--journal <dir>', 'the folder of the apply journals', '.iosmail/journal')
    .option('--yes', 'do not ask; needed where there is no terminal')
    .option('--verbose', 'also every wait; those of five seconds and more are told in any case')
    .option('--no-color', 'plain text, also with NO_COLOR set')
    .addHelpText('after', SIGNING_IN)
    .addHelpText('after', examples("iosmail block --tenant contoso --reason 'INC-204 stolen devices'"))
    .action((flags: BlockFlags) =>
      run({ ...flags, yes: flags.yes === true, verbose: flags.verbose === true }),
    );
}

function reasonIn(text: string): string {
  if (text.trim() === '' || text.length > 500)
    throw new InvalidArgumentError('A reason is a ticket and a few words, at most 500 characters.');
  return text;
}

/** An empty shell variable names nobody. */
function personIn(text: string): string {
  const person = text.trim();
  if (person === '')
    throw new InvalidArgumentError('Name a person by sign-in name, mail address or object id.');
  return person;
}
