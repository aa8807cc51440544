import { isFailed } from '../core/plan.ts';
import { everyoneMoves, type Tenants } from './comment-headline.ts';
import { changeCounts } from './headline.ts';
import { type Block, table } from './markdown-parts.ts';
import { forMarkdown } from './safe.ts';
import { effectWords, named, number } from './words.ts';

const HEADER = ['Tenant', 'Status', 'Gain', 'Lose', 'Keep', 'Effect', 'Changes'];

/** A line for each tenant: who moves, and what changes. In Markdown. */
export function tenantTable(tenants: Tenants): Block {
  return table(HEADER, tenants.map(row));
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
