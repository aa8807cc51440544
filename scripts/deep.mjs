// Tries everything there is to try, in one run, and tells how much it was: `npm run test:deep`.
// With --write the table goes into docs/reliability.md.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';

const DOC = 'docs/reliability.md';
const [BEGIN, END] = ['<!-- counted: begin -->', '<!-- counted: end -->'];
const write = process.argv.includes('--write');
const folder = mkdtempSync(join(tmpdir(), 'iosmail-deep-'));
const tally = join(folder, 'tally.jsonl');
writeFileSync(tally, '');

try {
  const started = Date.now();
  const env = { ...process.env, IOSMAIL_DEEP: '1', IOSMAIL_TALLY: tally };
  const run = (...args) =>
    new Promise((resolve) => {
      spawn(process.execPath, args, { stdio: 'inherit', env }).on('close', (code) => resolve(code === 0));
    });
  const built = await run('scripts/build.mjs');
  const mutants = write ? ['--write'] : [];
  const well =
    built &&
    (
      await Promise.all([
        run('node_modules/vitest/vitest.mjs', 'run'),
        run('scripts/mutants.mjs', ...mutants),
      ])
    ).every(Boolean);
  const rows = tableOf(counted(), Math.round((Date.now() - started) / 60_000));
  console.log(`\n${rows}\n`);
  if (!well) throw new Error('Something failed: nothing of this counts.');
  if (write) {
    const doc = readFileSync(DOC, 'utf8');
    const [before] = doc.split(BEGIN);
    const [, after] = doc.split(END);
    writeFileSync(DOC, `${before}${BEGIN}\n\n${rows}\n\n${END}${after}`);
  }
} finally {
  rmSync(folder, { recursive: true });
}

/** Everything the files of the run counted, added up. */
function counted() {
  const sums = new Map();
  for (const line of readFileSync(tally, 'utf8').split('\n').filter(Boolean)) {
    for (const [what, times] of Object.entries(JSON.parse(line)))
      sums.set(what, (sums.get(what) ?? 0) + times);
  }
  return sums;
}

function tableOf(sums, minutes) {
  const rows = [...sums].sort(([a], [b]) => (a < b ? -1 : 1));
  const lines = rows.map(([what, times]) => `| ${what} | ${times.toLocaleString('en-US')} |`);
  const where = `Node ${process.versions.node}, ${cpus().length} cores, ${minutes} minutes`;
  return [
    '| what | how many |',
    '|---|---:|',
    ...lines,
    '',
    `Counted on ${new Date().toISOString().slice(0, 10)}: ${where}.`,
  ].join('\n');
}
