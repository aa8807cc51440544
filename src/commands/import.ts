import { lstat, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Finding } from '../core/finding.ts';
import { byText } from '../core/json.ts';
import type { Cloud, Day } from '../core/state.ts';
import { openReader } from '../graph/open-reader.ts';
import { blankPolicy } from '../importing/draft.ts';
import { problemOf } from '../planning/problem.ts';
import { DEFAULTS } from '../policy/settings.ts';
import { importTenant } from './import-tenant.ts';
import { openSession, type Waiting } from './session.ts';

export type ImportOptions = Waiting & {
  readonly out: string;
  /** A real tenant; unset: the built-in ones. */
  readonly tenant?: { readonly id: string; readonly name: string; readonly cloud: Cloud };
  /** Names of built-in tenants; empty: all. */
  readonly only: readonly string[];
  readonly sandbox: boolean;
  readonly force: boolean;
  /** Asks whether a file may be overwritten; rejects with a fix where nobody can be asked. */
  readonly overwrite: (file: string) => Promise<boolean>;
  readonly day: Day;
  readonly env: NodeJS.ProcessEnv;
  readonly version: string;
};

type Named = { readonly name: string; readonly id: string; readonly cloud: Cloud };

/** What became of each tenant. `kept`: a file was there, and stays as it is. */
export type ImportReport = {
  readonly formatVersion: 1;
  readonly tool: { readonly name: 'iosmail'; readonly version: string };
  readonly tenants: readonly ImportOutcome[];
};
type ImportOutcome =
  | {
      readonly tenant: Named;
      readonly status: 'written' | 'kept';
      readonly file: string;
      readonly findings: readonly Pick<Finding, 'rule' | 'severity' | 'message' | 'fix'>[];
    }
  | {
      readonly tenant: Named;
      readonly status: 'failed';
      readonly error: { readonly message: string; readonly fix: string };
    };

/** Nothing says which tenant to read, and the built-in ones were not asked for. */
class NoTenantNamed extends Error {
  override readonly name = 'NoTenantNamed';
  readonly fix = 'Name one with --tenant-id ID and --name NAME, or take the built-in ones with --sandbox.';
}

/** No built-in tenant has that name. */
class UnknownTenant extends Error {
  override readonly name = 'UnknownTenant';
  readonly fix: string;
  constructor(name: string, known: readonly string[]) {
    super(`No built-in tenant is called ${name}.`);
    this.fix = `Name one of ${known.join(', ')}.`;
  }
}

/** Writes a policy of every tenant as it is now. What breaks in one tenant is told there and stops no other. */
export async function importTenants(options: ImportOptions): Promise<ImportReport> {
  if (options.tenant === undefined && !options.sandbox && options.env.IOSMAIL_SANDBOX !== 'true')
    throw new NoTenantNamed('No tenant is named.');
  const tenants = options.tenant === undefined ? await builtIn(options.only) : [options.tenant];
  const session = await openSession({ ...options, settings: DEFAULTS });
  const outcomes: ImportOutcome[] = [];
  // One after the other: somebody may be asked about each.
  for (const tenant of tenants) outcomes.push(await importOne(options, session.connect, tenant));
  return { formatVersion: 1, tool: { name: 'iosmail', version: options.version }, tenants: outcomes };
}

async function importOne(
  options: ImportOptions,
  connect: Awaited<ReturnType<typeof openSession>>['connect'],
  tenant: Named,
): Promise<ImportOutcome> {
  const file = join(options.out, 'tenants', `${tenant.name}.yaml`);
  try {
    const reader = openReader(await connect(blankPolicy(tenant), 'plan'));
    const { text, findings } = await importTenant(reader, tenant, options.day);
    const may = await writeUnlessKept(file, text, options);
    return { tenant, status: may ? 'written' : 'kept', file, findings };
  } catch (error) {
    return { tenant, status: 'failed', error: fileProblem(error, file) ?? problemOf(error) };
  }
}

/**
 * Writes a file; one that is there only with `force`, or when somebody says so. Whether it was written.
 * @throws what `overwrite` throws where nobody can be asked.
 */
export async function writeUnlessKept(
  file: string,
  text: string,
  { force, overwrite }: Pick<ImportOptions, 'force' | 'overwrite'>,
): Promise<boolean> {
  const exists = await lstat(file).then(
    () => true,
    () => false,
  );
  if (exists && !force && !(await overwrite(file))) return false;
  await mkdir(dirname(file), { recursive: true });
  // A file that appeared meanwhile is not overwritten either.
  await writeFile(file, text, { flag: exists ? 'w' : 'wx' });
  return true;
}

function fileProblem(error: unknown, file: string) {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return undefined;
  return {
    message: `${file} could not be written (${String(error.code)}).`,
    fix: 'Name a folder you may write to with --out; --force replaces a file.',
  };
}

async function builtIn(only: readonly string[]): Promise<readonly Named[]> {
  const { builtInTenants } = await import('../sandbox/tenants.ts');
  const all = builtInTenants().map(({ name, id }) => ({ name, id, cloud: 'global' as const }));
  const known = all.map(({ name }) => name);
  for (const name of only) if (!known.includes(name)) throw new UnknownTenant(name, known);
  return all
    .filter(({ name }) => only.length === 0 || only.includes(name))
    .sort((a, b) => byText(a.name, b.name));
}
