import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import schema from '../../schema/apply.schema.json' with { type: 'json' };
import type { ApplyReport } from '../core/report.ts';

let compiled: ValidateFunction<ApplyReport> | undefined;

/** The report of an apply, or nothing where the file is not one: then what was done is not known. */
export function readReport(text: string): ApplyReport | undefined {
  compiled ??= new Ajv2020({ strict: true, allowUnionTypes: true }).compile<ApplyReport>(schema);
  const isReport = compiled;
  try {
    const value: unknown = JSON.parse(text);
    return isReport(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
