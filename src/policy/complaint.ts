import type { ErrorObject } from 'ajv';
import type { Finding } from '../core/finding.ts';
import type { PolicyDocument } from './document.ts';
import { nearest } from './nearest.ts';
import { escaped } from './places.ts';

/** The parts of a JSON Schema that messages are made from. */
type Shape = {
  readonly properties?: { readonly [key: string]: Shape };
  readonly $defs?: { readonly [name: string]: Shape };
  readonly $ref?: string;
  readonly description?: string;
  readonly examples?: readonly unknown[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly type?: string;
  readonly required?: readonly string[];
  readonly anyOf?: readonly Shape[];
};

const typeWords: { readonly [type: string]: string } = {
  object: 'a mapping',
  array: 'a list',
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
};

/** Whether an `anyOf` error says that one of several keys is needed. */
export function isChoiceOfKeys(error: ErrorObject): boolean {
  const branches = error.keyword === 'anyOf' ? (error.schema as readonly Shape[]) : [];
  return branches.length > 0 && branches.every((branch) => Object.keys(branch).join() === 'required');
}

/** One error of the schema check as a finding, in words, with its place and the way out. */
export function complaint(error: ErrorObject, root: Shape, document: PolicyDocument): Finding {
  const pointer = error.instancePath;
  const shape = (error.parentSchema ?? {}) as Shape;
  const key = unescaped(pointer.slice(pointer.lastIndexOf('/') + 1));
  const name = pointer === '' ? 'The file' : /^\d+$/.test(key) ? 'The entry' : `\`${key}\``;
  const say = (rule: string, message: string, fix: string, at = document.valueAt(pointer)): Finding => ({
    rule,
    severity: 'error',
    message,
    fix,
    at,
  });
  switch (error.keyword) {
    case 'additionalProperties':
      return unknownKey(error.params.additionalProperty, shape, root, pointer, document);
    case 'propertyNames': {
      const label = `${pointer}/${escaped(error.params.propertyName)}`;
      const fix = 'Use letters, digits and hyphens, beginning with a lower-case letter.';
      return say(
        'wrong-value',
        `\`${error.params.propertyName}\` cannot be a key here.`,
        fix,
        document.at(label),
      );
    }
    case 'required': {
      const missing: string = error.params.missingProperty;
      const example = exampleOf(shape.properties?.[missing] ?? {});
      const fix = `Add \`${missing}\`${example && `, for example ${example}`}.`;
      return say('missing-key', `${name} has no \`${missing}\`.`, fix, document.at(pointer));
    }
    case 'dependentRequired': {
      const fix = 'Add `reason`: a ticket and a few words.';
      return say('until-without-reason', '`until` needs a `reason`.', fix, document.at(`${pointer}/until`));
    }
    case 'x-not-supported-yet':
      return say('not-supported-yet', `${name} is not supported yet.`, 'Remove it.', document.at(pointer));
    case 'uniqueItems':
      return say('duplicate-entry', `${name} lists the same value twice.`, 'Keep one of the two.');
    default:
  }
  if (isChoiceOfKeys(error)) {
    const keys = (shape.anyOf ?? []).flatMap((branch) => branch.required ?? []).map((each) => `\`${each}\``);
    return say('missing-key', `${name} needs ${keys.join(' or ')}.`, `Add ${keys[0]}.`, document.at(pointer));
  }
  if (error.data === null) {
    return say(
      'wrong-type',
      `${name} is empty.`,
      'Write a value, `[]` for an empty list, or remove the key.',
    );
  }
  const words = allowedWords(shape);
  const guess = typeof error.data === 'string' ? nearest(error.data, words) : undefined;
  const isWord = words.length > 0 && typeof error.data === 'string';
  const rule =
    error.keyword === 'type' || (error.keyword === 'anyOf' && !isWord) ? 'wrong-type' : 'wrong-value';
  const like = ['pattern', 'format'].includes(error.keyword)
    ? `it like ${exampleOf(shape)}`
    : expectedOf(shape);
  const fix = guess ? `Did you mean \`${guess}\`?` : `Write ${like}.`;
  return say(rule, `${name} ${problemOf(error, shape)}, not ${shown(error.data)}.`, fix);
}

function problemOf(error: ErrorObject, shape: Shape): string {
  if (error.keyword === 'format') return 'must be a calendar day, written YYYY-MM-DD';
  if (error.keyword === 'pattern') return `must look like ${exampleOf(shape)}`;
  if (['type', 'enum', 'const', 'anyOf'].includes(error.keyword)) return `must be ${expectedOf(shape)}`;
  // Bounds: the library says them well, "must be >= 0".
  return error.message ?? 'is not allowed';
}

function unknownKey(
  key: string,
  shape: Shape,
  root: Shape,
  pointer: string,
  document: PolicyDocument,
): Finding {
  const known = Object.keys(shape.properties ?? {});
  const guess = nearest(key, known);
  const home = guess ? undefined : homeOf(key, root);
  const fix =
    key === '<<'
      ? 'Merge keys are not part of the language; put shared values into a baseline.'
      : guess
        ? `Did you mean \`${guess}\`?`
        : home
          ? `It belongs under \`${home}\`.`
          : `Known keys here: ${known.join(', ')}.`;
  return {
    rule: 'unknown-key',
    severity: 'error',
    message: `Unknown key ${shown(key)}.`,
    fix,
    at: document.at(`${pointer}/${escaped(key)}`),
  };
}

/** The section a misplaced key belongs to. */
function homeOf(key: string, root: Shape): string | undefined {
  for (const [section, each] of Object.entries(root.properties ?? {})) {
    const shape = each.$ref ? root.$defs?.[each.$ref.replace('#/$defs/', '')] : each;
    if (Object.hasOwn(shape?.properties ?? {}, key)) return section;
  }
  return undefined;
}

/** The words a value may be, also those of its alternatives. */
function allowedWords(shape: Shape): readonly string[] {
  const own = [...(shape.enum ?? []), ...(shape.const === undefined ? [] : [shape.const])];
  return [...own, ...(shape.anyOf ?? []).flatMap(allowedWords)].map(String);
}

/** What may stand there: the words where there are any, else the kinds of value. */
function expectedOf(shape: Shape): string {
  const words = allowedWords(shape).map((word) => `\`${word}\``);
  const kinds = [shape, ...(shape.anyOf ?? [])].flatMap((each) =>
    each.type === undefined || each.enum ? [] : [typeWords[each.type]],
  );
  const like = words.length > 0 || shape.examples === undefined ? '' : `, for example ${exampleOf(shape)}`;
  return `${[...words, ...kinds].join(', ').replace(/, ([^,]*)$/, ' or $1')}${like}`;
}

function exampleOf(shape: Shape): string {
  return (shape.examples ?? []).map(shown).join(' or ');
}

/** A value as the reader would recognise it, cut where it is long. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

function unescaped(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~');
}
