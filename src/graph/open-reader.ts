import type { Answer, Answers, ReadRequest } from '../core/request.ts';
import { BATCH_SIZE, batchAnswers, batchBody, type ItemAnswer } from './batch.ts';
import type { Connection } from './connect.ts';
import type { Exchange } from './exchange.ts';
import { GraphFailure } from './failure.ts';
import { graphError, parseJson } from './graph-error.ts';
import {
  type Budget,
  createBudget,
  createPatience,
  isPassing,
  type Patience,
  READ_BUDGET_MS,
  retryAfter,
} from './patience.ts';
import { advance, begin, type PendingRead } from './pending-read.ts';
import type { GraphReader } from './reader.ts';
import { type Wire, wireOf } from './wire.ts';

/** Reads one tenant. Every request it sends is a `$batch` of GETs, and of questions that change nothing. */
export function openReader(connection: Connection): GraphReader {
  const wire = wireOf(connection);
  return { read: (requests) => readAll(wire, requests) };
}

/**
 * Rounds of batches: each round carries the first page of what is new, the next page of what goes on, and again
 * what was throttled.
 */
async function readAll(wire: Wire, requests: readonly ReadRequest[]): Promise<Answers> {
  const unique = new Map(requests.map((request) => [request.path, request]));
  const answers = new Map<string, Answer>();
  const budget = createBudget(wire.edge.clock, READ_BUDGET_MS);
  const patience = createPatience(wire.edge.random ?? Math.random);
  let open = [...unique.values()].map(begin);
  let renewed = false;
  while (open.length > 0) {
    const rounds = await Promise.all(chunks(open).map((chunk) => askBatch(wire, chunk, budget)));
    const next: PendingRead[] = [];
    const passing: { readonly pending: PendingRead; readonly answer: ItemAnswer }[] = [];
    let unauthorised = false;
    for (const { pending, answer } of rounds.flat()) {
      if (isPassing(answer.status)) {
        passing.push({ pending, answer });
        next.push(pending);
      } else if (answer.status === 401 && !renewed) {
        unauthorised = true;
        next.push(pending);
      } else {
        const result = advance(pending, answer, wire.graph);
        if ('kind' in result) answers.set(pending.request.path, result);
        else next.push(result);
      }
    }
    if (unauthorised) {
      renewed = true;
      await wire.renewToken();
    }
    if (passing.length < open.length) patience.progress();
    if (passing.length > 0) holdBack(wire, passing, patience, budget);
    const apart = Math.max(0, ...next.map(betweenPages));
    if (apart > 0) await wire.edge.clock.sleep(apart);
    open = next;
  }
  // In the order of asking, whatever the order of answering was.
  return new Map(
    [...unique.keys()].flatMap((path) => {
      const answer = answers.get(path);
      return answer === undefined ? [] : [[path, answer] as const];
    }),
  );
}

/** What Graph lets be read only slowly is read slowly, before it has to say so. */
function betweenPages({ request, seen }: PendingRead): number {
  return seen.size > 1 ? (request.pages?.apart ?? 0) : 0;
}

function chunks(reads: readonly PendingRead[]): readonly (readonly PendingRead[])[] {
  const count = Math.ceil(reads.length / BATCH_SIZE);
  return Array.from({ length: count }, (_, index) =>
    reads.slice(index * BATCH_SIZE, (index + 1) * BATCH_SIZE),
  );
}

/** A host that cannot be reached at all is told within half a minute, not after minutes of silence. */
const UNREACHED_REPEATS = 4;

type Asked = readonly { readonly pending: PendingRead; readonly answer: ItemAnswer }[];

/** One batch, repeated until it is answered: reading twice does no harm. */
async function askBatch(wire: Wire, reads: readonly PendingRead[], budget: Budget): Promise<Asked> {
  const random = wire.edge.random ?? Math.random;
  const patience = {
    answered: createPatience(random, undefined, budget),
    unreached: createPatience(random, UNREACHED_REPEATS, budget),
  };
  const items = reads.map(({ url, request, seen }) => ({
    url,
    ...(request.eventual ? { eventual: true as const } : {}),
    // Only the question itself is posted: a link to a further page is fetched.
    ...(request.method === 'POST' && seen.size === 1 ? { question: request.body } : {}),
  }));
  const sending = {
    method: 'POST' as const,
    path: '/$batch',
    body: batchBody(items),
    requests: items.length,
  };
  for (;;) {
    const result = await wire.send(sending);
    if (result.arrived && result.status === 200) {
      const answers = batchAnswers(result.text, items.length);
      return reads.flatMap((pending, index) => {
        const answer = answers[index];
        return answer === undefined ? [] : [{ pending, answer }];
      });
    }
    if (result.arrived && !isPassing(result.status)) throw batchRefused(result.status, result.text);
    const told = result.arrived ? retryAfter(result.headers.get('Retry-After'), wire.edge.clock) : undefined;
    const wait = patience[result.arrived ? 'answered' : 'unreached'].next(told);
    if (wait === undefined) throw outOfPatience(result, reads);
    const why = !result.arrived ? 'unreached' : result.status === 429 ? 'throttled' : 'failing';
    wire.pause(wait, why, `batch of ${reads.length}`);
  }
}

/** Waits as long as the most patient item asks for: what was throttled together is throttled together. */
function holdBack(wire: Wire, passing: Asked, patience: Patience, budget: Budget): void {
  const told = passing
    .map(({ answer }) => retryAfter(answer.headers.get('retry-after'), wire.edge.clock))
    .filter((each) => each !== undefined);
  const turn = patience.next(told.length === 0 ? undefined : Math.max(...told));
  const wait = turn !== undefined && budget.spend(turn.ms) ? turn : undefined;
  const first = passing.find(({ answer }) => answer.status === 429) ?? passing[0];
  if (wait === undefined && first !== undefined) {
    throw gaveUp(
      first.answer.status,
      first.pending.request.what,
      graphError(first.answer.status, first.answer.body).message,
    );
  }
  if (wait !== undefined) {
    const why = first?.answer.status === 429 ? 'throttled' : 'failing';
    wire.pause(wait, why, count(passing.length));
  }
}

function count(reads: number): string {
  return reads === 1 ? '1 read of a batch' : `${reads} reads of a batch`;
}

function outOfPatience(result: Exchange, reads: readonly PendingRead[]): GraphFailure {
  const what = reads[0]?.request.what ?? 'nothing';
  if (result.arrived)
    return gaveUp(result.status, what, graphError(result.status, parseJson(result.text)).message);
  return new GraphFailure(
    'network',
    `Microsoft Graph could not be reached to read ${what}: ${result.detail}.`,
    'Check the network, proxy and trusted certificates (NODE_EXTRA_CA_CERTS) of this machine, then run again.',
  );
}

function gaveUp(status: number, what: string, message: string): GraphFailure {
  return status === 429
    ? new GraphFailure(
        'throttled',
        `Microsoft Graph kept throttling the read of ${what}: ${message}`,
        'Something uses up the budget of this app or tenant: run again in some minutes.',
        { status },
      )
    : new GraphFailure(
        'server',
        `Microsoft Graph kept failing at the read of ${what}: status ${status}: ${message}`,
        'Look at the service health of Microsoft 365, then run again.',
        { status },
      );
}

function batchRefused(status: number, text: string): GraphFailure {
  const { code, message, requestId } = graphError(status, parseJson(text));
  const refused = status === 401 || status === 403;
  return new GraphFailure(
    refused ? 'refused' : 'rejected',
    `Microsoft Graph did not take the batch of reads: ${status} ${code}: ${message}`,
    refused
      ? 'Check that the app registration is enabled in this tenant and that its token is for this cloud (tenant.cloud).'
      : 'Check IOSMAIL_GRAPH_ENDPOINT if it is set; otherwise please report this message.',
    { status, code, ...(requestId === undefined ? {} : { requestId }) },
  );
}
