import { distance } from 'fastest-levenshtein';

/** The known word that somebody most likely meant, if one is near enough: a third of its letters may be wrong. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const lower = word.toLowerCase().slice(0, 100);
  let best: { readonly word: string; readonly far: number } | undefined;
  for (const each of known) {
    const far = distance(lower, each.toLowerCase());
    if (far <= Math.max(1, Math.ceil(each.length / 3)) && far < (best?.far ?? Number.POSITIVE_INFINITY)) {
      best = { word: each, far };
    }
  }
  return best?.word;
}
