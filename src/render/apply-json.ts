import type { ApplyReport } from '../core/report.ts';
import { jsonText } from './json-text.ts';

/** The report of an apply for machines; `formatVersion` says which shape. */
export function applyJson(report: ApplyReport): string {
  return jsonText(report);
}
