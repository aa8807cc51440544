import { byText, type Json } from '../core/json.ts';
import type { Desired, Origins } from '../core/state.ts';
import { place, type Say } from './words.ts';

export type EffectiveValue = { readonly key: string; readonly value: string; readonly from: string };

/** Every value of the effective policy with the line it comes from, sorted by its key. */
export function effectiveValues(policy: Desired, origins: Origins, say: Say): readonly EffectiveValue[] {
  return leaves(policy, '')
    .map(({ pointer, value }) => ({
      key: say(pointer.slice(1).replaceAll('/', '.')),
      value: say(typeof value === 'string' ? value : JSON.stringify(value)),
      from: originOf(pointer, origins, say),
    }))
    .sort((a, b) => byText(a.key, b.key));
}

/** A value inherits the line of what it is part of; one that nobody wrote is the tool's default. */
function originOf(pointer: string, origins: Origins, say: Say): string {
  for (let at = pointer; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) {
    const origin = Object.hasOwn(origins, at) ? origins[at] : undefined;
    if (origin !== undefined) return place(origin, say);
  }
  return 'default';
}

type Leaf = { readonly pointer: string; readonly value: Json };

function leaves(value: Json, pointer: string): readonly Leaf[] {
  if (value === null || typeof value !== 'object') return [{ pointer, value }];
  const inside = Object.entries(value);
  if (inside.length === 0) return Array.isArray(value) ? [{ pointer, value }] : [];
  return inside.flatMap(([key, each]) =>
    leaves(each, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`),
  );
}
