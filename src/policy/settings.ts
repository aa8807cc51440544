import type { Position } from '../core/finding.ts';
import type { Origins } from '../core/state.ts';
import type { SettingsFile } from './types.gen.ts';

/** The choices of policies/settings.yaml, defaults filled in. */
export type Settings = {
  /** Client ids for tenants that name none; unset: the environment's. Lower-case GUIDs. */
  readonly identity: { readonly plan?: string; readonly apply?: string };
  readonly review: {
    /** Whether a person may run `apply --plan FILE` without a reviewed pull request. */
    readonly allowUnreviewedApply: boolean;
  };
  /** Where the written ones stand, by JSON pointer: `/review/allowUnreviewedApply`. */
  readonly origins: Origins;
};

/** Written settings → settings. */
export function settingsOf(written: SettingsFile, at: (pointer: string) => Position): Settings {
  const pointers = [
    ...Object.keys(written.identity ?? {}).map((key) => `/identity/${key}`),
    ...Object.keys(written.review ?? {}).map((key) => `/review/${key}`),
  ];
  return {
    identity: lowerCased(written.identity ?? {}),
    review: { allowUnreviewedApply: written.review?.allowUnreviewedApply ?? true },
    origins: Object.fromEntries(pointers.map((pointer) => [pointer, at(pointer)])),
  };
}

/** What counts where there is no settings.yaml. */
export const DEFAULTS: Settings = { identity: {}, review: { allowUnreviewedApply: true }, origins: {} };

/** What counts while settings.yaml has errors: nothing that it may forbid. */
export const CAUTIOUS: Settings = { identity: {}, review: { allowUnreviewedApply: false }, origins: {} };

/** Client ids in the spelling that compares equal. */
export function lowerCased(identity: { plan?: string; apply?: string }): { plan?: string; apply?: string } {
  return {
    ...(identity.plan === undefined ? {} : { plan: identity.plan.toLowerCase() }),
    ...(identity.apply === undefined ? {} : { apply: identity.apply.toLowerCase() }),
  };
}
