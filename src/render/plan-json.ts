import type { Plan } from '../core/plan.ts';
import { jsonText } from './json-text.ts';

/** The plan file: what `apply --plan` reads and `--format json` prints. Described by schema/plan.schema.json. */
export function planJson(plan: Plan): string {
  return jsonText(plan);
}
