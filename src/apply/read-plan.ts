import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import schema from '../../schema/plan.schema.json' with { type: 'json' };
import { PLAN_FORMAT, type Plan } from '../core/plan.ts';

/** Largest plan file that is read, in bytes of UTF-8: 64 MiB. */
const LARGEST = 64 * 1024 * 1024;
/** Problems told at once; a file that is wrong throughout is told by its first ones. */
const TOLD = 5;

/** A plan file cannot be used; plan again. The message may quote the file: foreign text. */
export class PlanFileError extends Error {
  readonly fix: string;

  constructor(message: string, fix: string) {
    super(message);
    this.name = 'PlanFileError';
    this.fix = fix;
  }
}

const AGAIN = 'Plan again with `iosmail plan --out FILE` and have the new plan reviewed.';

/**
 * Reads a plan file: its size, its syntax, its version, its shape by schema/plan.schema.json, and that no tenant
 * occurs twice. Whether it still fits the tenants is not looked at here.
 * @throws PlanFileError when it cannot be used.
 */
export function readPlan(text: string): Plan {
  const value = parse(text);
  checkVersion(value);
  const isPlan = schemaCheck();
  if (!isPlan(value))
    throw new PlanFileError(`The plan file is damaged: ${complaints(isPlan.errors)}.`, AGAIN);
  checkTenants(value);
  return value;
}

function parse(text: string): unknown {
  if (Buffer.byteLength(text) > LARGEST) {
    throw new PlanFileError(
      'The plan file is larger than 64 MiB.',
      'Plan fewer tenants at once with `--tenant`.',
    );
  }
  const seen = mayNamePrototype(text);
  try {
    return JSON.parse(text, seen ? refusePrototype : undefined);
  } catch (error) {
    if (error instanceof PlanFileError) throw error;
    throw new PlanFileError('The plan file is not JSON, or is cut off.', AGAIN);
  }
}

/** Spares the walk over every key of a large file that cannot hold the one we look for. */
function mayNamePrototype(text: string): boolean {
  return text.includes('__proto__') || /\\u00(?:5f|6f|7[024])/i.test(text);
}

/** A key of this name is an ordinary property after parsing, but would not stay one when the object is copied. */
function refusePrototype(key: string, value: unknown): unknown {
  if (key === '__proto__') throw new PlanFileError('The plan file holds a key named `__proto__`.', AGAIN);
  return value;
}

function checkVersion(value: unknown): void {
  const version =
    typeof value === 'object' && value !== null && 'formatVersion' in value ? value.formatVersion : undefined;
  if (version === PLAN_FORMAT) return;
  if (typeof version !== 'number') throw new PlanFileError('This is not a plan file of iosmail.', AGAIN);
  const age = version > PLAN_FORMAT ? 'newer' : 'older';
  throw new PlanFileError(
    `The plan file has format ${version}, written by ${age} iosmail; this one reads format ${PLAN_FORMAT}.`,
    'Plan and apply with the same version of iosmail.',
  );
}

function checkTenants({ tenants }: Plan): void {
  const ids = new Set<string>();
  for (const { tenant } of tenants) {
    if (ids.has(tenant.id)) throw new PlanFileError(`The plan file holds tenant ${tenant.id} twice.`, AGAIN);
    ids.add(tenant.id);
  }
}

let compiled: ValidateFunction<Plan> | undefined;

function schemaCheck(): ValidateFunction<Plan> {
  compiled ??= new Ajv2020({ strict: true, allowUnionTypes: true }).compile<Plan>(schema);
  return compiled;
}

function complaints(errors: readonly ErrorObject[] | null | undefined): string {
  const told = (errors ?? []).slice(0, TOLD).map(({ instancePath, message, params }) => {
    const extra = 'additionalProperty' in params ? ` (${String(params.additionalProperty)})` : '';
    return `${instancePath || 'the file'} ${message ?? 'is wrong'}${extra}`;
  });
  return told.join('; ');
}
