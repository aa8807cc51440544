import {
  type Effectiveness,
  type Impact,
  isFailed,
  type Person,
  type Plan,
  type TenantPlan,
} from '../core/plan.ts';
import { count, effectWords, number } from './words.ts';

export type Tenants = Plan['tenants'];

const RANKS: { readonly [effect in Effectiveness]: number } = {
  narrows: 2,
  'widens and narrows': 3,
  widens: 4,
  neutral: 5,
};

/** What a reviewer must see first comes first: failed, refused, who loses, who gains, and the rest as planned. */
export function byImportance(tenants: Tenants): Tenants {
  return [...tenants].sort((a, b) => rankOf(a) - rankOf(b));
}

/** Nobody's access moves there. */
export function isQuiet(tenant: Tenants[number]): boolean {
  return rankOf(tenant) >= RANKS.neutral;
}

/** Something stops it, or somebody loses access there. */
export function isUrgent(tenant: Tenants[number]): boolean {
  return rankOf(tenant) <= RANKS['widens and narrows'];
}

function rankOf(tenant: Tenants[number]): number {
  if (isFailed(tenant)) return 0;
  if (tenant.status === 'refused') return 1;
  return tenant.status === 'unchanged' ? 6 : RANKS[tenant.effect];
}

/** "12 people gain, 3 lose, 4,180 keep access · everyone else loses in 1 tenant · NARROWS", over the tenants that may change. */
export function fleetHeadline(tenants: Tenants): string {
  const ready = planned(tenants).filter(({ status }) => status === 'changes');
  if (ready.length === 0) return 'Nothing would be applied';
  return [peopleWords(ready), ...everyoneWords(ready), effectWords(netEffect(ready))].join(' · ');
}

/** What would not be applied, and for whom it was meant; empty when nothing is in the way. */
export function stoppedWords(tenants: Tenants): string {
  const refused = planned(tenants).filter(({ status }) => status === 'refused');
  const failed = tenants.filter(isFailed).length;
  const said = [
    ...(refused.length === 0
      ? []
      : [`${count(refused.length, 'tenant', 'tenants')} refused (there, ${peopleWords(refused, true)})`]),
    ...(failed === 0 ? [] : [`${count(failed, 'tenant', 'tenants')} failed: no plan could be made`]),
  ];
  return said.join(' · ');
}

function planned(tenants: Tenants): readonly TenantPlan[] {
  return tenants.filter((tenant) => !isFailed(tenant));
}

function peopleWords(tenants: readonly TenantPlan[], conditional = false): string {
  const sum = (of: (plan: TenantPlan) => readonly Person[]) =>
    tenants.reduce((total, plan) => total + of(plan).length, 0);
  const bound = tenants.some(({ impact }) => impact.unread.length > 0) ? 'at least ' : '';
  const [gain, lose] = [sum(({ impact }) => impact.gain), sum(({ impact }) => impact.lose)];
  const [keep, unknown] = [sum(({ impact }) => impact.retain), sum(({ impact }) => impact.unknown)];
  const verb = (people: number, one: string, many: string) =>
    conditional ? `would ${many}` : people === 1 ? one : many;
  return [
    `${bound}${count(gain, 'person', 'people')} ${verb(gain, 'gains', 'gain')}`,
    `${number(lose)} ${verb(lose, 'loses', 'lose')}`,
    `${number(keep)} ${verb(keep, 'keeps', 'keep')} access`,
    ...(unknown === 0 ? [] : [`${number(unknown)} unknown`]),
  ].join(', ');
}

const HEIGHTS = { none: 0, may: 1, has: 2, unknown: Number.NaN };

/** Whether the people whom nobody counted gain (1), lose (-1) or neither, as far as it is known. */
export function everyoneMoves({ everyoneElse: { before, after } }: Impact): number {
  return Math.sign(HEIGHTS[after] - HEIGHTS[before]);
}

/** A tenant that opens or shuts for people nobody counted must not read as "nobody". */
function everyoneWords(tenants: readonly TenantPlan[]): readonly string[] {
  const said = (sign: number, verb: string) => {
    const where = tenants.filter(({ impact }) => everyoneMoves(impact) === sign).length;
    return where === 0 ? [] : [`everyone else ${verb} in ${count(where, 'tenant', 'tenants')}`];
  };
  return [...said(-1, 'loses'), ...said(1, 'gains')];
}

/** The effect of all tenants together. */
function netEffect(tenants: readonly Pick<TenantPlan, 'effect'>[]): Effectiveness {
  const widens = tenants.some(({ effect }) => effect.startsWith('widens'));
  const narrows = tenants.some(({ effect }) => effect.endsWith('narrows'));
  if (widens && narrows) return 'widens and narrows';
  return widens ? 'widens' : narrows ? 'narrows' : 'neutral';
}
