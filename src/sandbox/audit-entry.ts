/** What the directory audit log says something was done to. */
export type AuditTarget = {
  readonly id: string;
  readonly type: string;
  readonly displayName: string | null;
  readonly modified: readonly {
    readonly displayName: string;
    readonly oldValue: string | null;
    readonly newValue: string | null;
  }[];
};

/** An entry of the directory audit log. */
export type Audit = {
  readonly id: string;
  /** ISO 8601 in UTC. */
  readonly at: string;
  readonly activity: string;
  readonly category: string;
  readonly correlationId: string;
  /** `null`: the log names nobody. */
  readonly by:
    | {
        readonly kind: 'user';
        readonly id: string;
        readonly userPrincipalName: string;
        readonly displayName: string | null;
      }
    | {
        readonly kind: 'app';
        readonly appId: string;
        readonly displayName: string;
        readonly servicePrincipalId: string;
      }
    | null;
  readonly targets: readonly AuditTarget[];
  /** Default: success. */
  readonly result?: 'success' | 'failure';
};
