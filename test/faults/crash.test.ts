import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import type { Review } from '../../src/apply/applying.ts';
import { type Entry, recentLosses } from '../../src/apply/journal.ts';
import type { Json } from '../../src/core/json.ts';
import type { TenantReport } from '../../src/core/report.ts';
import { withoutNames } from '../../src/git/run-lines.ts';
import { DEEP, sample } from '../depth.ts';
import { levelsOf } from '../scenarios/levels.ts';
import { expectedRequests } from '../scenarios/run.ts';
import { reportOf } from '../scenarios/stage.ts';
import { only } from '../scenarios/world.ts';
import { count } from '../tally.ts';
import { type Death, type Deed, live, mortalFetch } from './life.ts';
import { SCENARIOS, trial, type Undisturbed, undisturbed } from './trial.ts';

vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  const { mortalWrite } = await import('./life.ts');
  return { ...fs, writeSync: mortalWrite((file, bytes) => fs.writeSync(file, bytes)) };
});

/** Crashes of each scenario outside the deep run, and which: between them every kind of step, and long ways. */
const FEW = 4;
/** People above which not every case is tried. */
const LARGE = 100;
const SOME = [
  'close-open-tenant-to-one-group',
  'everything-at-once',
  'absent-to-gated-consent-open',
  'consent-this-app-only',
  'revoke-own-grants',
  'swap-groups',
  'no-safe-order-continuity',
];

/** Every run is one under this review, the one after a crash as well. */
const REVIEW: Review = {
  under: { kind: 'pull request', pull: 7, approvedBy: ['rita'] },
  recheck: async () => undefined,
};

type Crash = { readonly first: Death; readonly second?: Death; readonly lag: number };

// The power goes off at each exchange and at each line of the journal, at any byte of it: the same apply finishes it.
describe.each(DEEP ? SCENARIOS : SOME)('a run of %s that is killed', (name) => {
  test('is finished by the same apply, under the same review, nothing lost and nothing twice', async () => {
    const well = await undisturbed(name);
    // During an incident nothing is begun, so there is nothing to be killed in.
    if (well.planned.status !== 'changes' || well.planned.policy.incident !== undefined) return;
    const { deeds, people } = await mortal(name, well, { lag: 0 });
    expect(deeds.filter(({ kind }) => kind === 'line').length).toBeGreaterThan(3);
    const all = deeds.flatMap((deed, at) => deathsAt(deed, at, name, deeds));
    // Each run of a large tenant takes a second: every so-manieth case has to do.
    const every = DEEP ? Math.ceil(people / LARGE) : 1;
    const cases = sample(all, FEW, told).filter((_, at) => at % every === 0);
    for (const each of cases) {
      await mortal(name, well, each);
      count('crashes survived', each.second === undefined ? 1 : 2);
    }
    expect(cases.length).toBe(Math.ceil((DEEP ? all.length : Math.min(all.length, FEW)) / every));
  });
});

/**
 * The ways to die at a deed: before and after it, or in the middle of a line. Every other one with another death in
 * the run that goes on: anywhere, or while it writes that it begins, so that two lines in a row are cut off.
 */
function deathsAt(deed: Deed, at: number, name: string, deeds: readonly Deed[]): readonly Crash[] {
  const begin = deeds.findIndex(({ kind }) => kind === 'line');
  const cut = deed.kind === 'line' ? 1 + hash(`${name} ${at}`, deed.bytes - 1) : 'whole';
  return (['nothing', cut] as const).map((done, index) => {
    const seed = `${name} ${at} ${done}`;
    const first: Death = { at, done };
    if ((at + index) % 2 === 0) return { first, lag: 0 };
    const again: readonly Death['done'][] = ['nothing', 'whole', 1 + hash(`${seed} cut`, 200)];
    const second: Death =
      deed.kind === 'line' && done !== 'nothing'
        ? { at: begin, done: 2 + hash(`${seed} cut`, 100) }
        : {
            at: hash(`${seed} at`, Math.max(12, deeds.length - at)),
            done: again[hash(`${seed} how`, 3)] ?? 'nothing',
          };
    return { first, second, lag: hash(`${seed} lag`, 3) * 7 };
  });
}

function hash(text: string, below: number): number {
  return createHash('sha256').update(text).digest().readUInt32BE() % below;
}

const told = ({ first, second, lag }: Crash) =>
  `${[first, ...(second === undefined ? [] : [second])].map(({ at, done }) => `${at} ${done}`).join(', then ')}, reads ${lag} s behind`;

/** Applies until a run is not killed any more, and checks what there is in the end and was on the way. */
async function mortal(name: string, well: Undisturbed, crash: Partial<Crash> & { lag: number }) {
  const { plan, planned, end } = well;
  const unwritten: string[] = [];
  const at = await trial(
    name,
    false,
    mortalFetch(async (sent) => {
      const why = isWrite(sent) ? await notInJournal(sent, text()) : undefined;
      if (why !== undefined) unwritten.push(why);
    }),
  );
  const { world, tenant, policies, scenario, commits } = at;
  const file = join(world.journal, `${tenant.id}.jsonl`);
  const text = () => (existsSync(file) ? readFileSync(file, 'utf8') : '');
  tenant.settings.lagSeconds = crash.lag;
  const start = levelsOf(tenant);
  const { lose, unknown, everyoneElse } = planned.impact;
  const byName = new Set([...lose, ...unknown].map(({ id }) => id));
  // Where everybody's access changes, whoever has none of their own is not named one by one.
  const nameless = everyoneElse.before !== everyoneElse.after;
  const where = crash.first === undefined ? 'undisturbed' : told({ ...crash, first: crash.first });
  const uncounted = () => {
    const counted = recentLosses(world.journal, tenant.id, world.clock.now());
    const missed = fallen(start, levelsOf(tenant), [...tenant.users.keys()], counted);
    return missed.filter((id) => byName.has(id) || !nameless);
  };
  const apply = () => world.apply(plan, policies, { review: REVIEW });
  let journal = '';
  let lastSending = new Set<number>();
  for (const death of [crash.first, crash.second]) {
    if (death === undefined) continue;
    const life = await live(apply, death);
    // A second run may end before its time comes.
    if (death === crash.first) expect(life.isDead(), where).toBe(true);
    expect(text().startsWith(journal), `${where}: the journal only grows`).toBe(true);
    journal = text();
    const last = entriesIn(journal).at(-1);
    if (life.isDead() && last?.event === 'sending') lastSending = new Set([...lastSending, last.step]);
    const counted = recentLosses(world.journal, tenant.id, world.clock.now());
    const missed = fallen(start, levelsOf(tenant), [...tenant.users.keys()], counted);
    expect(
      missed.filter((id) => byName.has(id) || !nameless),
      where,
    ).toEqual([]);
  }
  let final = await live(apply);
  if (crash.lag > 0 && final.ended !== undefined && !endedWell(reportOf(final.ended))) {
    // What it read at first was older than what it read then: it stops and says so, and is not led astray.
    if (scenario.outcome === 'applied')
      expect(reportOf(final.ended).problem?.message, where).toContain('reads do not agree');
    await world.clock.sleep(60_000);
    final = await live(apply);
  }
  const report = final.ended === undefined ? undefined : reportOf(final.ended);
  const how = `${where}: ${report?.outcome} (${report?.problem?.message}) after ${commits.length} writes`;
  if (report === undefined) throw new Error(`${where}: the last run did not end`);
  if (scenario.outcome === 'applied') {
    expect(['applied', 'nothing to do'], how).toContain(report.outcome);
    // Reads that lag a write show it as not done: it may be sent again, and does nothing more.
    expect(crash.lag === 0 ? commits : once(commits), how).toEqual(expectedRequests(planned, tenant));
  }
  expect(report.review, how).toEqual(REVIEW.under);
  expect(unwritten, how).toEqual([]);
  expect(uncounted(), how).toEqual([]);
  expect(text().startsWith(journal), `${how}: the journal only grows`).toBe(true);
  tells(text(), lastSending, report.outcome, planned.steps.length, how);
  tenant.settings.lagSeconds = 0;
  await world.clock.sleep(60_000);
  expect(at.broken(end), how).toEqual([]);
  expect(at.meddled(planned), how).toEqual([]);
  expect(levelsOf(tenant), how).toEqual(end);
  if (scenario.outcome === 'applied')
    expect(only(await world.plan(policies)).status, how).toBe(scenario.again ?? 'unchanged');
  count('writes judged by the oracle', at.judged());
  return { deeds: final.deeds, people: tenant.users.size };
}

function endedWell({ outcome }: TenantReport): boolean {
  return outcome === 'applied' || outcome === 'nothing to do';
}

function isWrite({ method, url }: Request): boolean {
  return method !== 'GET' && url.includes('/v1.0/') && !url.includes('/v1.0/$batch');
}

/** A write must stand in the journal before it leaves: as its last line, whole. */
async function notInJournal(sent: Request, text: string): Promise<string | undefined> {
  const what = `${sent.method} ${new URL(sent.url).pathname.replace('/v1.0', '')}`;
  const last = text.endsWith('\n') ? entriesIn(text).at(-1) : undefined;
  if (last?.event !== 'sending') return `${what} was not in the journal`;
  const { method, path, body } = last.request;
  const sentBody = await sent.clone().text();
  const same =
    `${method} ${path}` === what &&
    JSON.stringify(body ?? null) ===
      (sentBody === '' ? 'null' : JSON.stringify(JSON.parse(sentBody) as Json));
  return same ? undefined : `${what} was in the journal as ${method} ${path}`;
}

/** The lines that are whole. */
function entriesIn(text: string): readonly Entry[] {
  return text.split('\n').flatMap((line) => {
    try {
      return [JSON.parse(line) as Entry];
    } catch {
      return [];
    }
  });
}

/** People who had mail, have none or less now, and are not counted among those who lost it. */
function fallen(
  start: readonly string[],
  now: readonly string[],
  people: readonly string[],
  counted: ReadonlySet<string>,
): readonly string[] {
  // The levels of everybody and of a stranger, world by world.
  const who = now.map((level, index) =>
    start[index] === 'has' && level !== 'has' ? people[index % (people.length + 1)] : undefined,
  );
  return [...new Set(who)].filter((id) => id !== undefined && !counted.has(id)) as string[];
}

/** Each commit, the first time. */
function once(commits: readonly unknown[]): readonly unknown[] {
  const seen = new Set<string>();
  return commits.filter((each) => {
    const text = JSON.stringify(each);
    return seen.has(text) ? false : seen.add(text);
  });
}

/** Whoever reads the journal knows what was sent, what became of it, and where the run was cut off. */
function tells(
  text: string,
  outstanding: ReadonlySet<number>,
  outcome: string,
  steps: number,
  how: string,
): void {
  const entries = entriesIn(text);
  expect(entries.at(-1), how).toMatchObject({ event: 'end', outcome });
  expect(text.endsWith('\n'), how).toBe(true);
  if (outcome === 'applied') {
    const known = entries.flatMap((entry) =>
      entry.event === 'answered' && /^(accepted|already-so)$/.test(entry.result) ? [entry.step] : [],
    );
    const all = new Set([...known, ...outstanding]);
    expect(
      [...all].sort((a, b) => a - b),
      how,
    ).toEqual(Array.from({ length: steps }, (_, at) => at + 1));
  }
  // The branch gets every whole line, and nothing of one that was cut off.
  const kept = withoutNames(text).trimEnd().split('\n');
  expect(
    kept.map((line) => (JSON.parse(line) as Entry).event),
    how,
  ).toEqual(entries.map(({ event }) => event));
}
