import { type Impact, isFailed, type LevelOrUnknown, type Plan, type TenantPlan } from '../core/plan.ts';
import { count, effectWords, levelWords, number, type Say, type Sign, signOf } from './words.ts';

/**
 * What a plan does, in people: "12 people gain, 3 lose, 4,180 keep access · everyone else: no access → no access · NARROWS".
 * With sources unread the numbers are a lower bound, and it says so.
 */
export function headline({ impact, effect, status }: TenantPlan, say: Say): string {
  const parts = [peopleWords(impact, status === 'refused'), everyoneElse(impact, say), effectWords(effect)];
  return parts.join(' · ');
}

function peopleWords(
  { gain, lose, retain, unknown, unread, everyoneElse }: Impact,
  conditional: boolean,
): string {
  const change = heightOf(everyoneElse.after) - heightOf(everyoneElse.before);
  // Everyone who is not named counts first: "nobody loses" beside a tenant that is shut would be a lie.
  const others = (moved: boolean, one: string, many: string) =>
    moved ? `everyone else ${conditional ? `would ${many}` : one}` : undefined;
  const clause = (people: number, noun: boolean, one: string, many: string) => {
    if (people === 0 && unread.length > 0) return `nobody is known to ${many}`;
    const who = people === 0 ? 'nobody' : noun ? count(people, 'person', 'people') : number(people);
    const bound = people > 0 && unread.length > 0 ? 'at least ' : '';
    return `${bound}${who} ${conditional ? `would ${many}` : people < 2 ? one : many}`;
  };
  const clauses = [
    (gain.length === 0 ? others(change > 0, 'gains', 'gain') : undefined) ??
      clause(gain.length, true, 'gains', 'gain'),
    (lose.length === 0 ? others(change < 0, 'loses', 'lose') : undefined) ??
      clause(lose.length, gain.length === 0, 'loses', 'lose'),
  ];
  // Where nothing about access changes nobody was read: that is not "nobody keeps access".
  if (gain.length + lose.length + retain.length + unread.length > 0)
    clauses.push(clause(retain.length, gain.length + lose.length === 0, 'keeps access', 'keep access'));
  if (unknown.length > 0) clauses.push(`${number(unknown.length)} unknown`);
  return clauses.join(', ');
}

/** Unknown is neither more nor less than anything: NaN compares as false. */
function heightOf(level: LevelOrUnknown): number {
  return { none: 0, may: 1, has: 2, unknown: Number.NaN }[level];
}

function everyoneElse({ everyoneElse: { before, after } }: Impact, say: Say): string {
  return `everyone else: ${levelWords(before, say)} → ${levelWords(after, say)}`;
}

/** How many changes of each kind a tenant's steps make. */
export function changeCounts(tenant: TenantPlan): Readonly<Record<Sign, number>> {
  const counts = { '+': 0, '~': 0, '-': 0 };
  for (const { changes } of tenant.steps) for (const change of changes) counts[signOf(change)] += 1;
  return counts;
}

/** The last line: "Plan: 3 to add, 1 to change, 2 to remove in 2 of 8 tenants; 1 refused; 0 failed." */
export function footer({ tenants }: Plan): string {
  const planned = tenants.filter((tenant) => !isFailed(tenant));
  const changing = planned.filter(({ status }) => status === 'changes');
  const sums = changing.map(changeCounts);
  const sum = (sign: Sign) => number(sums.reduce((total, counts) => total + counts[sign], 0));
  const changes = `${sum('+')} to add, ${sum('~')} to change, ${sum('-')} to remove`;
  const where = `in ${number(changing.length)} of ${count(tenants.length, 'tenant', 'tenants')}`;
  const refused = number(planned.filter(({ status }) => status === 'refused').length);
  return `Plan: ${changes} ${where}; ${refused} refused; ${number(tenants.length - planned.length)} failed.`;
}

/** One group of steps needs no order; a table is worth its lines from two on, or when a rule was given up. */
export function needsProof({ steps, order }: TenantPlan): boolean {
  return new Set(steps.map(({ group }) => group)).size > 1 || order?.givenUp !== undefined;
}
