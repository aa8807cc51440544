import { byPlace, type FindingsReport } from './findings-report.ts';
import { jsonText } from './json-text.ts';

/** Version of what `validate --format json` prints; described by schema/validate.schema.json. */
const VALIDATE_FORMAT = 1;

/** Findings for machines, in the order of their places. */
export function findingsJson({ findings, tenants, broken }: FindingsReport): string {
  return jsonText({ formatVersion: VALIDATE_FORMAT, findings: byPlace(findings), tenants, broken });
}
