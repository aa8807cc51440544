import type { DeviceReport, Explanation, GateReport, State } from '../explain/explanation.ts';
import {
  gateWords,
  NO_PROOF,
  ORDER_UNKNOWN,
  ownGates,
  policyWords,
  seesWords,
  verdictWords,
  whoWords,
} from './explain-words.ts';
import { indent, type Paint, paint } from './paint.ts';
import { forTerminal } from './safe.ts';

/** An explanation for a terminal or a log. */
export function explainText(explanation: Explanation, { colour }: { readonly colour: boolean }): string {
  const colours = paint(colour);
  const { devices, tenant, day } = explanation;
  const head = `${colours.strong(whoWords(explanation, forTerminal))} in ${forTerminal(tenant.name)}, ${day}`;
  const parts = devices.flatMap((device, at) => ['', ...deviceLines(device, devices[at - 1], colours)]);
  const order = devices.some(({ closed }) => closed.length > 1) ? [ORDER_UNKNOWN] : [];
  return `${[head, ...parts, '', ...order, NO_PROOF].join('\n')}\n`;
}

function deviceLines(
  report: DeviceReport,
  before: DeviceReport | undefined,
  colours: Paint,
): readonly string[] {
  const { own, same } = ownGates(report, before);
  const tone = report.closed.length > 0 ? colours.bad : colours.careful;
  return [
    `${colours.strong(report.device)}: ${tone(verdictWords(report))}`,
    ...(same.length === 0 ? [] : [`  as above: ${same.join(', ')}`]),
    ...own.flatMap((gate) => indent(gateLines(gate, colours), 2)),
  ];
}

const WIDTH = 'unknown'.length;

function gateLines(gate: GateReport, colours: Paint): readonly string[] {
  const tones: { readonly [state in State]: (text: string) => string } = {
    open: colours.good,
    closed: colours.bad,
    unknown: colours.careful,
  };
  const { state, facts, codes, policy, fixes } = gate;
  const sees = state === 'unknown' ? 'may see' : 'sees';
  return [
    `${tones[state](state.padEnd(WIDTH))}  ${gateWords(gate.gate)}`,
    ...indent(
      [
        ...facts.map((fact) => forTerminal(fact)),
        ...codes.map((code) => `${sees}: ${seesWords(code)}`),
        ...policy.map((side) => colours.faint(`policy: ${policyWords(side, forTerminal)}`)),
        ...fixes.map((each) => `fix: ${forTerminal(each)}`),
      ],
      WIDTH + 2,
    ),
  ];
}
