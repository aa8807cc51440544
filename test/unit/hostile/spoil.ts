/** Any JSON. */
type Value = null | boolean | number | string | Value[] | { [key: string]: Value };

/** One way to spoil a place of a JSON text. */
type Spoiling = {
  readonly name: string;
  /**
   * `wrong`: no reader may take it for something that was meant; `missing`: what was asked for is not there;
   * `null`: what Graph says where there is no value; `more`: something is there beside what was asked for.
   */
  readonly kind: 'wrong' | 'missing' | 'null' | 'more';
  readonly fits: (value: Value, inList: boolean) => boolean;
  readonly to: (value: Value) => Value | undefined;
};

const isText = (value: Value) => typeof value === 'string';
const isList = (value: Value) => Array.isArray(value);
const isMapping = (value: Value): value is { [key: string]: Value } =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
const always = () => true;

/** Stands for values that no object in memory can be, or that would be slow to build for each case. */
const DEEP_MARK = '@deep@';
const HUGE_MARK = '@huge@';
const DEPTH = 100_000;
const HUGE = 1_000_000;

/** A key of its own named `__proto__`, as `JSON.parse` makes one. */
function withProto(value: { [key: string]: Value }): Value {
  const copy: { [key: string]: Value } = { ...value };
  const polluted: Value = { polluted: 'yes', accountEnabled: true, isAdmin: true };
  Object.defineProperty(copy, '__proto__', { value: polluted, enumerable: true });
  return { ...copyOf(copy), constructor: { prototype: { polluted: 'yes' } } };
}

function copyOf(value: { [key: string]: Value }): { [key: string]: Value } {
  const copy: { [key: string]: Value } = {};
  for (const key of Object.keys(value))
    Object.defineProperty(copy, key, { value: Reflect.get(value, key), enumerable: true });
  return copy;
}

/** Every way in which a single place of an answer can be other than it should be. */
const SPOILINGS: readonly Spoiling[] = [
  { name: 'left out', kind: 'missing', fits: (_, inList) => !inList, to: () => undefined },
  { name: 'null', kind: 'null', fits: (value) => value !== null, to: () => null },
  { name: 'a number', kind: 'wrong', fits: (value) => typeof value !== 'number', to: () => 7 },
  { name: 'a negative number', kind: 'wrong', fits: always, to: () => -1e308 },
  { name: 'a text', kind: 'wrong', fits: (value) => !isText(value), to: () => 'true' },
  { name: 'true', kind: 'wrong', fits: (value) => typeof value !== 'boolean', to: () => true },
  { name: 'a list', kind: 'wrong', fits: (value) => !isList(value), to: (value) => [value] },
  { name: 'an empty list', kind: 'wrong', fits: (value) => !isList(value), to: () => [] },
  {
    name: 'a mapping',
    kind: 'wrong',
    fits: (value) => !isMapping(value),
    to: (value) => ({ 0: value, length: 1 }),
  },
  { name: 'an empty mapping', kind: 'wrong', fits: (value) => !isMapping(value), to: () => ({}) },
  { name: 'deep', kind: 'wrong', fits: always, to: () => DEEP_MARK },
  {
    name: 'deep beside',
    kind: 'more',
    fits: isMapping,
    to: (value) => ({ ...Object(value), extra: DEEP_MARK }),
  },
  {
    name: 'huge beside',
    kind: 'more',
    fits: isMapping,
    to: (value) => ({ ...Object(value), extra: HUGE_MARK }),
  },
  {
    name: '__proto__',
    kind: 'more',
    fits: isMapping,
    to: (value) => withProto(value as { [key: string]: Value }),
  },
];

/** A place of a JSON text, spoilt. */
export type Spoilt = {
  readonly name: string;
  readonly kind: Spoiling['kind'];
  /** The keys on the way to the place. */
  readonly path: readonly string[];
  readonly text: () => string;
};

/** Every place of a JSON text, spoilt in every way; nothing for a text that is not JSON. */
export function spoiltOf(text: string): readonly Spoilt[] {
  let whole: Value;
  try {
    whole = JSON.parse(text) as Value;
  } catch {
    return [];
  }
  return placesIn(whole, [], false).flatMap(({ path, value, inList }) =>
    SPOILINGS.filter((each) => fitsAt(each, value, inList, path)).map(({ name, kind, to }) => ({
      name: `${path.join('/')} ${name}`,
      kind,
      path,
      text: () => written(replaced(JSON.parse(text) as Value, path, to(value))),
    })),
  );
}

/** Where there was nothing, nobody can say that something is of the wrong kind. */
function fitsAt(
  { fits, kind, to }: Spoiling,
  value: Value,
  inList: boolean,
  path: readonly string[],
): boolean {
  if (value === null && kind === 'wrong') return false;
  return fits(value, inList) && (path.length > 0 || to(value) !== undefined);
}

type Place = { readonly path: readonly string[]; readonly value: Value; readonly inList: boolean };

function placesIn(value: Value, path: readonly string[], inList: boolean): readonly Place[] {
  const inside =
    value !== null && typeof value === 'object'
      ? Object.entries(value).flatMap(([key, each]) => placesIn(each, [...path, key], Array.isArray(value)))
      : [];
  return [{ path, value, inList }, ...inside];
}

function replaced(whole: Value, path: readonly string[], by: Value | undefined): Value {
  const [key, ...rest] = path;
  if (key === undefined) return by ?? null;
  if (whole === null || typeof whole !== 'object') return whole;
  const inside = rest.length === 0 ? by : replaced(Reflect.get(whole, key) as Value, rest, by);
  if (inside === undefined) Reflect.deleteProperty(whole, key);
  else Object.defineProperty(whole, key, { value: inside, enumerable: true });
  return whole;
}

function written(value: Value): string {
  return JSON.stringify(value)
    .replace(`"${DEEP_MARK}"`, () => `${'['.repeat(DEPTH)}${']'.repeat(DEPTH)}`)
    .replace(HUGE_MARK, () => 'x'.repeat(HUGE));
}
