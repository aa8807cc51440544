import type { Json } from '../core/json.ts';
import type { WriteRequest } from '../core/request.ts';

/** Can change a tenant: what only apply/ is handed. */
export type GraphWriter = {
  /**
   * Sends one write. Throttling (429) is waited out, since a throttled write was not executed. Nothing else is repeated.
   * @throws GraphFailure: `reason: 'answer-lost'` when the write may or may not have been executed (5xx, reset,
   * timeout): read before repeating; any other reason: it was not executed.
   */
  readonly write: (request: WriteRequest) => Promise<WriteAnswer>;
};

export type WriteAnswer =
  /** 2xx; `body` is what Graph sent back, if anything. */
  | { readonly kind: 'accepted'; readonly status: number; readonly body?: Json }
  /** The add was there already, or the removal gone already: success, once a read agrees. */
  | { readonly kind: 'already-so'; readonly status: number; readonly message: string }
  /** 404, or "not a valid reference update": the directory has not caught up with a creation yet. */
  | { readonly kind: 'not-yet'; readonly status: number; readonly message: string };
