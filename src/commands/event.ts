import { readFile } from 'node:fs/promises';

/** What started this workflow cannot be told. */
class EventUnreadable extends Error {
  override readonly name = 'EventUnreadable';
  readonly fix = 'Run it in GitHub Actions, which writes the event to the file GITHUB_EVENT_PATH names.';
}

/**
 * The event that started a workflow, from the file GitHub Actions wrote it to: values somebody chose are in it.
 * @throws EventUnreadable
 */
export async function eventIn(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch {
    throw new EventUnreadable('The event of this workflow run cannot be read, or is no JSON.');
  }
}
