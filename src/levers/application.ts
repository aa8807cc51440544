import type { Change, Move } from '../core/assessment.ts';
import type { Finding } from '../core/finding.ts';
import type { Answers, ReadRequest } from '../core/request.ts';
import { APPLE_MAIL, type Desired, inForce, type TenantPolicy } from '../core/state.ts';
import { optionalText, rowsOf } from './answer.ts';
import { APP, appIn, HIDE_TAG, LISTED_TAG } from './app.ts';
import type { Lever } from './lever.ts';

export const DELETED_APP: ReadRequest = {
  method: 'GET',
  path: `/directory/deletedItems/microsoft.graph.servicePrincipal?$filter=appId%20eq%20'${APPLE_MAIL}'&$select=id,appId,displayName,deletedDateTime`,
  shape: 'list',
  what: 'deleted copies of the app',
  permission: 'Application.Read.All',
};

/** The enterprise app exists. It is created only when a managed setting needs it, with its gates in the same request. */
export const application: Lever = {
  name: 'application',
  reads: (_policy, answers) => (answers.get(APP.path)?.kind === 'absent' ? [APP, DELETED_APP] : [APP]),
  assess: (policy, answers, day) => {
    const app = appIn(answers);
    if (app !== 'absent') {
      return {
        gates: { exists: true },
        moves: [],
        leftAlone: [],
        findings: disabledByMicrosoft(app.disabledByMicrosoft),
      };
    }
    const needed = needsApp(policy.desired, day);
    return {
      gates: { exists: false, enabled: true, required: false },
      moves: needed ? [creation(policy)] : [],
      leftAlone: [],
      findings: [...deletedCopies(answers), ...(needed ? [] : [notCreated])],
    };
  },
};

/** An absent app is open to whoever may consent: so it is created to shut it, or to hold what the policy lists. */
function needsApp({ application: app, consent, assignments }: Desired, day: string): boolean {
  const listed = (list: readonly { readonly from?: string; readonly until?: string }[] | 'unmanaged') =>
    list !== 'unmanaged' && list.some((entry) => inForce(entry, day));
  return (
    app.enabledForSignIn === false ||
    app.assignmentRequired === true ||
    app.visibleToUsers === false ||
    (consent.tenantWide !== 'unmanaged' && consent.tenantWide.length > 0) ||
    listed(assignments.groups) ||
    listed(assignments.users)
  );
}

function creation({ desired, origins }: TenantPolicy): Move {
  const { enabledForSignIn, assignmentRequired, visibleToUsers } = desired.application;
  const enabled = enabledForSignIn !== false;
  const required = assignmentRequired === true;
  const tags = visibleToUsers === false ? [LISTED_TAG, HIDE_TAG] : [LISTED_TAG];
  const at = origins['/application/assignmentRequired'] ?? origins['/application/enabledForSignIn'];
  const change: Change = {
    setting: 'application',
    label: 'Enterprise app Apple Internet Accounts',
    before: null,
    after: {
      'Enabled for users to sign in?': enabled,
      'Assignment required?': required,
      'Visible to users?': visibleToUsers !== false,
    },
    ...(at === undefined ? {} : { at }),
  };
  return {
    group: 'create',
    request: {
      method: 'POST',
      path: '/servicePrincipals',
      body: { appId: APPLE_MAIL, accountEnabled: enabled, appRoleAssignmentRequired: required, tags },
      what: 'create the enterprise app with its gates set',
      permission: 'Application.ReadWrite.All',
    },
    changes: [change],
    effects: [{ gate: 'exists', enabled, required }],
  };
}

const notCreated: Finding = {
  rule: 'app-absent',
  severity: 'info',
  message:
    'The enterprise app is not in this tenant, and nothing this policy manages needs it. The first consent creates it.',
};

function deletedCopies(answers: Answers): readonly Finding[] {
  const answer = answers.get(DELETED_APP.path);
  if (answer?.kind === 'refused') {
    return [
      {
        rule: 'unreadable',
        severity: 'warning',
        message: `Whether there is a deleted copy of the enterprise app could not be read (${answer.message}).`,
        fix: `Grant ${DELETED_APP.permission} to the plan identity.`,
      },
    ];
  }
  return rowsOf(answers, DELETED_APP).map((row) => ({
    rule: 'app-deleted-copy',
    severity: 'warning',
    message: `A deleted copy of the enterprise app (${optionalText(row, 'id') ?? 'id not shown'}, deleted ${optionalText(row, 'deletedDateTime') ?? 'at an unknown time'}) can still be restored.`,
    fix: 'Restore it in the Entra admin centre (Enterprise apps › Deleted) before applying if its old assignments should come back; otherwise a new one is created.',
  }));
}

function disabledByMicrosoft(status: string | undefined): readonly Finding[] {
  if (status === undefined) return [];
  return [
    {
      rule: 'disabled-by-microsoft',
      severity: 'warning',
      message: `Microsoft has disabled this app (${status}): nobody can sign in to it, whatever its settings say.`,
      fix: 'Contact Microsoft support; no setting of the tenant changes this.',
    },
  ];
}
