// Breaks the source in one place at a time and expects the tests to notice: `npm run mutants`. Nothing here touches the
// working tree: everything happens in copies of it.
// --write      writes the table to docs/mutants.md
// --only TEXT  runs the mutants whose file and name match the regular expression
import { execFileSync, spawn } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { transform } from 'esbuild';
import { MUTANTS } from '../test/mutants.mjs';

/** Test processes at the same time, each in a copy of its own. */
const WIDTH = 2;
/** Milliseconds for one test file; whatever takes longer proves nothing. */
const LONGEST = 300_000;

const argv = process.argv.slice(2);
const only = argv.includes('--only') ? argv[argv.indexOf('--only') + 1] : undefined;
const chosen = MUTANTS.filter(
  ({ name, file }) => only === undefined || new RegExp(only).test(`${file} ${name}`),
);

const room = mkdtempSync(join(tmpdir(), 'iosmail-mutants-'));
process.on('exit', () => rmSync(room, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(1));
const copies = Array.from({ length: WIDTH }, (_, index) => copyTo(join(room, String(index))));

const stale = (await Promise.all(chosen.map(problemOf))).filter((problem) => problem !== undefined);
if (stale.length > 0) {
  console.error(stale.join('\n'));
  process.exit(1);
}

// A mutant is killed by a test that is green without it.
const tests = [...new Set(chosen.flatMap((mutant) => mutant.tests))].sort();
const halves = copies.map((_, index) => tests.filter((_, at) => at % WIDTH === index));
const green = await Promise.all(copies.map((copy, index) => run(copy, halves[index])));
const red = green.filter(({ kind }) => kind !== 'survived');
if (red.length > 0) {
  console.error(`Without any mutant: ${red.map(({ by }) => by).join('; ')}`);
  process.exit(1);
}

const results = new Array(chosen.length);
let next = 0;
await Promise.all(
  copies.map(async (copy) => {
    for (let at = next++; at < chosen.length; at = next++) {
      results[at] = await tried(copy, chosen[at]);
      const { kind, by } = results[at];
      console.log(
        `${kind === 'killed' ? 'killed  ' : 'SURVIVED'} ${chosen[at].name}${by ? ` · by ${by}` : ''}`,
      );
    }
  }),
);

const survivors = chosen.filter((_, at) => results[at].kind !== 'killed');
console.log(`\n${chosen.length - survivors.length} of ${chosen.length} mutants were killed.`);
if (process.env.IOSMAIL_TALLY && survivors.length === 0)
  appendFileSync(process.env.IOSMAIL_TALLY, `${JSON.stringify({ 'mutants killed': chosen.length })}\n`);
if (argv.includes('--write') && only === undefined) writeFileSync('docs/mutants.md', page());
if (survivors.length > 0) {
  console.error(
    `SURVIVED:\n${survivors.map(({ name, file, why }) => `  ${name} (${file}): ${why}`).join('\n')}`,
  );
  process.exit(1);
}

/** The files that are not ignored, as they are in the working tree, with node_modules of the original. */
function copyTo(copy) {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    encoding: 'utf8',
  }).split('\0');
  for (const file of listed.filter((each) => each !== '' && existsSync(each))) {
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    cpSync(file, join(copy, file));
  }
  symlinkSync(resolve('node_modules'), join(copy, 'node_modules'));
  return copy;
}

/** Why a mutant cannot be tried, in words; its text may be gone, or be there twice, or make no program. */
async function problemOf({ name, file, from, to, tests: killers }) {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const times = text.split(from).length - 1;
  if (times !== 1) return `${name}: the text to mutate is in ${file} ${times} times, not once.`;
  const missing = killers.filter((each) => !existsSync(each));
  if (missing.length > 0) return `${name}: there is no ${missing.join(', ')}.`;
  try {
    await transform(
      text.replace(from, () => to),
      { loader: 'ts' },
    );
    return undefined;
  } catch (error) {
    return `${name}: what comes out is no program: ${error.message}`;
  }
}

async function tried(copy, { file, from, to, tests: killers }) {
  const place = join(copy, file);
  const text = readFileSync(place, 'utf8');
  writeFileSync(
    place,
    text.replace(from, () => to),
  );
  try {
    const verdict = await run(copy, killers);
    // Some tests draw their cases: what a few of them miss, many must not.
    return verdict.kind === 'survived' ? await run(copy, killers, '1') : verdict;
  } finally {
    writeFileSync(place, text);
  }
}

/** Runs test files in a copy, one after the other, until one fails. */
async function run(copy, files, deep = '') {
  for (const file of files) {
    const verdict = await runOne(copy, file, deep);
    if (verdict.kind !== 'survived') return verdict;
  }
  return { kind: 'survived', by: '' };
}

function runOne(copy, file, deep) {
  const report = join(copy, 'report.json');
  rmSync(report, { force: true });
  const { IOSMAIL_TALLY: _tally, CI: _ci, ...env } = { ...process.env, IOSMAIL_DEEP: deep };
  const args = [join(copy, 'node_modules/vitest/vitest.mjs'), 'run', '--project', file.split('/')[1]];
  args.push('--bail=1', '--maxWorkers=1', '--reporter=json', `--outputFile=${report}`, file);
  return new Promise((done) => {
    const child = spawn(process.execPath, args, { cwd: copy, env, stdio: 'ignore' });
    const timer = setTimeout(() => child.kill('SIGKILL'), LONGEST);
    child.on('close', (code) => {
      clearTimeout(timer);
      done(verdictOf(report, file, code));
    });
  });
}

function verdictOf(report, file, code) {
  if (!existsSync(report)) return { kind: 'not run', by: `${file} did not come to an end (${code})` };
  const { testResults, numTotalTests } = JSON.parse(readFileSync(report, 'utf8'));
  const failed = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .find(({ status }) => status === 'failed');
  if (failed !== undefined) return { kind: 'killed', by: `${file}: ${failed.fullName}` };
  const unloaded = testResults.find(({ status }) => status === 'failed');
  if (unloaded !== undefined) return { kind: 'not run', by: `${file} does not load: ${unloaded.message}` };
  if (code !== 0 || numTotalTests === 0) return { kind: 'not run', by: `vitest ended with ${code}` };
  return { kind: 'survived', by: '' };
}

function page() {
  const cell = (text) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
  const rows = chosen.map(
    ({ name, file, why }, at) =>
      `| ${cell(name)} | \`${file}\` | ${cell(why)} | ${results[at].kind === 'killed' ? cell(results[at].by) : '**survived**'} |`,
  );
  return [
    '# Mutants',
    '',
    'What the tests would notice: each row is one line of the source, broken on purpose, and the first test that fails.',
    'Made by `npm run mutants -- --write` from `test/mutants.mjs`; a mutant that survives fails the command.',
    '',
    '| broken so that | file | why it must not pass | noticed by |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}
