import { codeOf } from '../explain/codes.ts';
import {
  type DeviceReport,
  type Explanation,
  GATE_TITLES,
  type GateName,
  type GateReport,
  type PolicySide,
} from '../explain/explanation.ts';
import { place, type Say } from './words.ts';

/** What no gate can show, said under every explanation. */
export const NO_PROOF =
  'Open gates do not prove that mail arrives: the device, its management and the network (G7) are not looked at.';
/** Said where more than one gate is closed. */
export const ORDER_UNKNOWN =
  'In which order Entra looks at G2, G3 and G4 is not documented: the person may meet another closed gate first.';

/** "o'connor@contoso.example (Empfang O'Connor)". */
export function whoWords({ asked, person }: Explanation, say: Say): string {
  if (person === undefined) return say(asked);
  const name = person.name === person.upn ? '' : ` (${say(person.name)})`;
  return `${say(person.upn)}${name}`;
}

/** The sum for one kind of device. It never says that somebody has access. */
export function verdictWords({ closed, unknown }: DeviceReport): string {
  const [first, ...others] = closed;
  const also = others.length === 0 ? '' : `; also closed: ${others.join(', ')}`;
  const not = unknown.length === 0 ? '' : `; not known: ${unknown.join(', ')}`;
  if (first !== undefined) return `stopped at ${gateWords(first)}${also}${not}`;
  return `nothing found that stops it${not}`;
}

export function gateWords(gate: GateName): string {
  return gate === 'account' ? GATE_TITLES.account : `${gate} ${GATE_TITLES[gate]}`;
}

/** "AADSTS50105: Your administrator has …". */
export function seesWords(code: number): string {
  const known = codeOf(code);
  return known === undefined ? `AADSTS${code}` : `AADSTS${code}: ${known.sees}`;
}

/** "it lists the person (policies/tenants/contoso.yaml:12:7, not applied yet)". */
export function policyWords({ says, at, applied }: PolicySide, say: Say): string {
  const where = at === undefined ? [] : [place(at, say)];
  const so = applied === undefined ? [] : [applied ? 'the tenant is so' : 'not applied'];
  const more = [...where, ...so].join(', ');
  return more === '' ? say(says) : `${say(says)} (${more})`;
}

/** The gates of a device, apart from those that are told under the one before in the same words. */
export function ownGates(
  report: DeviceReport,
  before: DeviceReport | undefined,
): { readonly own: readonly GateReport[]; readonly same: readonly GateName[] } {
  const told = new Set(before?.gates.map((gate) => JSON.stringify(gate)));
  const isTold = (gate: GateReport) => told.has(JSON.stringify(gate));
  return {
    own: report.gates.filter((gate) => !isTold(gate)),
    same: report.gates.filter(isTold).map(({ gate }) => gate),
  };
}
