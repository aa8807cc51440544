import { type Command, Option } from 'commander';

/** What every command that reads policies can be told. */
export type CommonFlags = {
  readonly policies: string;
  /** Names; empty: all tenants. */
  readonly tenant: readonly string[];
  readonly format: 'text' | 'json' | 'markdown';
  readonly color: boolean;
};

/** Told by the help of every command that reaches tenants. */
export const SIGNING_IN = `
Signs in to the tenant of each policy file with AZURE_CLIENT_ID and one of AZURE_CLIENT_SECRET,
AZURE_CLIENT_CERTIFICATE_PATH, AZURE_FEDERATED_TOKEN_FILE; in GitHub Actions with the job's own
token (id-token: write); else as whoever is signed in to the Azure CLI.`;

/** The parser leaves out switches that were not given. */
export const OFF = { sandbox: false, verbose: false };

/** A command and what its help says. */
export function command(program: Command, name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .showHelpAfterError(`Run \`iosmail ${name} --help\` for its options.`);
}

/** A command that reads policies and prints a report. */
export function reading(program: Command, name: string, description: string): Command {
  return choosing(program, name, description, ['text', 'json', 'markdown']);
}

/** The same with formats of its own. */
export function choosing(
  program: Command,
  name: string,
  description: string,
  formats: readonly string[],
): Command {
  return command(program, name, description)
    .option('--policies <dir>', 'the folder with the policies', 'policies')
    .addOption(new Option('--tenant <names...>', 'only these tenants').default([], 'all'))
    .addOption(new Option('--format <format>', 'how to print').choices([...formats]).default('text'))
    .option('--no-color', 'plain text, also with NO_COLOR set');
}

/** A command that reaches tenants. */
export function online(program: Command, name: string, description: string): Command {
  return reading(program, name, description)
    .option('--sandbox', 'use the built-in tenants, in this process; also with IOSMAIL_SANDBOX=true')
    .option('--journal <dir>', 'the folder of the apply journals', '.iosmail/journal')
    .addHelpText('after', SIGNING_IN);
}

/** Examples for the end of a command's help. */
export function examples(...lines: readonly string[]): string {
  return `\n${lines.length === 1 ? 'Example' : 'Examples'}:\n${lines.map((line) => `  $ ${line}`).join('\n')}`;
}
