import type { Fact } from './facts.ts';
import type { Expr, Flaw } from './names.ts';
import { IN_SMALL_LETTERS } from './samples.ts';

/** Fields that hold an address or an id, however the object that has them was come by. */
const FIELDS: ReadonlySet<string> = new Set(['name', 'upn', 'id', 'protected']);
const COMPARES: ReadonlySet<string> = new Set([
  ...['_==_', '_!=_', '_<_', '_<=_', '_>_', '_>=_', '@in'],
  ...['startsWith', 'endsWith', 'contains'],
]);

/** What was told about text while an expression was walked through. */
export type Letters = {
  /** Tells of a node and its sample value; undefined where nothing is known about it. */
  readonly see: (node: Expr, shape: Fact | undefined) => void;
  /** Tells of a call, with what is compared and the sample values of that. */
  readonly call: (
    name: string,
    sides: readonly { readonly node: Expr; readonly shape: Fact | undefined }[],
  ) => void;
  readonly flaws: () => readonly Flaw[];
};

/**
 * Names of people, addresses and ids are given in small letters, because Microsoft Entra makes no difference: text with
 * a capital would never be equal to one. Such text may stand only where it is plain that something else is compared.
 */
export function lettersOf(): Letters {
  const capitals = new Map<Expr, string>();
  const plain = new Set<Expr>();
  let touched = false;
  return {
    see: (node, shape) => {
      const { exprKind } = node;
      const selects = exprKind.case === 'selectExpr' && shape === undefined;
      if (inSmallLetters(shape) || (selects && FIELDS.has(exprKind.value.field))) touched = true;
      const text = textOf(node);
      if (text !== undefined && text !== text.toLowerCase()) capitals.set(node, text);
    },
    call: (name, sides) => {
      if (name === '_[_]') for (const { node } of sides.slice(1)) plain.add(node);
      if (!COMPARES.has(name)) return;
      const [one, other] = sides;
      if (one === undefined || other === undefined) return;
      if (isOther(other.node, other.shape)) for (const node of textsIn(one.node)) plain.add(node);
      if (isOther(one.node, one.shape)) for (const node of textsIn(other.node)) plain.add(node);
    },
    flaws: () =>
      [...(touched ? capitals : [])]
        .filter(([node]) => !plain.has(node))
        .map(([node, text]) => ({
          node,
          message: `Names of people, addresses and ids are given in small letters, so nothing is ever "${text}". Write "${text.toLowerCase()}".`,
        })),
  };
}

/** Whether it is plain that a node holds something other than an address, a name of a person or an id. */
function isOther({ exprKind }: Expr, shape: Fact | undefined): boolean {
  if (shape !== undefined) return !inSmallLetters(shape);
  return exprKind.case === 'selectExpr' && !FIELDS.has(exprKind.value.field);
}

function inSmallLetters(shape: Fact | undefined): boolean {
  if (Array.isArray(shape)) return shape.some(inSmallLetters);
  return typeof shape === 'string' && IN_SMALL_LETTERS.has(shape);
}

/** A text, or the texts of a written list. */
function textsIn(node: Expr): readonly Expr[] {
  return node.exprKind.case === 'listExpr' ? node.exprKind.value.elements : [node];
}

function textOf({ exprKind }: Expr): string | undefined {
  if (exprKind.case !== 'constExpr') return undefined;
  const { constantKind } = exprKind.value;
  return constantKind.case === 'stringValue' ? constantKind.value : undefined;
}
