import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SANDBOX_APPLY_CLIENT_ID, SANDBOX_CLIENT_ID, SANDBOX_SECRET } from '../sandbox/clients.ts';
import { createSandbox } from '../sandbox/sandbox.ts';
import { serve } from '../sandbox/serve.ts';

/** Nothing can be served on this port. */
class PortNotFree extends Error {
  override readonly name = 'PortNotFree';
  readonly fix = 'Name another with --port; 0 takes any free one.';
}

/**
 * Serves the built-in tenants until `stopped` resolves.
 * @throws PortNotFree when something else listens there, or this user may not.
 */
export async function sandbox(options: {
  readonly port: number;
  readonly write: (text: string) => void;
  readonly stopped: Promise<void>;
}): Promise<void> {
  const { port, write, stopped } = options;
  const { origin, ca, close } = await serve(createSandbox(), { port }).catch((error: unknown) => {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new PortNotFree(`Nothing can be served on port ${port} (${why}).`);
  });
  const folder = await mkdtemp(join(tmpdir(), 'iosmail-sandbox-'));
  const caFile = join(folder, 'ca.pem');
  await writeFile(caFile, ca);
  write(`The built-in tenants answer at ${origin}. In another terminal:\n\n`);
  for (const [name, value] of Object.entries(environment(origin, caFile, SANDBOX_CLIENT_ID)))
    write(`  export ${name}=${value}\n`);
  write(
    `\nThat is the identity that plans; to apply, export AZURE_CLIENT_ID=${SANDBOX_APPLY_CLIENT_ID}. Stop with Ctrl-C.\n`,
  );
  await stopped;
  await close();
  await rm(folder, { recursive: true });
}

/** What makes the tool talk to a served sandbox: hosts, trust and credentials, nothing else. */
export function environment(
  origin: string,
  caFile: string,
  clientId: string,
): { readonly [name: string]: string } {
  return {
    AZURE_AUTHORITY_HOST: origin,
    IOSMAIL_GRAPH_ENDPOINT: origin,
    NODE_EXTRA_CA_CERTS: caFile,
    AZURE_CLIENT_ID: clientId,
    AZURE_CLIENT_SECRET: SANDBOX_SECRET,
  };
}
