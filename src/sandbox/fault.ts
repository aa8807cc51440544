import type { Json } from '../core/json.ts';

/**
 * `reset-before`: the connection breaks, nothing was done · `reset-after`: it was done, the answer is lost · `answer`:
 * this answer instead of doing it · `discard`: answered as if done, and not done · `truncate`: the answer breaks off.
 * Inside a batch a broken connection is a 504 of the item.
 */
export type Fault =
  | { readonly kind: 'reset-before' | 'reset-after' | 'discard' | 'truncate' }
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers?: { readonly [name: string]: string };
      readonly body?: Json;
    };
