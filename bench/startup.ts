import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { guid } from '../src/sandbox/ids.ts';
import { fleetNames, withPolicies } from './fleet.ts';

// How long `iosmail validate` takes as a process, over what an empty Node takes. Nothing is asserted.

const CLI = fileURLToPath(new URL('../dist/cli.js', import.meta.url));
const RUNS = 9;

/** The median wall time of a process, in milliseconds. */
function median(argv: readonly string[]): number {
  const times = Array.from({ length: RUNS }, () => {
    const from = performance.now();
    const { status, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`exit code ${status}: ${stderr}`);
    return performance.now() - from;
  });
  return times.toSorted((a, b) => a - b)[Math.floor(RUNS / 2)] ?? Number.NaN;
}

const bare = median(['-e', '0']);
console.log(`validate, median of ${RUNS} runs; an empty Node takes ${bare.toFixed(0)} ms`);
for (const size of [1, 100, 1_000]) {
  const tenants = fleetNames(size).map((name) => ({ name, id: guid('tenant', name) }));
  const wall = await withPolicies(tenants, async (policies) =>
    median([CLI, 'validate', '--policies', policies]),
  );
  console.log(
    `${String(size).padStart(6)} files: ${wall.toFixed(0)} ms, ${(wall - bare).toFixed(0)} ms over an empty Node`,
  );
}
