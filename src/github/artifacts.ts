import { GitHubFailure } from './failure.ts';
import type { GitHub } from './open-github.ts';
import { understood } from './understood.ts';

/** Largest artifact, and largest file in one, in bytes. */
const LARGEST = 64 * 1024 * 1024;
const AGAIN = 'Run the workflow again that uploads it; GitHub keeps an artifact for a limited time.';

/** The artifact itself is the trouble: asking again would not help. */
export class ArtifactUnusable extends GitHubFailure {
  override readonly name = 'ArtifactUnusable';
}

/**
 * The text of one file in an artifact of a workflow run, the newest of that name.
 * @throws ArtifactUnusable when either is not there (any more), too large, or not what it claims to be; GitHubFailure.
 */
export async function artifactFile(
  gh: GitHub,
  runId: number,
  artifact: string,
  file: string,
): Promise<string> {
  const where = `The artifact ${artifact} of run ${runId}`;
  const { octokit, owner, repo } = gh;
  const found = await understood(where, async () => {
    const listed = await octokit.paginate(octokit.rest.actions.listWorkflowRunArtifacts, {
      owner,
      repo,
      run_id: runId,
      name: artifact,
      per_page: 100,
    });
    return listed.filter(({ name }) => name === artifact).sort((x, y) => y.id - x.id)[0];
  });
  if (found === undefined) throw new ArtifactUnusable(`${where} is not there.`, AGAIN);
  if (found.expired) throw new ArtifactUnusable(`${where} has expired.`, AGAIN);
  if (found.size_in_bytes > LARGEST) throw tooLarge(where);
  const answer = await octokit.rest.actions.downloadArtifact({
    owner,
    repo,
    artifact_id: found.id,
    archive_format: 'zip',
    request: { parseSuccessResponseBody: false },
  });
  return textIn(await bytesOf(answer.data, where), file, where);
}

/** Reads no more than is allowed, whatever the listing said. */
async function bytesOf(body: unknown, where: string): Promise<Uint8Array> {
  if (!(body instanceof ReadableStream)) throw new GitHubFailure(`${where} came without content.`, AGAIN);
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const part of body) {
      if (!(part instanceof Uint8Array)) throw new TypeError('not bytes');
      size += part.byteLength;
      if (size > LARGEST) throw tooLarge(where);
      parts.push(part);
    }
  } catch (error) {
    if (error instanceof GitHubFailure) throw error;
    throw new GitHubFailure(`${where} was not received whole.`, 'Run the job again.');
  }
  return Buffer.concat(parts);
}

async function textIn(zip: Uint8Array, file: string, where: string): Promise<string> {
  const { unzipSync } = await import('fflate');
  let files: Record<string, Uint8Array>;
  try {
    files = unzipSync(zip, {
      filter: ({ name, originalSize }) => {
        if (name === file && originalSize > LARGEST) throw tooLarge(where);
        return name === file;
      },
    });
  } catch (error) {
    if (error instanceof GitHubFailure) throw error;
    throw new ArtifactUnusable(`${where} is not a zip file that can be read.`, AGAIN);
  }
  const bytes = files[file];
  if (bytes === undefined) throw new ArtifactUnusable(`${where} holds no file ${file}.`, AGAIN);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new ArtifactUnusable(`${where} holds a file ${file} that is not text.`, AGAIN);
  }
}

function tooLarge(where: string): ArtifactUnusable {
  return new ArtifactUnusable(`${where} is larger than 64 MiB.`, 'Plan fewer tenants in one pull request.');
}
