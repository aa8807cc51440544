import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import baselineSchema from '../../schema/baseline.schema.json' with { type: 'json' };
import guardrailsSchema from '../../schema/guardrails.schema.json' with { type: 'json' };
import settingsSchema from '../../schema/settings.schema.json' with { type: 'json' };
import tenantSchema from '../../schema/tenant.schema.json' with { type: 'json' };
import type { Finding } from '../core/finding.ts';
import { complaint, isChoiceOfKeys } from './complaint.ts';
import type { PolicyDocument } from './document.ts';
import type { BaselineFile, GuardrailsFile, SettingsFile, TenantFile } from './types.gen.ts';

const schemas = {
  tenant: tenantSchema,
  baseline: baselineSchema,
  settings: settingsSchema,
  guardrails: guardrailsSchema,
};

type Files = {
  tenant: TenantFile;
  baseline: BaselineFile;
  settings: SettingsFile;
  guardrails: GuardrailsFile;
};

/** A file that has the shape its schema asks for, or the findings that say where it has not. */
export type Checked<T> = { readonly content?: T; readonly findings: readonly Finding[] };

/** Raw errors of one file that are looked at: a file may be wrong a hundred thousand times. */
const MOST = 1000;
const compiled = new Map<keyof Files, ValidateFunction>();

/** Checks a parsed file against its JSON Schema; all problems at once. Each schema is compiled once, when first needed. */
export function checkShape<K extends keyof Files>(kind: K, document: PolicyDocument): Checked<Files[K]> {
  const validate = (compiled.get(kind) ?? compile(kind)) as ValidateFunction<Files[K]>;
  const value: unknown = document.value;
  if (validate(value)) return { content: value, findings: [] };
  const errors = telling((validate.errors ?? []).slice(0, MOST));
  return { findings: errors.map((error) => complaint(error, schemas[kind], document)) };
}

function compile(kind: keyof Files): ValidateFunction {
  const ajv = new Ajv2020({
    allErrors: true,
    verbose: true,
    strictRequired: false,
    // A test checks our schemas against the meta-schema; compiling it here would double the time `validate` needs to start.
    meta: false,
    validateSchema: false,
  });
  addFormats.default(ajv, ['date']);
  // Part of the published schema so that it need not change later, refused until it works.
  ajv.addKeyword({ keyword: 'x-not-supported-yet', schemaType: 'boolean', validate: () => false });
  const validate = ajv.compile(schemas[kind]);
  compiled.set(kind, validate);
  return validate;
}

/** Leaves out what only repeats: the branches of an `anyOf` that are not meant, or the `anyOf` where its branch says more. */
function telling(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const dropped = new Set<ErrorObject>(errors.filter((error) => error.propertyName !== undefined));
  for (const mistyped of errors.filter((error) => error.keyword === 'type')) {
    for (const error of errors) {
      if (error.keyword === 'enum' && error.instancePath === mistyped.instancePath) dropped.add(error);
    }
  }
  for (const any of errors.filter((error) => error.keyword === 'anyOf')) {
    const branches = errors.filter(
      (error) => error.schemaPath.startsWith(`${any.schemaPath}/`) && error.instancePath === any.instancePath,
    );
    const unmeant = isChoiceOfKeys(any)
      ? branches
      : branches.filter((error) => ['type', 'enum', 'const'].includes(error.keyword));
    const saysMore =
      unmeant.length < branches.length ||
      errors.some((error) => error.instancePath.startsWith(`${any.instancePath}/`));
    for (const error of unmeant) dropped.add(error);
    if (saysMore && !isChoiceOfKeys(any)) dropped.add(any);
  }
  return errors.filter((error) => !dropped.has(error));
}
