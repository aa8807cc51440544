// Generated from schema/*.schema.json by scripts/generate-types.mjs. Change the schemas instead.

export interface PolicyFiles {
  TenantFile?: TenantFile;
  BaselineFile?: BaselineFile;
  SettingsFile?: SettingsFile;
  GuardrailsFile?: GuardrailsFile;
}
/**
 * policies/tenants/<name>.yaml: who may use Apple Mail against Exchange Online in one tenant.
 */
export interface TenantFile {
  tenant: TenantIdentity;
  /**
   * Name of the file in policies/baselines/ (without .yaml) whose values count where this file says nothing.
   */
  baseline?: string;
  application?: Application;
  consent?: Consent;
  assignments?: Assignments;
  safety?: Safety;
  incident?: WrittenIncident;
  /**
   * Reviewed exceptions: the one way to waive a rule or to raise a limit, each with a reason and a last day.
   */
  exceptions?: WrittenException[];
}
/**
 * Which tenant the file is about.
 */
export interface TenantIdentity {
  /**
   * Name of the tenant; must equal the file name without .yaml. Lower-case letters, digits and hyphens.
   */
  name: string;
  /**
   * Tenant ID (Entra admin centre: Overview). The sign-in token must be for exactly this tenant.
   */
  id: string;
  /**
   * Microsoft cloud the tenant lives in. Default: global.
   */
  cloud?: 'global' | 'usgov' | 'usgovdod' | 'china';
  /**
   * Free labels for selecting and reporting; they change nothing in the tenant.
   */
  labels?: {
    [k: string]: string;
  };
  identity?: AppIdentity;
}
/**
 * Client ids of the app registrations this tool signs in with. Omitted: settings.yaml, then AZURE_CLIENT_ID.
 */
export interface AppIdentity {
  /**
   * Application (client) ID of the app registration that may only read.
   */
  plan?: string;
  /**
   * Application (client) ID of the app registration that may write.
   */
  apply?: string;
}
/**
 * Properties of the enterprise app Apple Internet Accounts. A property that is omitted, or `unmanaged`, is left alone.
 */
export interface Application {
  /**
   * Entra admin centre: Properties, "Enabled for users to sign-in?". false blocks the app for everybody.
   */
  enabledForSignIn?: true | false | 'unmanaged';
  /**
   * Entra admin centre: Properties, "Assignment required?". true: only assigned people get in, and user consent no longer counts, so consent.tenantWide is needed.
   */
  assignmentRequired?: true | false | 'unmanaged';
  /**
   * Entra admin centre: Properties, "Visible to users?". Only whether the app shows in My Apps; opens or closes nothing.
   */
  visibleToUsers?: true | false | 'unmanaged';
}
/**
 * Who agreed that the app may reach mailboxes: the administrator for everybody, or people for themselves.
 */
export interface Consent {
  /**
   * Entra admin centre: Permissions, "Grant admin consent". The mail scopes granted to everybody on Office 365 Exchange Online: listed = present, known but not listed = removed, other scopes stay. [] = none. Omitted or `unmanaged` = left alone.
   */
  tenantWide?: 'unmanaged' | ('EAS.AccessAsUser.All' | 'EWS.AccessAsUser.All')[];
  /**
   * Entra admin centre: Consent and permissions, User consent settings. Affects EVERY app of the tenant. Omitted or `unmanaged` = left alone; `custom` names a permission grant policy.
   */
  userConsent?:
    | (
        | 'unmanaged'
        | 'none'
        | 'lowImpact'
        | 'microsoftManaged'
        | 'microsoftManagedMailClients'
        | 'allApps'
        | 'thisAppOnly'
      )
    | {
        /**
         * Id of a permission grant policy that exists in the tenant.
         */
        custom: string;
      };
  /**
   * Grants people gave the app for themselves: `keep` leaves them unread, `report` lists them, `revoke` removes them. Default: keep.
   */
  userGrants?: 'keep' | 'report' | 'revoke';
}
/**
 * Entra admin centre: Users and groups. Only assignments of users and groups with Default Access are managed.
 */
export interface Assignments {
  /**
   * Groups that may use the app; only direct members count. [] = no group. Omitted or `unmanaged` = group assignments are left alone, whatever `unlisted` says.
   */
  groups?: 'unmanaged' | WrittenGroup[];
  /**
   * People who may use the app without a group. [] = nobody. Omitted or `unmanaged` = user assignments are left alone, whatever `unlisted` says.
   */
  users?: 'unmanaged' | WrittenUser[];
  /**
   * What happens to assignments of the kinds listed here that no entry names: `remove` or `keep`. Required as soon as groups or users is a list.
   */
  unlisted?: 'remove' | 'keep';
}
/**
 * One group. `name` must match exactly one group of the tenant; `id` pins it across renames.
 */
export interface WrittenGroup {
  /**
   * Display name of the group.
   */
  name?: string;
  /**
   * Object ID of the group.
   */
  id?: string;
  /**
   * `group` assigns the group (needs Entra ID P1 or P2). `members` assigns its direct members one by one, at most `limit` of them. Default: group.
   */
  as?: 'group' | 'members';
  /**
   * With `as: members`, and required there: the largest number of members to assign one by one.
   */
  limit?: number;
  /**
   * First day the entry counts, UTC, inclusive.
   */
  from?: string;
  /**
   * Last day the entry counts, UTC, inclusive; requires `reason`. Acts with the next reviewed apply, never by itself.
   */
  until?: string;
  /**
   * Why the entry exists: a ticket and a few words.
   */
  reason?: string;
}
/**
 * One person, assigned directly.
 */
export interface WrittenUser {
  /**
   * User principal name.
   */
  upn: string;
  /**
   * First day the entry counts, UTC, inclusive.
   */
  from?: string;
  /**
   * Last day the entry counts, UTC, inclusive; requires `reason`. Acts with the next reviewed apply, never by itself.
   */
  until?: string;
  /**
   * Why the entry exists: a ticket and a few words.
   */
  reason?: string;
}
/**
 * How careful a plan must be.
 */
export interface Safety {
  /**
   * People who must never lose access; a plan that would take it is refused. Baseline and tenant lists add up.
   *
   * Items: User principal name.
   */
  protected?: string[];
  /**
   * How many people may lose access: a number, or a percentage of the people who have access. Default: the larger of 3 people and 10%.
   */
  maxRemovals?: number | string;
  /**
   * When no order of the steps is safe: `refuse`, or give up one promise visibly and keep `continuity` (nobody with access loses it on the way) or `containment` (nobody without access gets it on the way). Default: refuse.
   */
  transition?: 'refuse' | 'continuity' | 'containment';
  /**
   * Seconds between two agreeing reads and a step that takes access away. Default: 60.
   */
  settle?: number;
}
/**
 * A lever pulled in an emergency. While the entry is there nothing is applied to this tenant; a pull request that removes it shows everything that will be.
 */
export interface WrittenIncident {
  /**
   * `frozen`: plans are made, nothing is applied. `blocked`: that, and Enabled for users to sign in? is held at No; `iosmail block` switches it off and writes this entry.
   */
  kind: 'frozen' | 'blocked';
  /**
   * Why: a ticket and a few words.
   */
  reason: string;
  /**
   * Who pulled it.
   */
  by?: string;
  /**
   * Since which day, UTC.
   */
  since: string;
}
/**
 * One reviewed exception.
 */
export interface WrittenException {
  /**
   * Id of the rule or limit, see docs/rules.md.
   */
  rule: string;
  /**
   * With removal-limit, or a guardrail that has a limit, and required there: the number that counts instead.
   */
  limit?: number;
  /**
   * With protected-person, and required there: user principal name of the protected person who may lose access.
   */
  upn?: string;
  /**
   * Why the exception is right: a ticket and a few words.
   */
  reason: string;
  /**
   * Last day the exception counts, UTC, inclusive.
   */
  until: string;
}
/**
 * policies/baselines/<name>.yaml: values that count for every tenant naming this baseline, where its own file says nothing.
 */
export interface BaselineFile {
  application?: Application;
  consent?: Consent;
  assignments?: Assignments;
  safety?: Safety;
}
/**
 * policies/settings.yaml: choices for the whole repository.
 */
export interface SettingsFile {
  identity?: AppIdentity;
  review?: Review;
  freeze?: WrittenFreeze;
  privacy?: Privacy;
  /**
   * Order in which tenants are applied, first ring first; a tenant belongs to the ring its label `ring` names.
   */
  rings?: Ring[];
  journal?: Journal;
  drift?: DriftSettings;
}
/**
 * What must have been reviewed before anything is written.
 */
export interface Review {
  /**
   * Whether a person at a desk may run `iosmail apply --plan FILE` without a pull request; it is journalled as unreviewed. Default: true.
   */
  allowUnreviewedApply?: boolean;
  /**
   * How many people with write access who authored none of its commits must approve a pull request before its plan is applied. 0: merging it is enough. Default: 1.
   */
  approvals?: number;
  /**
   * Whether a push to the default branch without a pull request is applied. Default: false.
   */
  allowDirectPush?: boolean;
  /**
   * Slug of the GitHub App that writes the plan's check runs and comments; only its record counts as reviewed. Omitted: github-actions, the token of the workflow.
   */
  app?: string;
}
/**
 * While it is there nothing is applied to any tenant; plans are still made. A tenant's own `incident` counts before it.
 */
export interface WrittenFreeze {
  /**
   * Why: a ticket and a few words.
   */
  reason: string;
  /**
   * Who pulled it.
   */
  by?: string;
  /**
   * Since which day, UTC.
   */
  since?: string;
}
/**
 * What a pull request may show about people.
 */
export interface Privacy {
  /**
   * `names`: who gains and who loses access by name. `counts`: how many, and each of them under a pseudonym. Counts as soon as the base or the pull request says so. Default: names.
   */
  people?: 'names' | 'counts';
}
/**
 * One ring.
 */
export interface Ring {
  /**
   * The value of the tenant label `ring`.
   */
  name: string;
  /**
   * Hours the ring must have been applied before the next one starts.
   */
  soakHours?: number;
}
/**
 * Where the record of what was applied is kept.
 */
export interface Journal {
  /**
   * Git branch that receives the journal of every apply. Default: iosmail-journal.
   */
  branch?: string;
}
/**
 * What happens when a tenant no longer matches its merged policy.
 */
export interface DriftSettings {
  /**
   * Whether one issue per tenant is kept open while there is drift.
   */
  issue?: boolean;
}
/**
 * policies/guardrails.yaml: rules that every plan must keep, whoever wrote it.
 */
export interface GuardrailsFile {
  /**
   * The rules; each is evaluated for every tenant its labels select.
   *
   * @maxItems 100
   */
  guardrails: WrittenGuardrail[];
}
/**
 * One rule.
 */
export interface WrittenGuardrail {
  /**
   * Name of the rule; findings and exceptions name it as guardrail/<id>.
   */
  id: string;
  /**
   * What a plan that does not keep the rule gets: error refuses it, warning and info are said.
   */
  severity: 'error' | 'warning' | 'info';
  /**
   * What is said to whoever reads the plan: one sentence.
   */
  message: string;
  /**
   * Who answers for the rule: a team or an address.
   */
  owner: string;
  when?: WhenLabels;
  /**
   * A CEL expression that must be true for the plan to keep the rule. See docs/guardrails.md for what it may look at.
   */
  require: string;
  /**
   * A number the expression may name as `limit`; an exception raises it instead of switching the rule off.
   */
  limit?: number;
  /**
   * How many approvals a plan that does not keep the rule needs. Such a rule refuses nothing by itself: its severity is warning or info.
   */
  approvals?: number;
  /**
   * Whether an exceptions entry of a tenant policy may waive the rule. Default: true; never for a rule with approvals.
   */
  exceptable?: boolean;
}
/**
 * Labels a tenant must have for the rule to count; one value, or a list of values. Left out: every tenant.
 */
export interface WhenLabels {
  [k: string]: string | [string, ...string[]];
}
