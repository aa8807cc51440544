import { appendFile, chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Why nothing was put on the PATH; both texts are our own. */
export type NotSetUp = { readonly message: string; readonly fix: string };

/**
 * Puts `iosmail` on the PATH of the steps that follow in a GitHub Actions job: a shim in the runner's temporary folder
 * that starts `file` with `node`. Tells the version as an output.
 */
export async function setUp(options: {
  readonly env: NodeJS.ProcessEnv;
  readonly node: string;
  readonly file: string;
  readonly version: string;
}): Promise<NotSetUp | undefined> {
  const { RUNNER_TEMP, GITHUB_PATH, GITHUB_OUTPUT } = options.env;
  if (!RUNNER_TEMP || !GITHUB_PATH)
    return {
      message: 'This is no step of a GitHub Actions job: RUNNER_TEMP or GITHUB_PATH is not set.',
      fix: 'Use it as an action, or run the command itself: dist/cli.js.',
    };
  const folder = join(RUNNER_TEMP, 'iosmail-bin');
  const shim = join(folder, 'iosmail');
  await mkdir(folder, { recursive: true });
  await writeFile(shim, `#!/bin/sh\nexec ${quoted(options.node)} ${quoted(options.file)} cli "$@"\n`);
  await chmod(shim, 0o755);
  await appendFile(GITHUB_PATH, `${folder}\n`);
  if (GITHUB_OUTPUT) await appendFile(GITHUB_OUTPUT, `version=${options.version}\n`);
  return undefined;
}

/** A word of a POSIX shell that means itself. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
