import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';

type Node = { readonly [key: string]: unknown };
type Operation = { readonly operationId: string; readonly requestBody?: Node; readonly responses: Node };
type Document = {
  readonly paths: { readonly [path: string]: { readonly [method: string]: Operation } };
  readonly components: {
    readonly schemas: { readonly [name: string]: Node };
    readonly responses: { readonly [name: string]: Node };
  };
};

const document: Document = JSON.parse(
  readFileSync(new URL('../fixtures/graph/openapi.json', import.meta.url), 'utf8'),
);

const ajv = new Ajv({ strict: false, logger: false, allErrors: false });
addFormats.default(ajv);
ajv.addSchema({ ...document, $id: 'graph' });

/** Paths with fixed names before paths with variables. */
const PATHS = Object.keys(document.paths)
  .map((path) => ({ path, pattern: patternOf(path), variables: path.split('{').length }))
  .sort((a, b) => a.variables - b.variables);

function patternOf(path: string): RegExp {
  const source = path
    .split(/(\{[^}]+\})/)
    .map((part) => (part.startsWith('{') ? "[^/']+" : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')))
    .join('');
  return new RegExp(`^${source}$`, 'i');
}

const operations = new Map<string, Operation | undefined>();

/** The operation of a request below the version's root, if the slice has it. */
export function operationOf(method: string, path: string): Operation | undefined {
  const plain = decodeURIComponent(path.split('?')[0] ?? '').replace(/'\)$/, "')");
  const cast = plain
    .replace(/(members)\/microsoft\.graph\./i, '$1/graph.')
    .replace(/(memberOf)\/microsoft\.graph\./i, '$1/graph.');
  const key = `${method} ${cast}`;
  if (!operations.has(key)) {
    const found = PATHS.find(
      ({ path: each, pattern }) =>
        pattern.test(cast) && document.paths[each]?.[method.toLowerCase()] !== undefined,
    );
    operations.set(key, found && document.paths[found.path]?.[method.toLowerCase()]);
  }
  return operations.get(key);
}

const REFERENCE = /^#\/components\/(\w+)\/(.+)$/;

function resolve(node: Node): Node {
  const [, kind, name] = REFERENCE.exec(String(node.$ref ?? '')) ?? [];
  if (kind === undefined || name === undefined) return node;
  const components: { readonly [kind: string]: { readonly [name: string]: Node } } = document.components;
  return components[kind]?.[name] ?? {};
}

/** The schema of a JSON body inside `requestBody` or a response; none where it has no content. */
export function contentSchema(node: Node | undefined): Node | undefined {
  const content =
    node && (resolve(node).content as { readonly [type: string]: { readonly schema?: Node } } | undefined);
  return content?.['application/json']?.schema ?? content?.['text/plain']?.schema;
}

/** The schema of every refusal. */
export function refusalSchema(): Node {
  return contentSchema(document.components.responses.error) ?? {};
}

/** What an operation says about a status: the exact code, else its class. */
export function responseOf(operation: Operation, status: number): Node | undefined {
  return (operation.responses[status] ?? operation.responses[`${Math.floor(status / 100)}XX`]) as
    | Node
    | undefined;
}

const validators = new Map<Node, ValidateFunction>();

/** Why a value does not fit a schema of the slice, or undefined. Unknown properties count, `@odata.…` aside. */
export function misfit(schema: Node, value: unknown): string | undefined {
  let validate = validators.get(schema);
  if (!validate) {
    validate = ajv.compile(absolute(schema) as Node);
    validators.set(schema, validate);
  }
  if (!validate(value)) return ajv.errorsText(validate.errors);
  return stranger(schema, value, '');
}

/** Makes references absolute, so that a schema can be compiled apart from its document. */
function absolute(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(absolute);
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => [
      key,
      key === '$ref' && typeof value === 'string' ? `graph${value}` : absolute(value),
    ]),
  );
}

/** The first property that no schema knows: what a typing mistake looks like. */
function stranger(schema: Node, value: unknown, at: string): string | undefined {
  if (Array.isArray(value)) {
    const { items } = propertiesOf(schema, undefined);
    return items && value.map((each, index) => stranger(items, each, `${at}/${index}`)).find(Boolean);
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { known, open } = propertiesOf(schema, (value as Node)['@odata.type']);
  if (known.size === 0) return undefined;
  for (const [name, each] of Object.entries(value)) {
    if (name.startsWith('@')) continue;
    const property = known.get(name);
    if (!property && !open) return `${at}/${name} is no known property`;
    const found = property && stranger(property, each, `${at}/${name}`);
    if (found) return found;
  }
  return undefined;
}

type Properties = {
  readonly known: ReadonlyMap<string, Node>;
  /** Whether others may be there. */
  readonly open: boolean;
  /** What a list of it holds. */
  readonly items: Node | undefined;
};

const properties = new WeakMap<Node, Map<unknown, Properties>>();

/** What a schema knows; looked up once, as every answer of every test is held against it. */
function propertiesOf(schema: Node, kind: unknown): Properties {
  const kinds = properties.get(schema) ?? new Map<unknown, Properties>();
  properties.set(schema, kinds);
  const already = kinds.get(kind);
  if (already !== undefined) return already;
  const all = parts(schema, kind);
  const found = {
    known: new Map(
      all.flatMap((part) => Object.entries((part.properties ?? {}) as { [name: string]: Node })),
    ),
    open: all.some((part) => part.additionalProperties !== undefined && part.discriminator === undefined),
    items: all.map((part) => part.items as Node | undefined).find(Boolean),
  };
  kinds.set(kind, found);
  return found;
}

/** A schema and everything it is made of: references, `allOf`, `anyOf`, and the kind a discriminator picks. */
function parts(schema: Node, kind: unknown): Node[] {
  const node = resolve(schema);
  const nested = [...((node.allOf ?? []) as Node[]), ...((node.anyOf ?? []) as Node[])];
  const mapping = (node.discriminator as { readonly mapping?: Node } | undefined)?.mapping;
  const $ref = typeof kind === 'string' ? mapping?.[kind] : undefined;
  const picked = $ref === undefined ? [] : parts({ $ref }, undefined);
  return [node, ...nested.flatMap((each) => parts(each, kind)), ...picked];
}
