import type { Holder } from '../../src/apply/tenant-lock.ts';

let born = 0;

/** A process of its own, on the host of the scenarios: whatever was there before it is gone, unless `given` says else. */
export function newProcess(given: Partial<Holder> = {}): Holder {
  born += 1;
  return {
    pid: 4711,
    started: born,
    host: 'desk',
    space: '',
    lives: () => false,
    onExit: () => () => {},
    ...given,
  };
}
