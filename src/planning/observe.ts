import { changesAccess, type Picture, pictureOf } from '../core/assemble.ts';
import type { Answer, Answers, ReadRequest } from '../core/request.ts';
import type { Day, TenantPolicy } from '../core/state.ts';
import type { GraphReader } from '../graph/reader.ts';
import { APP } from '../levers/app.ts';
import { ASSIGNED } from '../levers/assigned.ts';
import { LEVERS } from '../levers/index.ts';
import { peopleReads } from './people-reads.ts';

/** A read without which nothing can be said about a tenant was refused. */
export class UnreadableTenant extends Error {
  override readonly name = 'UnreadableTenant';
  readonly fix: string;
  constructor(read: ReadRequest, answer: Extract<Answer, { kind: 'refused' }>) {
    super(
      `Microsoft Graph refused to show ${read.what}: ${answer.message} (${answer.status} ${answer.code})`,
    );
    this.fix = `Grant ${read.permission} to the identity (Entra admin centre › App registrations › API permissions › Grant admin consent).`;
  }
}

/** Everything that was read about a tenant, and what the levers make of it. */
export type Observation = { readonly answers: Answers; readonly picture: Picture };

/**
 * Reads a tenant until no lever wants anything more: a first round of what is named, a second of what the first one
 * showed the ids of. Nothing is read twice.
 */
export async function observe(reader: GraphReader, policy: TenantPolicy, day: Day): Promise<Observation> {
  const answers = new Map<string, Answer>();
  await readUntilQuiet(reader, answers, () => LEVERS.flatMap((lever) => lever.reads(policy, answers, day)));
  for (const read of [APP, ASSIGNED]) {
    const answer = answers.get(read.path);
    if (answer?.kind === 'refused') throw new UnreadableTenant(read, answer);
  }
  return { answers, picture: pictureOf(LEVERS.map((lever) => lever.assess(policy, answers, day))) };
}

/** The same with everything about people, where access changes; else nothing more is read. */
export async function observeWithPeople(
  reader: GraphReader,
  policy: TenantPolicy,
  day: Day,
): Promise<Observation> {
  const steady = await observe(reader, policy, day);
  return changesAccess(steady.picture) ? await withPeople(reader, policy, day, steady) : steady;
}

/** The same with everything about people, whether access changes or not. */
export async function observeWithAllPeople(
  reader: GraphReader,
  policy: TenantPolicy,
  day: Day,
): Promise<Observation> {
  return await withPeople(reader, policy, day, await observe(reader, policy, day));
}

async function withPeople(
  reader: GraphReader,
  policy: TenantPolicy,
  day: Day,
  steady: Observation,
): Promise<Observation> {
  const answers = new Map(steady.answers);
  let picture = steady.picture;
  await readUntilQuiet(reader, answers, () => {
    picture = pictureOf(LEVERS.map((lever) => lever.assess(policy, answers, day)));
    return peopleReads(policy.desired, picture.before, picture.after, answers);
  });
  return { answers, picture };
}

/** Reads round after round until nothing more is wanted; nothing is read twice. */
export async function readUntilQuiet(
  reader: GraphReader,
  answers: Map<string, Answer>,
  wanted: () => readonly ReadRequest[],
): Promise<void> {
  for (;;) {
    const missing = wanted().filter((read) => !answers.has(read.path));
    if (missing.length === 0) return;
    for (const [path, answer] of await reader.read(missing)) answers.set(path, answer);
  }
}
