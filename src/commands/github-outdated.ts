import { revise, sticky } from '../github/comments.ts';
import { openGitHub } from '../github/open-github.ts';
import { loadPolicies } from '../policy/load.ts';
import { forkComment, outdatedComment, PLAN_MARKER } from '../render/comment.ts';
import { botOf } from './bot.ts';
import { EXIT } from './exit-code.ts';
import type { GitHubOptions, Told } from './github.ts';
import { proposedPull, validatedIn } from './proposed.ts';
import { waitingOf } from './session.ts';

/**
 * Marks the plan of an older head as outdated as soon as a newer one is pushed. A fork is told once that its policies
 * are only validated.
 * @throws GitHubFailure
 */
export async function githubOutdated(options: GitHubOptions): Promise<Told> {
  const { env, policies, day } = options;
  const validated = await validatedIn(env.GITHUB_EVENT_PATH);
  const { settings } = await loadPolicies(policies, day);
  const github = await openGitHub(env, waitingOf(options));
  const pull = await proposedPull(github, validated);
  if (pull === undefined) return { code: EXIT.ok, lines: ['There is no open pull request for this commit.'] };
  const about = { marker: PLAN_MARKER, author: botOf(settings) };
  if (pull.fromFork) {
    const { did } = await sticky(github, pull.number, { ...about, body: forkComment() });
    return { code: EXIT.ok, lines: [`Told the fork's pull request ${pull.number} (${did}).`] };
  }
  // Runs of a head that is not the newest any more may come late; the plan is about a newer one by then.
  if (pull.head.sha !== validated.head)
    return { code: EXIT.ok, lines: [`Pull request ${pull.number} has a newer commit: nothing to mark.`] };
  const marked = await revise(github, pull.number, {
    ...about,
    change: (old) => outdatedComment(old, { head: validated.head, url: github.run.url }),
  });
  const did = marked === undefined ? 'there is none yet' : marked.did;
  return { code: EXIT.ok, lines: [`The plan on pull request ${pull.number} is outdated (${did}).`] };
}
