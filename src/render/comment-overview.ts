import { isFailed } from '../core/plan.ts';
import { everyoneMoves, isQuiet, type Tenants } from './comment-headline.ts';
import { changeCounts } from './headline.ts';
import { type Block, table } from './markdown-parts.ts';
import { forMarkdown } from './safe.ts';
import { count, effectWords, named, number } from './words.ts';

const HEADER = ['Tenant', 'Status', 'Gain', 'Lose', 'Keep', 'Effect', 'Changes'];

/** The table of the tenants, and the same made shorter and shorter; the last one counts only. Sorted by importance. */
export function overviews(tenants: Tenants): readonly (readonly Block[])[] {
  if (tenants.length === 0) return [[]];
  const loud = tenants.filter((tenant) => !isQuiet(tenant));
  return [tenants, loud, loud.slice(0, 100), loud.slice(0, 20), []].map((shown) => overview(shown, tenants));
}

function overview(shown: Tenants, all: Tenants): readonly Block[] {
  const rest = all.slice(shown.length);
  const quiet = rest.filter(isQuiet).length;
  const others = rest.length - quiet;
  const counted = [
    ...(others === 0 ? [] : [`${count(others, 'tenant', 'tenants')} with changes`]),
    ...(quiet === 0 ? [] : [`${count(quiet, 'tenant', 'tenants')} neutral or unchanged`]),
  ];
  return [
    ...(shown.length === 0 ? [] : [table(HEADER, shown.map(row))]),
    ...(counted.length === 0
      ? []
      : [[`${shown.length === 0 ? 'Not listed here' : 'And not listed here'}: ${counted.join(', ')}.`]]),
  ];
}

function row(tenant: Tenants[number]): readonly string[] {
  const name = named(tenant.tenant.name, forMarkdown);
  if (isFailed(tenant)) return [name, '**failed**', '', '', '', '', ''];
  if (tenant.status === 'unchanged') return [name, 'no changes', '', '', '', '', ''];
  const { gain, lose, retain, unread } = tenant.impact;
  const bound = (people: readonly unknown[]) => `${unread.length > 0 ? '≥ ' : ''}${number(people.length)}`;
  const moves = everyoneMoves(tenant.impact);
  const others = (people: readonly unknown[], moved: boolean) =>
    moved ? `${people.length === 0 ? '' : `${bound(people)} and `}everyone else` : bound(people);
  const counts = changeCounts(tenant);
  const changes = (['+', '~', '-'] as const).flatMap((sign) =>
    counts[sign] === 0 ? [] : [`\\${sign}${number(counts[sign])}`],
  );
  const status = tenant.status === 'refused' ? '**refused**' : 'changes';
  return [
    name,
    status,
    others(gain, moves > 0),
    others(lose, moves < 0),
    bound(retain),
    effectWords(tenant.effect),
    changes.join(' '),
  ];
}
