import type { Review } from './reviews.ts';

/** Whether a pull request was approved as the settings ask, and by whom. */
export type Approval =
  | { readonly kind: 'approved'; readonly by: readonly string[] }
  | { readonly kind: 'not approved'; readonly why: string; readonly fix: string };

export type ApprovalFacts = {
  readonly reviews: readonly Review[];
  /** Lower-case logins of everybody who wrote a part of it: opened it, authored, co-authored or committed a commit. */
  readonly authors: ReadonlySet<string>;
  /** Lower-case logins with write access, among the reviewers. */
  readonly writers: ReadonlySet<string>;
  /** The commit that was merged; a review of another one says nothing about it. */
  readonly head: string;
  /** When the plan was there to be seen, ISO 8601; unset where the review is about no plan. */
  readonly since: string | undefined;
  readonly needed: number;
};

/** Each reviewer's last word: a comment takes nothing back, a dismissal does. */
export function lastWords(reviews: readonly Review[]): readonly Review[] {
  const words = new Map<string, Review>();
  const inTime = [...reviews].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  for (const review of inTime) {
    if (review.bot || review.state === 'COMMENTED' || review.state === 'PENDING') continue;
    words.set(review.reviewer.toLowerCase(), review);
  }
  return [...words.values()];
}

/**
 * Counts the approvals that mean something: by a person with write access who wrote no part of it, for the very
 * commit that was merged, given when its plan was there to be seen.
 */
export function approvalOf(facts: ApprovalFacts): Approval {
  const { authors, writers, head, since, needed } = facts;
  const words = lastWords(facts.reviews);
  const may = words.filter(({ reviewer }) => writers.has(reviewer.toLowerCase()));
  const against = may.find(({ state }) => state === 'CHANGES_REQUESTED');
  if (against !== undefined) {
    return not(
      `${against.reviewer} asked for changes`,
      'Have the review settled in a pull request, or apply the fresh plan.',
    );
  }
  const passedOver: string[] = [];
  const by = words.flatMap((review) => {
    if (review.state === 'DISMISSED') passedOver.push(`that of ${review.reviewer} was dismissed`);
    if (review.state !== 'APPROVED') return [];
    const flaw = flawOf(review, authors, writers, head, since);
    if (flaw === undefined) return [review.reviewer];
    passedOver.push(`${review.reviewer} ${flaw}`);
    return [];
  });
  if (by.length >= needed) return { kind: 'approved', by };
  const told = passedOver.length === 0 ? '' : ` (${passedOver.join('; ')})`;
  return not(
    `${by.length} of ${needed} approvals count${told}`,
    'Have the fresh plan applied by its digest, or open a pull request and have it approved once its plan is there.',
  );
}

function flawOf(
  { reviewer, commit, at }: Review,
  authors: ReadonlySet<string>,
  writers: ReadonlySet<string>,
  head: string,
  since: string | undefined,
): string | undefined {
  if (authors.has(reviewer.toLowerCase())) return 'wrote a part of it or updated its branch';
  if (!writers.has(reviewer.toLowerCase())) return 'has no write access';
  if (commit !== head) return 'approved another commit';
  if (since === undefined) return undefined;
  // A time that cannot be read is not "later".
  return Date.parse(at) >= Date.parse(since) ? undefined : 'approved before this plan was there';
}

function not(why: string, fix: string): Approval {
  return { kind: 'not approved', why, fix };
}
