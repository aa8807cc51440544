import { APPLICATION_ID, type WriteRequest } from '../core/request.ts';
import type { Connection } from './connect.ts';
import { GraphFailure } from './failure.ts';
import { createPatience, retryAfter } from './patience.ts';
import { VERSION, type Wire, wireOf } from './wire.ts';
import { answerLost, writeOutcome } from './write-outcome.ts';
import type { GraphWriter, WriteAnswer } from './writer.ts';

/** A concurrent write is over in seconds; whoever still writes then is not done soon. */
const CONFLICT_REPEATS = 4;

/** Changes one tenant. The only module that sends anything but reads. */
export function openWriter(connection: Connection): GraphWriter {
  const wire = wireOf(connection);
  return { write: (request) => write(wire, request) };
}

async function write(wire: Wire, request: WriteRequest): Promise<WriteAnswer> {
  refuseUnfit(wire, request);
  const random = wire.edge.random ?? Math.random;
  const patience = { throttled: createPatience(random), conflict: createPatience(random, CONFLICT_REPEATS) };
  const { method, path, body } = request;
  for (;;) {
    const result = await wire.send({ method, path, requests: 1, ...(body === undefined ? {} : { body }) });
    if (!result.arrived) throw answerLost(request, result.detail);
    const outcome = writeOutcome(request, result.status, result.text, wire.clientId);
    if (outcome.kind === 'answered') return outcome.answer;
    if (outcome.kind === 'failed') throw outcome.failure;
    const told = retryAfter(result.headers.get('Retry-After'), wire.edge.clock);
    const wait = patience[outcome.because].next(told);
    if (wait === undefined) throw outcome.failure;
    wire.pause(wait, outcome.because, request.what);
  }
}

/**
 * A write goes out exactly as it was reviewed, so a path that URLs or the SDK would spell differently is not sent:
 * the SDK re-assembles queries, URLs resolve `..`, and a placeholder must have been filled in.
 */
function refuseUnfit(wire: Wire, { method, path, body, what }: WriteRequest): void {
  const plain = path.startsWith('/') && !/[?#\\{}]|:\/\/|\/\//.test(path);
  const base = `${wire.graph}/${VERSION}`;
  const same = plain && URL.canParse(base + path) && new URL(base + path).href === base + path;
  // Only these two properties name the app; elsewhere the same text would be somebody's own.
  const named = body !== null && typeof body === 'object' ? Object.entries(body) : [];
  const filled = !named.some(
    ([key, value]) => (key === 'clientId' || key === 'resourceId') && value === APPLICATION_ID,
  );
  if (same && filled && (method !== 'DELETE' || body === undefined)) return;
  throw new GraphFailure(
    'rejected',
    `“${what}” was not sent: ${method} ${path} is not a request that can be sent as it is written.`,
    'This is a mistake of iosmail: please report this message.',
  );
}
