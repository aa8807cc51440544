import type { Position } from '../core/finding.ts';
import type { Incident } from '../core/incident.ts';
import type { Origins } from '../core/state.ts';
import type { SettingsFile } from './types.gen.ts';

/** The choices of policies/settings.yaml, defaults filled in. */
export type Settings = {
  /** Client ids for tenants that name none; unset: the environment's. Lower-case GUIDs. */
  readonly identity: { readonly plan?: string; readonly apply?: string };
  readonly review: {
    /** Whether a person may run `apply --plan FILE` without a reviewed pull request. */
    readonly allowUnreviewedApply: boolean;
    /** How many people with write access who authored no commit of a pull request must approve it. */
    readonly approvals: number;
    /** Whether a push to the default branch without a pull request is applied. */
    readonly allowDirectPush: boolean;
    /** Slug of the GitHub App whose record counts; unset: the token of the workflow (`github-actions`). */
    readonly app?: string;
  };
  /** Whether plans and reports show people by name, or only how many, and each under a pseudonym. */
  readonly privacy: { readonly people: 'names' | 'counts' };
  /** The Git branch that holds the journal of every apply on merge. */
  readonly journal: { readonly branch: string };
  /** Nothing is applied to any tenant while it is there. */
  readonly freeze?: Incident;
  /** Where the written ones stand, by JSON pointer: `/review/allowUnreviewedApply`. */
  readonly origins: Origins;
};

/** Written settings → settings. */
export function settingsOf(written: SettingsFile, at: (pointer: string) => Position): Settings {
  const pointers = [
    ...Object.keys(written.identity ?? {}).map((key) => `/identity/${key}`),
    ...Object.keys(written.review ?? {}).map((key) => `/review/${key}`),
    ...Object.keys(written.privacy ?? {}).map((key) => `/privacy/${key}`),
    ...Object.keys(written.journal ?? {}).map((key) => `/journal/${key}`),
    ...(written.freeze === undefined ? [] : ['/freeze']),
  ];
  const { allowUnreviewedApply, approvals, allowDirectPush, app } = written.review ?? {};
  return {
    identity: lowerCased(written.identity ?? {}),
    review: {
      allowUnreviewedApply: allowUnreviewedApply ?? DEFAULTS.review.allowUnreviewedApply,
      approvals: approvals ?? DEFAULTS.review.approvals,
      allowDirectPush: allowDirectPush ?? DEFAULTS.review.allowDirectPush,
      ...(app === undefined ? {} : { app }),
    },
    privacy: { people: written.privacy?.people ?? DEFAULTS.privacy.people },
    journal: { branch: written.journal?.branch ?? DEFAULTS.journal.branch },
    ...(written.freeze === undefined ? {} : { freeze: { kind: 'frozen' as const, ...written.freeze } }),
    origins: Object.fromEntries(pointers.map((pointer) => [pointer, at(pointer)])),
  };
}

/** What counts where there is no settings.yaml. */
export const DEFAULTS: Settings = {
  identity: {},
  review: { allowUnreviewedApply: true, approvals: 1, allowDirectPush: false },
  privacy: { people: 'names' },
  journal: { branch: 'iosmail-journal' },
  origins: {},
};

/** What counts while settings.yaml has errors: nothing that it may forbid, and all the approvals it may ask for. */
export const CAUTIOUS: Settings = {
  identity: {},
  review: { allowUnreviewedApply: false, approvals: 10, allowDirectPush: false },
  privacy: { people: 'counts' },
  journal: { branch: 'iosmail-journal' },
  origins: {},
};

/** Client ids in the spelling that compares equal. */
export function lowerCased(identity: { plan?: string; apply?: string }): { plan?: string; apply?: string } {
  return {
    ...(identity.plan === undefined ? {} : { plan: identity.plan.toLowerCase() }),
    ...(identity.apply === undefined ? {} : { apply: identity.apply.toLowerCase() }),
  };
}
