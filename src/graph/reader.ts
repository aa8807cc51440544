import type { Answers, ReadRequest } from '../core/request.ts';

/** May look, cannot touch: what planning is handed. */
export type GraphReader = {
  /**
   * Answers every request, packed into `$batch`, every page followed. A refused read is an answer of its own.
   * @throws GraphFailure when a read could not be completed (network, 5xx after retries, throttled out, broken
   * answer): then nothing is known, and nothing is returned.
   */
  readonly read: (requests: readonly ReadRequest[]) => Promise<Answers>;
};
