import type { DeviceReport, Explanation, GateReport } from '../explain/explanation.ts';
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
import { type Block, table } from './markdown-parts.ts';
import { forMarkdown } from './safe.ts';

/** An explanation for a ticket or a comment. */
export function explainMarkdown(explanation: Explanation): string {
  const { devices, tenant, day } = explanation;
  const blocks: readonly Block[] = [
    [`### ${whoWords(explanation, forMarkdown)} in ${forMarkdown(tenant.name)}, ${day}`],
    ...devices.flatMap((device, at) => deviceBlocks(device, devices[at - 1])),
    ...(devices.some(({ closed }) => closed.length > 1) ? [[ORDER_UNKNOWN]] : []),
    [NO_PROOF],
  ];
  return `${blocks.map((block) => block.join('\n')).join('\n\n')}\n`;
}

function deviceBlocks(report: DeviceReport, before: DeviceReport | undefined): readonly Block[] {
  const { own, same } = ownGates(report, before);
  return [
    [`**${report.device}**: ${forMarkdown(verdictWords(report))}`],
    ...(same.length === 0 ? [] : [[`As above: ${same.join(', ')}.`]]),
    table(['gate', 'state', 'why', 'fix'], own.map(rowOfGate)),
  ];
}

function rowOfGate({ gate, state, facts, codes, policy, fixes }: GateReport): readonly string[] {
  const sees = state === 'unknown' ? 'May see' : 'Sees';
  const why = [
    ...facts.map(forMarkdown),
    ...codes.map((code) => forMarkdown(`${sees} ${seesWords(code)}`)),
    ...policy.map((side) => `Policy: ${policyWords(side, forMarkdown)}.`),
  ];
  return [gateWords(gate), state, why.join(' '), fixes.map(forMarkdown).join(' ')];
}
