/** The host's own time. Every event comes one second after the one before it. */
export type FakeClock = {
  /** ISO 8601, to the second. */
  readonly now: () => string;
  readonly set: (iso: string) => void;
  readonly tick: () => string;
};

/** Starts at this machine's time. */
export function createClock(): FakeClock {
  let at = Math.floor(Date.now() / 1000);
  const iso = () => new Date(at * 1000).toISOString().replace('.000Z', 'Z');
  return {
    now: iso,
    set: (to) => {
      at = Math.floor(Date.parse(to) / 1000);
    },
    tick: () => {
      at += 1;
      return iso();
    },
  };
}
