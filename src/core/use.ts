import type { Gates } from './assessment.ts';
import type { Impact, Person, Use } from './plan.ts';
import type { Reading } from './request.ts';

/** Who signed in, as far as the log was read. */
export type SignIns = {
  /** The last UTC day on which each user signed in, by user id. */
  readonly last: ReadonlyMap<string, string>;
  /** Set where the log goes on beyond what was read: what it says of a person is "at least". */
  readonly cut?: true;
};

/** What shows that a person uses the app. What could not be read never counts as nothing. */
function useOf(id: string, signIns: Reading<SignIns>, own: Gates['own']): Use {
  const last = signIns.known ? signIns.value.last.get(id) : undefined;
  if (last !== undefined) return { evidence: 'seen', last };
  if (own.known && (own.value.get(id)?.size ?? 0) > 0) return { evidence: 'grant' };
  if (!signIns.known)
    return { evidence: 'unknown', why: `the sign-in log could not be read: ${signIns.why}` };
  if (signIns.value.cut)
    return { evidence: 'unknown', why: 'only the newest part of the sign-in log was read' };
  if (!own.known) return { evidence: 'unknown', why: `own consent could not be read: ${own.why}` };
  return { evidence: 'none' };
}

/** The impact with evidence of use for everybody who loses access. */
export function withUse(impact: Impact, signIns: Reading<SignIns>, own: Gates['own']): Impact {
  return {
    ...impact,
    lose: impact.lose.map((person) => ({ ...person, use: useOf(person.id, signIns, own) })),
  };
}

const ORDER: { readonly [evidence in Use['evidence']]: number } = { seen: 0, grant: 1, unknown: 2, none: 3 };

/** Whoever was seen comes first, the last day first; then as they came. */
export function byUse(people: readonly Person[]): readonly Person[] {
  const rank = ({ use }: Person) => ORDER[use?.evidence ?? 'unknown'];
  const day = ({ use }: Person) => (use?.evidence === 'seen' ? use.last : '');
  return people.toSorted((a, b) => rank(a) - rank(b) || (day(a) < day(b) ? 1 : day(a) > day(b) ? -1 : 0));
}
