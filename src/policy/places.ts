import { type Document, isAlias, isMap, isScalar, isSeq, type Node } from 'yaml';

/** Where a value stands, as offsets into the text: its key (or the item of a list), and the value behind it. */
export type Place = { readonly key: number; readonly value: number };

/** The places of all values of a document, by JSON pointer. The document holds no alias inside itself. */
export function placesOf(document: Document.Parsed): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>();
  const walk = (node: Node | null, pointer: string, key: number | undefined): void => {
    const value = node?.range?.[0] ?? key ?? 0;
    places.set(pointer, { key: key ?? value, value });
    const target = isAlias(node) ? node.resolve(document) : node;
    if (isMap<Node, Node | null>(target)) {
      for (const pair of target.items) {
        if (!isScalar(pair.key)) continue;
        walk(pair.value, `${pointer}/${escaped(String(pair.key.value))}`, pair.key.range?.[0]);
      }
    } else if (isSeq<Node>(target)) {
      for (const [index, item] of target.items.entries()) walk(item, `${pointer}/${index}`, undefined);
    }
  };
  walk(document.contents, '', undefined);
  return places;
}

/** A key as one part of a JSON pointer. */
export function escaped(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
