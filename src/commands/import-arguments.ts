import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Cloud } from '../core/state.ts';
import { command, examples, OFF, SIGNING_IN } from './command-parts.ts';

export type ImportFlags = {
  readonly out: string;
  readonly tenantId?: string;
  readonly name?: string;
  readonly cloud: Cloud;
  /** Names of built-in tenants. */
  readonly tenant: readonly string[];
  readonly sandbox: boolean;
  readonly force: boolean;
  readonly format: 'text' | 'json';
  readonly verbose: boolean;
  readonly color: boolean;
};

/** `iosmail import`. */
export function importCommand(program: Command, run: (flags: ImportFlags) => Promise<void>): void {
  command(program, 'import', 'write a policy that says what a tenant is now; cannot write to a tenant')
    .requiredOption('--out <dir>', 'the folder of the policies; the file goes to tenants/ in it')
    .option('--tenant-id <id>', 'the tenant; Entra admin centre: Overview', tenantIdIn)
    .option('--name <name>', 'with --tenant-id: what to call the tenant, and its file', nameIn)
    .addOption(
      new Option('--cloud <cloud>', 'the cloud the tenant lives in')
        .choices(['global', 'usgov', 'usgovdod', 'china'])
        .default('global'),
    )
    .option('--sandbox', 'import the built-in tenants, in this process; also with IOSMAIL_SANDBOX=true')
    .addOption(new Option('--tenant <names...>', 'with --sandbox: only these tenants').default([], 'all'))
    .option('--force', 'replace files that are there')
    .addOption(new Option('--format <format>', 'how to print').choices(['text', 'json']).default('text'))
    .option('--json', 'the same as --format json')
    .option('--verbose', 'also every wait; those of five seconds and more are told in any case')
    .option('--no-color', 'plain text, also with NO_COLOR set')
    .addHelpText('after', SIGNING_IN)
    .addHelpText(
      'after',
      examples(
        'iosmail import --tenant-id 8f1c6a50-0f5c-4c2c-9c47-0d6a1c9b2e11 --name contoso --out policies',
        'iosmail import --sandbox --out imported',
      ),
    )
    .action(({ json, ...given }: ImportFlags & { readonly json?: boolean }, self: Command) => {
      if (given.sandbox && given.tenantId !== undefined)
        self.error("error: name one tenant with '--tenant-id <id>', or the built-in ones with '--sandbox'");
      if ((given.tenantId === undefined) !== (given.name === undefined))
        self.error("error: '--tenant-id <id>' and '--name <name>' go together");
      if (given.tenantId !== undefined && given.tenant.length > 0)
        self.error(
          "error: '--tenant <names...>' chooses built-in tenants; a real one is named by '--tenant-id'",
        );
      const format = json === true ? 'json' : given.format;
      return run({ ...OFF, ...given, force: given.force === true, format });
    });
}

function tenantIdIn(text: string): string {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text))
    throw new InvalidArgumentError(
      'A tenant ID is 32 hexadecimal digits, as the Overview of Entra shows it.',
    );
  return text.toLowerCase();
}

function nameIn(text: string): string {
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/.test(text))
    throw new InvalidArgumentError('A name is lower-case letters, digits and hyphens, at most 63 of them.');
  return text;
}
