import { isQuiet, type Tenants } from './comment-headline.ts';
import type { Block } from './markdown-parts.ts';
import { tenantTable } from './tenant-table.ts';
import { count } from './words.ts';

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
    ...(shown.length === 0 ? [] : [tenantTable(shown)]),
    ...(counted.length === 0
      ? []
      : [[`${shown.length === 0 ? 'Not listed here' : 'And not listed here'}: ${counted.join(', ')}.`]]),
  ];
}
