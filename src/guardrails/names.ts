import type { parse } from '@bufbuild/cel';
import { type Held, MIXED, neverBegins, neverEqual, neverIn, neverSame } from './comparisons.ts';
import type { Fact } from './facts.ts';
import { IN_SMALL_LETTERS } from './samples.ts';
import { lettersOf } from './small-letters.ts';

/** A node of an expression. */
export type Expr = ReturnType<typeof parse>['expr'];

/** What is wrong with an expression, and at which node. */
export type Flaw = { readonly node: Expr; readonly message: string };

/** The sample value of a node; `ANY` where nothing is known about its shape. */
const ANY: unique symbol = Symbol('any');
type Shape = Fact | typeof ANY;
type Scope = ReadonlyMap<string, Shape>;

/** What may be called. Whatever could run long or look elsewhere (regular expressions, types, dates) is left out. */
const FUNCTIONS: ReadonlySet<string> = new Set([
  ...['_&&_', '_||_', '!_', '_?_:_', '@not_strictly_false'],
  ...['_==_', '_!=_', '_<_', '_<=_', '_>_', '_>=_'],
  ...['_+_', '_-_', '_*_', '_/_', '_%_', '-_', '@in', '_[_]'],
  ...['size', 'startsWith', 'endsWith', 'contains'],
]);

/**
 * Names, fields and functions that are not there: the library would tell of them only when it evaluates that part,
 * and not at all where another part decides first.
 * @returns `lists`: the nodes that can be lists.
 */
export function lookedUp(
  expr: Expr,
  known: { readonly [name: string]: Fact },
): { readonly flaws: readonly Flaw[]; readonly lists: ReadonlySet<Expr> } {
  const flaws: Flaw[] = [];
  const lists = new Set<Expr>();
  const letters = lettersOf();
  const flaw = (node: Expr, message: string): typeof ANY => {
    flaws.push({ node, message });
    return ANY;
  };
  const walk = (node: Expr | undefined, scope: Scope): Shape => {
    const shape = shapeOf(node, scope);
    const computed = ['callExpr', 'comprehensionExpr'].includes(node?.exprKind.case ?? '');
    if (node !== undefined && (Array.isArray(shape) || (shape === ANY && computed))) lists.add(node);
    if (node !== undefined) letters.see(node, told(shape));
    return shape;
  };
  const shapeOf = (node: Expr | undefined, scope: Scope): Shape => {
    const kind = node?.exprKind;
    if (node === undefined || kind === undefined) return ANY;
    switch (kind.case) {
      case 'constExpr':
        return constant(kind.value.constantKind.value);
      case 'identExpr': {
        const { name } = kind.value;
        const shape = scope.get(name);
        return shape === undefined
          ? flaw(node, `There is nothing named \`${name}\`. Names: ${Object.keys(known).join(', ')}.`)
          : shape;
      }
      case 'selectExpr':
        return field(node, walk(kind.value.operand, scope), kind.value.field);
      case 'callExpr': {
        const { function: name, target, args } = kind.value;
        if (!FUNCTIONS.has(name)) flaw(node, `There is no function \`${name}\` for guardrails.`);
        const sides = [...(target === undefined ? [] : [target]), ...args];
        const shapes = sides.map((side) => walk(side, scope));
        const [first = ANY, second = ANY] = shapes;
        letters.call(
          name,
          sides.map((side, index) => ({ node: side, shape: told(shapes[index] ?? ANY) })),
        );
        if (name === '_[_]' && isObject(first)) {
          const key = args[1]?.exprKind;
          const text = key?.case === 'constExpr' ? key.value.constantKind.value : undefined;
          return typeof text === 'string'
            ? field(node, first, text)
            : flaw(node, 'A field is named, not computed.');
        }
        const [one, other] = args;
        if (one !== undefined && other !== undefined) {
          const kinds = [kindOf(first), kindOf(second)];
          const never =
            name === '_==_' || name === '_!=_'
              ? (neverEqual(one, other, kinds) ?? neverSame(one, other, held(first), held(second)))
              : name === '@in'
                ? neverIn(one, other, kindOf(first), held(second))
                : undefined;
          if (never !== undefined) flaw(node, never);
        }
        if (name === 'startsWith' && target !== undefined && one !== undefined) {
          const never = neverBegins(target, one);
          if (never !== undefined) flaw(node, never);
        }
        return name === '_?_:_' ? either(shapes[1], shapes[2]) : resultOf(name, first, second);
      }
      case 'listExpr': {
        const shapes = kind.value.elements.map((element) => walk(element, scope));
        return shapes.length === 0 || shapes.includes(ANY) ? ANY : [...(shapes as Fact[])];
      }
      case 'comprehensionExpr': {
        const loop = kind.value;
        const range = walk(loop.iterRange, scope);
        if (range !== ANY && !Array.isArray(range))
          flaw(node, 'Only a list can be gone through with all, exists, exists_one, filter and map.');
        const inner = new Map(scope);
        inner.set(loop.iterVar, Array.isArray(range) ? (range[0] ?? ANY) : ANY);
        if (loop.iterVar2 !== '') inner.set(loop.iterVar2, ANY);
        inner.set(loop.accuVar, walk(loop.accuInit, scope));
        walk(loop.loopCondition, inner);
        const step = walk(loop.loopStep, inner);
        if (step !== ANY) inner.set(loop.accuVar, step);
        return walk(loop.result, inner);
      }
      case 'structExpr':
        return flaw(node, 'Maps and messages cannot be written in a guardrail.');
      default:
        return ANY;
    }
  };
  const field = (node: Expr, of: Shape, name: string): Shape => {
    if (of === ANY || of instanceof Map) return ANY;
    if (!isObject(of)) return flaw(node, `There is no field \`${name}\` here: it is no object.`);
    if (!Object.hasOwn(of, name))
      return flaw(node, `There is no field \`${name}\`. Fields: ${Object.keys(of).join(', ')}.`);
    return MIXED.has(name) ? ANY : ((of as { readonly [key: string]: Fact })[name] ?? ANY);
  };
  walk(expr, new Map(Object.entries(known)));
  return { flaws: [...flaws, ...letters.flaws()], lists };
}

const TRUTHS = ['_&&_', '_||_', '!_', '_==_', '_!=_', '_<_', '_<=_', '_>_', '_>=_', '@in'];

function resultOf(name: string, first: Shape, second: Shape): Shape {
  if (TRUTHS.includes(name) || ['startsWith', 'endsWith', 'contains'].includes(name)) return true;
  if (name === 'size') return 0n;
  // Every label is text.
  if (name === '_[_]' && first instanceof Map) return '';
  if (name === '_[_]') return Array.isArray(first) ? (first[0] ?? ANY) : ANY;
  if (name !== '_+_') return ANY;
  if (Array.isArray(first) && Array.isArray(second)) return [...first, ...second];
  // What a loop gathers begins with an empty list, of which nothing is known.
  if (Array.isArray(second) && first === ANY) return second;
  return typeof first === 'string' && typeof second === 'string' ? either(second, first) : ANY;
}

/** The sample of what is one of two: known where both are of one kind. */
function either(one: Shape | undefined, other: Shape | undefined): Shape {
  if (one === undefined || other === undefined) return ANY;
  if (Array.isArray(one) && Array.isArray(other)) return [...one, ...other];
  // A gathered list stays as it is where an item is left out.
  if (Array.isArray(one) && other === ANY) return one;
  if (typeof one === 'string' && typeof other === 'string') return IN_SMALL_LETTERS.has(other) ? other : one;
  return kindOf(one) === kindOf(other) && typeof one !== 'object' ? one : ANY;
}

function isObject(shape: Shape): shape is { readonly [key: string]: Fact } {
  return typeof shape === 'object' && shape !== null && !Array.isArray(shape) && !(shape instanceof Map);
}

function told(shape: Shape): Fact | undefined {
  return shape === ANY ? undefined : shape;
}

/** The kinds of what can be looked into with `in`. */
function held(shape: Shape): Held {
  return Array.isArray(shape) ? { items: shape.map((item) => kindOf(item)) } : { list: kindOf(shape) };
}

/** Numbers compare with each other, whatever their kind. */
function kindOf(shape: Shape): string | undefined {
  if (shape === ANY || shape === null || shape instanceof Map) return undefined;
  if (typeof shape === 'bigint') return 'number';
  if (typeof shape === 'object') return Array.isArray(shape) ? 'list' : 'object';
  return { string: 'text', boolean: 'truth value' }[typeof shape as 'string' | 'boolean'];
}

function constant(value: unknown): Shape {
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'bigint') return value;
  return typeof value === 'number' ? 0n : ANY;
}

/** The nodes right below a node. */
export function below({ exprKind }: Expr): readonly Expr[] {
  switch (exprKind.case) {
    case 'selectExpr':
      return some(exprKind.value.operand);
    case 'callExpr':
      return some(exprKind.value.target, ...exprKind.value.args);
    case 'listExpr':
      return exprKind.value.elements;
    case 'comprehensionExpr': {
      const { iterRange, accuInit, loopCondition, loopStep, result } = exprKind.value;
      return some(iterRange, accuInit, loopCondition, loopStep, result);
    }
    default:
      return [];
  }
}

function some(...nodes: readonly (Expr | undefined)[]): readonly Expr[] {
  return nodes.filter((node) => node !== undefined);
}
