import type { Json } from '../core/json.ts';
import { codeOf } from '../explain/codes.ts';
import type { Explanation, GateReport } from '../explain/explanation.ts';
import type { Pasted } from '../explain/pasted.ts';
import { jsonText } from './json-text.ts';

/** An explanation for machines; the form is schema/explain.schema.json. */
export function explainJson(explanation: Explanation): string {
  const { devices, ...rest } = explanation;
  return jsonText({
    ...rest,
    devices: devices.map((each) => ({ ...each, gates: each.gates.map(gateJson) })),
  } as Json);
}

/** The same for a pasted text. */
export function pastedJson(pasted: Pasted): string {
  return jsonText({
    ...pasted,
    codes: pasted.codes.map((each) => ({ ...each })),
    phrases: pasted.phrases.map((each) => ({ ...each })),
  });
}

function gateJson(gate: GateReport): Json {
  return {
    ...gate,
    codes: gate.codes.map((code) => ({ code: `AADSTS${code}`, sees: codeOf(code)?.sees ?? '' })),
    policy: gate.policy.map(({ at, ...side }) => ({
      ...side,
      ...(at === undefined ? {} : { at: { ...at } }),
    })),
  };
}
