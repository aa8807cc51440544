import { type ApprovalFacts, lastWords } from './approved.ts';
import { authorsOf } from './authors.ts';
import type { GitHub } from './open-github.ts';
import { canWrite } from './permissions.ts';
import type { Pull } from './pulls.ts';
import { type Review, reviewsOf } from './reviews.ts';
import { ofPull } from './unreadable.ts';

/**
 * Who said what on a pull request, who wrote a part of it, and who of the reviewers may write to the repository.
 * @throws PullUnreadable where GitHub will never tell enough; GitHubFailure.
 */
export async function approvalsOf(
  github: GitHub,
  { number, head }: Pull,
): Promise<Omit<ApprovalFacts, 'since' | 'needed'>> {
  const reviews = await ofPull(`the reviews of pull request ${number}`, () => reviewsOf(github, number));
  const authors = await authorsOf(github, number);
  const writers = await writersAmong(github, lastWords(reviews));
  return { reviews, authors, writers, head: head.sha };
}

/** Lower-case logins of the reviewers with write access. Nothing hangs on that of one whose review was dismissed. */
async function writersAmong(github: GitHub, words: readonly Review[]): Promise<ReadonlySet<string>> {
  const asked = words.filter(({ state }) => state !== 'DISMISSED').map(({ reviewer }) => reviewer);
  const may = await Promise.all(asked.map((reviewer) => canWrite(github, reviewer)));
  return new Set(asked.filter((_, at) => may[at]).map((reviewer) => reviewer.toLowerCase()));
}
