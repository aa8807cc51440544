import type { Position } from '../core/finding.ts';
import type { Origins } from '../core/state.ts';
import type { BaselineFile, TenantFile } from './types.gen.ts';

/** A file's values and where they stand. */
export type Layer<T> = { readonly content: T; readonly at: (pointer: string) => Position };

/** Values of baseline and tenant, and the origin of each. Lists have an origin of their own and one per item. */
export type Merged = { readonly content: Required<BaselineFile>; readonly origins: Origins };

const SECTIONS = ['application', 'consent', 'assignments', 'safety'] as const;

/**
 * Baseline and tenant as one: what the tenant says counts, else what the baseline says. Values and lists are replaced
 * as a whole; only `safety.protected` adds up, so that a tenant cannot drop somebody the baseline protects.
 */
export function merge(tenant: Layer<TenantFile>, baseline: Layer<BaselineFile>): Merged {
  const origins: { [pointer: string]: Position } = {};
  for (const section of SECTIONS) {
    for (const [key, value] of Object.entries({ ...baseline.content[section], ...tenant.content[section] })) {
      const { at } = Object.hasOwn(tenant.content[section] ?? {}, key) ? tenant : baseline;
      const pointer = `/${section}/${key}`;
      const items = Array.isArray(value) ? [...value.keys()].map((index) => `${pointer}/${index}`) : [];
      for (const each of [pointer, ...items]) origins[each] = at(each);
    }
  }
  const guarded = protectedBy(tenant, baseline);
  for (const [index, each] of guarded.entries()) origins[`/safety/protected/${index}`] = each.at;
  const under = baseline.content;
  const over = tenant.content;
  return {
    content: {
      application: { ...under.application, ...over.application },
      consent: { ...under.consent, ...over.consent },
      assignments: { ...under.assignments, ...over.assignments },
      safety: { ...under.safety, ...over.safety, protected: guarded.map((each) => each.upn) },
    },
    origins,
  };
}

/** The union of both lists, the baseline's first, each person once whatever the case. */
function protectedBy(
  tenant: Layer<TenantFile>,
  baseline: Layer<BaselineFile>,
): readonly { readonly upn: string; readonly at: Position }[] {
  const people = new Map<string, { readonly upn: string; readonly at: Position }>();
  for (const layer of [baseline, tenant]) {
    for (const [index, upn] of (layer.content.safety?.protected ?? []).entries()) {
      const key = upn.toLowerCase();
      if (!people.has(key)) people.set(key, { upn, at: layer.at(`/safety/protected/${index}`) });
    }
  }
  return [...people.values()];
}
