import type { Assessment, Change, Effect, GateGroup } from '../core/assessment.ts';
import type { Json } from '../core/json.ts';
import type { TenantPolicy } from '../core/state.ts';
import { APP, type App, appIn } from './app.ts';
import type { Lever } from './lever.ts';

/** A yes/no setting of the service principal, changed by one PATCH of one property. */
export type Gate = {
  readonly name: string;
  readonly key: 'enabledForSignIn' | 'assignmentRequired' | 'visibleToUsers';
  /** The Entra admin centre's label. */
  readonly label: string;
  readonly now: (app: App) => boolean;
  /** Its part in the access model; none for a setting that is not a gate. */
  readonly gates: (app: App) => Assessment['gates'];
  readonly group: (to: boolean) => GateGroup;
  /** The property as it is and as it would be, normalised. */
  readonly value: (
    app: App,
    to: boolean,
  ) => {
    readonly before: Json;
    readonly after: Json;
    readonly words?: NonNullable<Change['words']>;
    readonly body: Json;
  };
  readonly effects: (to: boolean) => readonly Effect[];
};

/** Makes a lever of a yes/no setting. A missing app has no such setting: creating it sets them all at once. */
export function gateLever(gate: Gate): Lever {
  return {
    name: gate.name,
    reads: () => [APP],
    assess: (policy, answers) => {
      const app = appIn(answers);
      if (app === 'absent') return { gates: {}, moves: [], leftAlone: [], findings: [] };
      return assessGate(gate, policy, app);
    },
  };
}

function assessGate(gate: Gate, { desired, origins }: TenantPolicy, app: App): Assessment {
  const wanted = desired.application[gate.key];
  const now = gate.now(app);
  const found = { gates: gate.gates(app), findings: [] };
  if (wanted === 'unmanaged') {
    const left = {
      setting: `application/${gate.key}`,
      label: gate.label,
      now: now ? 'Yes' : 'No',
      why: 'not in the policy',
    };
    return { ...found, moves: [], leftAlone: [left] };
  }
  if (wanted === now) return { ...found, moves: [], leftAlone: [] };
  const { body, ...values } = gate.value(app, wanted);
  const at = origins[`/application/${gate.key}`];
  const change = {
    setting: `application/${gate.key}`,
    label: gate.label,
    ...values,
    ...(at === undefined ? {} : { at }),
  };
  const request = {
    method: 'PATCH' as const,
    path: `/servicePrincipals/${app.id}`,
    body,
    what: `set ${gate.label} to ${wanted ? 'Yes' : 'No'}`,
    permission: 'Application.ReadWrite.All',
  };
  return {
    ...found,
    moves: [{ group: gate.group(wanted), request, changes: [change], effects: gate.effects(wanted) }],
    leftAlone: [],
  };
}
