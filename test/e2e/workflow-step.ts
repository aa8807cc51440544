import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type Texts = { readonly [name: string]: string };
/** What a step leaves to those after it. */
export type Left = {
  readonly outputs: Texts;
  readonly env: Texts;
  readonly path: readonly string[];
  readonly summary: string;
};
export type ScriptEnded = Left & { readonly code: number; readonly stdout: string; readonly stderr: string };

/** Runs one `run:` script in a folder as a runner does: a fresh set of files to write to, and bash that stops at the first failure. */
export async function runScript(
  script: string,
  options: { readonly folder: string; readonly env: Texts },
): Promise<ScriptEnded> {
  const own = await mkdtemp(join(tmpdir(), 'iosmail-step-'));
  try {
    const files = { GITHUB_OUTPUT: '', GITHUB_ENV: '', GITHUB_PATH: '', GITHUB_STEP_SUMMARY: '' };
    for (const name of Object.keys(files)) await writeFile(join(own, name), '');
    await writeFile(join(own, 'script.sh'), script);
    const env = {
      ...options.env,
      ...Object.fromEntries(Object.keys(files).map((name) => [name, join(own, name)])),
    };
    const ended = await bash(join(own, 'script.sh'), { folder: options.folder, env });
    const wrote = (name: keyof typeof files) => readFile(join(own, name), 'utf8');
    return {
      ...ended,
      outputs: assignments(await wrote('GITHUB_OUTPUT')),
      env: assignments(await wrote('GITHUB_ENV')),
      path: (await wrote('GITHUB_PATH')).split('\n').filter((line) => line !== ''),
      summary: await wrote('GITHUB_STEP_SUMMARY'),
    };
  } finally {
    await rm(own, { recursive: true });
  }
}

function bash(
  file: string,
  { folder, env }: { readonly folder: string; readonly env: Texts },
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  const child = spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', file], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const heard = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => {
      heard[name] += text;
    });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, ...heard }));
  });
}

/** `name=value` lines, and `name<<END … END` for values of several lines. */
function assignments(text: string): Texts {
  const found: [string, string][] = [];
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const heredoc = /^([^=<]+)<<(.+)$/.exec(line);
    if (heredoc !== null) {
      const end = lines.indexOf(heredoc[2] ?? '', at + 1);
      if (end < 0) throw new Error(`The value of ${heredoc[1]} has no end.`);
      found.push([heredoc[1] ?? '', lines.slice(at + 1, end).join('\n')]);
      at = end;
    } else if (line.includes('=')) {
      const cut = line.indexOf('=');
      found.push([line.slice(0, cut), line.slice(cut + 1)]);
    } else if (line !== '') throw new Error(`Not an assignment: ${line}`);
  }
  return Object.fromEntries(found);
}
