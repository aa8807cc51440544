/** An entry of Entra's directory audit log, as far as drift is told by it. Names are directory text. */
export type AuditEntry = {
  /** ISO 8601 in UTC. */
  readonly time: string;
  readonly activity: string;
  readonly correlationId: string | null;
  readonly by: Actor;
  /** Object ids of what something was done to, in lower case. */
  readonly targets: readonly string[];
  readonly modified: readonly {
    readonly property: string;
    readonly was: string | null;
    readonly value: string | null;
  }[];
};

/** Who did it. `not told`: the entry names neither a user nor an application. */
export type Actor =
  | { readonly kind: 'user' | 'application'; readonly id: string; readonly name: string }
  | { readonly kind: 'not told' };

/** What was read of the log for one tenant. */
export type AuditLog =
  | {
      readonly kind: 'read';
      /** Newest first. */
      readonly entries: readonly AuditEntry[];
      /** The UTC day the reading began at. */
      readonly from: string;
      /** There is more of some activity than was read. */
      readonly cut: boolean;
    }
  | { readonly kind: 'not read'; readonly why: string };

/** Ids that entries may call the app by, beside its appId: its object, and those of it that were deleted. */
export type AppIds = ReadonlySet<string>;
