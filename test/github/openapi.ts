import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';

type Node = { readonly [key: string]: unknown };
type Parameter = {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema?: Node;
};
type Operation = {
  readonly operationId: string;
  readonly parameters: readonly Node[];
  readonly requestBody?: Node;
  readonly responses: { readonly [status: string]: Node };
};
type Document = {
  readonly paths: { readonly [path: string]: { readonly [method: string]: Operation } };
  readonly components: { readonly [kind: string]: { readonly [name: string]: Node } };
};

export type Exchange = {
  readonly method: string;
  /** Below the API's root, `/repos/…`, without options. */
  readonly path: string;
  readonly query: URLSearchParams | { readonly [name: string]: string };
  /** Parsed; undefined where there was none. */
  readonly requestBody: unknown;
  readonly status: number;
  /** Parsed; undefined where there was none, and for what is no JSON. */
  readonly responseBody: unknown;
};

const document: Document = JSON.parse(
  readFileSync(new URL('../fixtures/github/openapi.json', import.meta.url), 'utf8'),
);
const ajv = new Ajv({ strict: false, logger: false, validateFormats: false });
ajv.addSchema({ $id: 'github', components: asJsonSchema(document.components) as Node });

/** Paths with fixed names before paths with variables. */
const PATHS = Object.keys(document.paths)
  .map((path) => ({ path, pattern: patternOf(path), variables: path.split('{').length }))
  .sort((a, b) => a.variables - b.variables);

/** A reference of Git has slashes of its own. */
function patternOf(path: string): RegExp {
  const source = path
    .split(/(\{[^}]+\})/)
    .map((part) => (part === '{ref}' ? '.+' : part.startsWith('{') ? '[^/]+' : part.replaceAll('.', '\\.')));
  return new RegExp(`^${source.join('')}$`);
}

/**
 * What an exchange with GitHub has that GitHub's own description does not allow, on either side; nothing when it
 * fits. A statement each, in no particular form. GraphQL has no such description: its requests do not belong here.
 */
export function checkExchange(exchange: Exchange): string[] {
  const { method, path } = exchange;
  const operation = operationOf(method, path);
  if (operation === undefined) return [`${method} ${path} is an operation outside the slice`];
  const faults = [...queryFaults(operation, exchange), ...requestFaults(operation, exchange)];
  return [...faults, ...responseFaults(operation, exchange)].map((fault) => `${method} ${path}: ${fault}`);
}

function operationOf(method: string, path: string): Operation | undefined {
  const verb = method.toLowerCase();
  const found = PATHS.find((each) => each.pattern.test(path) && document.paths[each.path]?.[verb]);
  return found && document.paths[found.path]?.[verb];
}

function queryFaults({ parameters }: Operation, { query }: Exchange): string[] {
  const known = parameters
    .map((each) => resolved(each) as Node & Parameter)
    .filter((each) => each.in === 'query');
  const given = query instanceof URLSearchParams ? query : new URLSearchParams({ ...query });
  const strangers = [...given.keys()].filter((name) => !known.some((each) => each.name === name));
  return [
    ...strangers.map((name) => `the option ${name} is not known`),
    ...known.flatMap(({ name, schema, required }) => {
      const value = given.get(name);
      if (value === null) return required ? [`the option ${name} is missing`] : [];
      return misfits(schema, typed(schema, value), `the option ${name}`);
    }),
  ];
}

/** An option is text on the wire; its schema may speak of a number or a truth value. */
function typed(schema: Node | undefined, value: string): unknown {
  const type = schema?.type;
  if (type === 'integer' && /^-?\d+$/.test(value)) return Number(value);
  if (type === 'boolean' && /^(true|false)$/.test(value)) return value === 'true';
  return value;
}

function requestFaults({ requestBody }: Operation, exchange: Exchange): string[] {
  const schema = contentSchema(requestBody);
  const { requestBody: sent } = exchange;
  if (schema === undefined) return sent === undefined ? [] : ['it takes no body'];
  if (sent === undefined) return requestBody?.required ? ['the body is missing'] : [];
  return [...misfits(schema, sent, 'the body'), ...strangersIn(schema, sent)];
}

/** GitHub lets unknown properties pass without a word: what a typing mistake looks like. */
function strangersIn(schema: Node, sent: unknown): string[] {
  const { properties, additionalProperties, oneOf, anyOf, allOf } = schema;
  if (properties === undefined || additionalProperties || oneOf || anyOf || allOf) return [];
  return Object.keys(Object(sent))
    .filter((name) => !(name in Object(properties)))
    .map((name) => `the body has ${name}, which is not known`);
}

function responseFaults({ responses }: Operation, { status, responseBody }: Exchange): string[] {
  // Gateways and rate limits answer what no description lists.
  const outside = status === 401 || status === 403 || status === 429 || status >= 500;
  const told = responses[status];
  if (told === undefined) return outside ? [] : [`it may not answer ${status}`];
  const schema = contentSchema(resolved(told));
  if (schema === undefined) return responseBody === undefined ? [] : [`its ${status} has no body`];
  return misfits(schema, responseBody, `the body of its ${status}`);
}

function contentSchema(node: Node | undefined): Node | undefined {
  const content = node && (resolved(node).content as { readonly [type: string]: { readonly schema?: Node } });
  return content?.['application/json']?.schema;
}

function resolved(node: Node): Node {
  const [, , kind, name] = String(node.$ref ?? '').split('/');
  return kind === undefined || name === undefined ? node : (document.components[kind]?.[name] ?? {});
}

const validators = new Map<Node, ValidateFunction>();

function misfits(schema: Node | undefined, value: unknown, what: string): string[] {
  if (schema === undefined) return [];
  let validate = validators.get(schema);
  if (validate === undefined) {
    validate = ajv.compile(asJsonSchema(schema) as Node);
    validators.set(schema, validate);
  }
  if (validate(value)) return [];
  return [`${what} does not fit: ${ajv.errorsText(validate.errors)}`];
}

/** References made absolute, so that a schema can be compiled apart from its document; `nullable` in JSON Schema. */
function asJsonSchema(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(asJsonSchema);
  if (typeof node !== 'object' || node === null) return node;
  const { nullable, ...rest }: { readonly [key: string]: unknown } = { ...node };
  const copy = Object.fromEntries(
    Object.entries(rest).map(([key, value]) => [
      key,
      key === '$ref' && typeof value === 'string' ? `github${value}` : asJsonSchema(value),
    ]),
  );
  return nullable === true ? { anyOf: [{ type: 'null' }, copy] } : copy;
}
