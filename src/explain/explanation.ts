import type { Position } from '../core/finding.ts';
import type { Cloud, Day } from '../core/state.ts';

/** Version of what `iosmail explain --format json` prints. */
export const EXPLAIN_FORMAT = 1;

/** What stands between a person and their mail, in the order in which it is walked. */
export type GateName = 'account' | 'G1' | 'G2' | 'G3' | 'G4' | 'G5' | 'G6';

/** Each gate in the words of the Entra admin centre. */
export const GATE_TITLES: { readonly [gate in GateName | 'G7']: string } = {
  account: 'The account',
  G1: 'Enterprise app Apple Internet Accounts is in the tenant',
  G2: 'Enabled for users to sign in?',
  G3: 'Assignment required? and Users and groups',
  G4: 'Consent and permissions',
  G5: 'Conditional Access and security defaults',
  G6: 'Exchange Online',
  G7: 'Device, device management and network',
};

export const DEVICES = ['iPhone and iPad', 'Mac'] as const;
export type Device = (typeof DEVICES)[number];

/** `unknown`: a read was refused, or what decides is not shown by Microsoft Graph. Never a guess. */
export type State = 'open' | 'closed' | 'unknown';

/** What the policy says about a gate, beside what the tenant is now. */
export type PolicySide = {
  readonly says: string;
  /** The line that says so. */
  readonly at?: Position;
  /** Whether the tenant is as this line says; unset where that is not told. */
  readonly applied?: boolean;
};

export type GateReport = {
  readonly gate: GateName;
  readonly state: State;
  /** What was read, a sentence each. Directory text in it is not escaped yet. */
  readonly facts: readonly string[];
  /** AADSTS codes that the person sees here. */
  readonly codes: readonly number[];
  readonly policy: readonly PolicySide[];
  /** What opens it, and who does that. */
  readonly fixes: readonly string[];
};

export type DeviceReport = {
  readonly device: Device;
  readonly gates: readonly GateReport[];
  /** Every closed gate, in order: the first one is what stops the person first, as far as Entra's order is known. */
  readonly closed: readonly GateName[];
  readonly unknown: readonly GateName[];
};

/** Why one person can or cannot use Apple Mail, gate by gate. It never says that somebody has access. */
export type Explanation = {
  readonly formatVersion: typeof EXPLAIN_FORMAT;
  readonly tool: { readonly name: 'iosmail'; readonly version: string };
  readonly day: Day;
  readonly tenant: { readonly name: string; readonly id: string; readonly cloud: Cloud };
  readonly asked: string;
  /** Unset where there is no such account, or it could not be read. */
  readonly person?: {
    readonly id: string;
    readonly upn: string;
    readonly name: string;
    readonly guest: boolean;
  };
  readonly devices: readonly DeviceReport[];
};

/** A gate without what it has nothing to say about. */
export function report(
  gate: GateName,
  state: State,
  facts: readonly string[],
  more: Partial<Pick<GateReport, 'codes' | 'policy' | 'fixes'>> = {},
): GateReport {
  return { gate, state, facts, codes: more.codes ?? [], policy: more.policy ?? [], fixes: more.fixes ?? [] };
}

/** Why something is not known, as a sentence of its own. */
export function sentence(why: string): string {
  return `${why.slice(0, 1).toUpperCase()}${why.slice(1)}.`;
}
