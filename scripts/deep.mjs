// Tries everything there is to try, in one run, and tells how much it was: `npm run test:deep`.
// With --write the table goes into docs/reliability.md.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';

const DOC = 'docs/reliability.md';
const [BEGIN, END] = ['<!-- counted: begin -->', '<!-- counted: end -->'];
const folder = mkdtempSync(join(tmpdir(), 'iosmail-deep-'));
const tally = join(folder, 'tally.jsonl');
writeFileSync(tally, '');

try {
  const started = Date.now();
  const env = { ...process.env, IOSMAIL_DEEP: '1', IOSMAIL_TALLY: tally };
  const run = (command, args) => spawnSync(command, args, { stdio: 'inherit', env }).status === 0;
  const build = run(process.execPath, ['scripts/build.mjs']);
  const tests = build && run(process.execPath, ['node_modules/vitest/vitest.mjs', 'run']);
  const mutants = tests && run(process.execPath, ['scripts/mutants.mjs']);
  const rows = tableOf(counted(), Math.round((Date.now() - started) / 60_000));
  console.log(`\n${rows}\n`);
  if (!mutants) throw new Error('Something failed: nothing of this counts.');
  if (process.argv.includes('--write')) {
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
