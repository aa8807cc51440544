import type { Answers } from '../core/request.ts';
import {
  type Day,
  type Desired,
  MAIL_SCOPES,
  type TenantPolicy,
  type UserConsentMode,
} from '../core/state.ts';
import { rowsOf, textAt } from '../levers/answer.ts';
import { appIn, isHidden } from '../levers/app.ts';
import { POLICIES } from '../levers/consent-policies.ts';
import type { Lever } from '../levers/lever.ts';
import { tenantWideConsent } from '../levers/tenant-wide-consent.ts';
import { userConsent } from '../levers/user-consent.ts';
import { type Assigned, assignedNow } from './assigned-now.ts';

/** What a tenant is, said as a policy that asks for nothing else. */
export type Draft = {
  readonly tenant: Desired['tenant'];
  /** `absent`: the enterprise app is not in the tenant. */
  readonly app: 'absent' | 'there';
  readonly application: Desired['application'];
  readonly tenantWide: Desired['consent']['tenantWide'];
  readonly userConsent: Desired['consent']['userConsent'];
  /** The user consent settings in the portal's words. */
  readonly userConsentNow: string;
  readonly assigned: Assigned;
};

/** A policy that manages nothing: what a tenant is read with before there is one. */
export function blankPolicy(tenant: Pick<Desired['tenant'], 'name' | 'id' | 'cloud'>): TenantPolicy {
  return {
    desired: {
      tenant: { ...tenant, id: tenant.id.toLowerCase(), labels: {} },
      application: {
        enabledForSignIn: 'unmanaged',
        assignmentRequired: 'unmanaged',
        visibleToUsers: 'unmanaged',
      },
      // People's own grants are read with the tenant-wide ones: an import tells of them.
      consent: { tenantWide: 'unmanaged', userConsent: 'unmanaged', userGrants: 'report' },
      assignments: { groups: 'unmanaged', users: 'unmanaged' },
      safety: { protected: [], transition: 'refuse', settle: 60 },
      exceptions: [],
    },
    origins: {},
  };
}

/** What was read, as a draft of the policy. Pure. @throws BrokenAnswer */
export function draftOf(blank: TenantPolicy, answers: Answers, day: Day): Draft {
  const app = appIn(answers);
  const { tenant } = blank.desired;
  const consent = {
    userConsent: settled(userConsent, modesIn(answers), blank, answers, day, (mode) => ({
      userConsent: mode,
    })),
    userConsentNow:
      userConsent
        .assess(blank, answers, day)
        .leftAlone.find(({ setting }) => setting === 'consent/userConsent')?.now ?? 'unknown',
  };
  if (app === 'absent') {
    return {
      tenant,
      app: 'absent',
      application: blank.desired.application,
      tenantWide: 'unmanaged',
      ...consent,
      assigned: { groups: 'unmanaged', users: 'unmanaged', deleted: [], unlistable: [] },
    };
  }
  const tenantWide = settled(tenantWideConsent, SCOPES, blank, answers, day, (scopes) => ({
    tenantWide: scopes,
  }));
  const noRoute = app.required && app.enabled && tenantWide !== 'unmanaged' && tenantWide.length === 0;
  return {
    tenant,
    app: 'there',
    application: {
      enabledForSignIn: app.enabled,
      assignmentRequired: app.required,
      visibleToUsers: !isHidden(app.tags),
    },
    // That nothing is granted is no policy where assignment is required: nobody new could connect.
    tenantWide: noRoute ? 'unmanaged' : tenantWide,
    ...consent,
    assigned: assignedNow(answers, app.required),
  };
}

const SCOPES = [MAIL_SCOPES, [MAIL_SCOPES[0]], [MAIL_SCOPES[1]], []] as const;

function modesIn(answers: Answers): readonly UserConsentMode[] {
  const own = rowsOf(answers, POLICIES).map((row) => ({ custom: textAt(row, 'id') }));
  return [
    'none',
    'lowImpact',
    'microsoftManaged',
    'microsoftManagedMailClients',
    'allApps',
    'thisAppOnly',
    ...own.filter(({ custom }) => /^[A-Za-z0-9_-]{1,64}$/.test(custom)),
  ];
}

/** The first value that the lever itself would move nothing for; unmanaged where there is none, or nothing is known. */
function settled<Value>(
  lever: Lever,
  values: readonly Value[],
  blank: TenantPolicy,
  answers: Answers,
  day: Day,
  consent: (value: Value) => Partial<Desired['consent']>,
): Value | 'unmanaged' {
  const fits = (value: Value) => {
    const desired = { ...blank.desired, consent: { ...blank.desired.consent, ...consent(value) } };
    const { moves, findings } = lever.assess({ ...blank, desired }, answers, day);
    return moves.length === 0 && findings.every(({ severity }) => severity !== 'error');
  };
  return values.find(fits) ?? 'unmanaged';
}
