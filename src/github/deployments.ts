import { canonical, type Json } from '../core/json.ts';
import { GitHubFailure } from './failure.ts';
import { once } from './once.ts';
import type { GitHub } from './open-github.ts';

export type Deployment = {
  readonly sha: string;
  readonly environment: string;
  /** What was applied; with the commit and the environment it makes the deployment out. */
  readonly payload: { readonly [name: string]: Json };
  readonly state: 'success' | 'failure' | 'error' | 'in_progress' | 'inactive';
  readonly description: string;
  /** Where its log is. */
  readonly url: string;
};

/** Longest description GitHub takes. */
const LONGEST = 140;

/** Says on GitHub that a commit was applied, and how it went. The same deployment told again gets one more status. */
export async function deploy(gh: GitHub, deployment: Deployment): Promise<{ readonly id: number }> {
  const look = () => existing(gh, deployment);
  const id = (await look()) ?? (await once(gh, () => created(gh, deployment), look));
  const { octokit, owner, repo } = gh;
  const { state, url, environment } = deployment;
  await octokit.rest.repos.createDeploymentStatus({
    owner,
    repo,
    deployment_id: id,
    state,
    environment,
    description: short(deployment.description),
    log_url: url,
    auto_inactive: state === 'success',
  });
  return { id };
}

async function existing(gh: GitHub, { sha, environment, payload }: Deployment): Promise<number | undefined> {
  const { octokit, owner, repo } = gh;
  const all = await octokit.paginate(octokit.rest.repos.listDeployments, {
    owner,
    repo,
    sha,
    environment,
    per_page: 100,
  });
  const same = all.find(
    (each) =>
      each.sha === sha && each.environment === environment && textOf(each.payload) === canonical(payload),
  );
  return same?.id;
}

async function created(gh: GitHub, deployment: Deployment): Promise<number> {
  const { octokit, owner, repo } = gh;
  const { sha, environment, payload, description } = deployment;
  const { status, data } = await octokit.rest.repos.createDeployment({
    owner,
    repo,
    ref: sha,
    task: 'iosmail',
    environment,
    payload,
    description: short(description),
    // What is told of has happened already: nothing to merge, and nothing to wait for.
    auto_merge: false,
    required_contexts: [],
  });
  if ('id' in data) return data.id;
  throw new GitHubFailure('GitHub made no deployment of the commit.', 'Run the job again.', status);
}

/** GitHub gives a payload back as it came, or as the text of it. */
function textOf(payload: unknown): string {
  try {
    return canonical((typeof payload === 'string' ? JSON.parse(payload) : payload) as Json);
  } catch {
    return '';
  }
}

function short(description: string): string {
  const characters = Array.from(description);
  return characters.length <= LONGEST ? description : `${characters.slice(0, LONGEST - 1).join('')}…`;
}
