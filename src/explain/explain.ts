import type { Answers } from '../core/request.ts';
import type { Day, TenantPolicy } from '../core/state.ts';
import {
  DEVICES,
  type Device,
  type DeviceReport,
  EXPLAIN_FORMAT,
  type Explanation,
  type GateReport,
  type State,
} from './explanation.ts';
import { accountGate } from './gates/account.ts';
import { enabledGate, presenceGate } from './gates/app.ts';
import { assignmentGate } from './gates/assignment.ts';
import { conditionalAccessGate } from './gates/conditional-access.ts';
import { consentGate } from './gates/consent.ts';
import { exchangeGate } from './gates/exchange.ts';
import { personOf, type Walk, walkOf } from './walk.ts';

/** What an explanation is about. */
export type Question = {
  readonly policy: TenantPolicy;
  /** Sign-in name, mail address or object id, as somebody typed it. */
  readonly asked: string;
  readonly day: Day;
  readonly version: string;
};

/**
 * Walks the gates for one person. Pure: answers in, data out.
 * @throws BrokenAnswer where Graph answered something that its own contract rules out.
 */
export function explain({ policy, asked, day, version }: Question, answers: Answers): Explanation {
  const walk = walkOf(policy, answers, asked, day);
  const person = personOf(walk);
  const { name, id, cloud } = policy.desired.tenant;
  return {
    formatVersion: EXPLAIN_FORMAT,
    tool: { name: 'iosmail', version },
    day,
    tenant: { name, id, cloud },
    asked,
    ...(person === undefined
      ? {}
      : { person: { id: person.id, upn: person.upn, name: person.name, guest: person.guest } }),
    devices: DEVICES.map((device) => deviceReport(walk, asked, device)),
  };
}

function deviceReport(walk: Walk, asked: string, device: Device): DeviceReport {
  const gates = [
    accountGate(walk, asked),
    presenceGate(walk),
    enabledGate(walk),
    assignmentGate(walk),
    consentGate(walk, device),
    conditionalAccessGate(walk, device),
    exchangeGate(walk, device),
  ];
  return { device, gates, closed: named(gates, 'closed'), unknown: named(gates, 'unknown') };
}

function named(gates: readonly GateReport[], state: State) {
  return gates.filter((gate) => gate.state === state).map(({ gate }) => gate);
}
