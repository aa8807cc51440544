import { inForce, MAIL_SCOPES } from '../../core/state.ts';
import { entriesOf, type Rule } from './subject.ts';

/** no-consent-route, consent-route-unmanaged: an app that requires assignment ignores user consent. */
export const consentRoute: Rule = ({ desired, at }) => {
  const { application, consent } = desired;
  if (application.assignmentRequired !== true || application.enabledForSignIn === false) return [];
  if (consent.tenantWide === 'unmanaged') {
    return [
      {
        rule: 'consent-route-unmanaged',
        severity: 'warning',
        message:
          'Assignment is required, so user consent no longer counts; whether admin consent was granted is unmanaged.',
        fix: `Write \`tenantWide: [${MAIL_SCOPES.join(', ')}]\` under \`consent\` to be sure.`,
        at: at('/application/assignmentRequired'),
      },
    ];
  }
  if (consent.tenantWide.length > 0) return [];
  return [
    {
      rule: 'no-consent-route',
      severity: 'error',
      message: 'Assignment is required and no scope is granted tenant-wide: nobody new can connect.',
      fix: `Write \`tenantWide: [${MAIL_SCOPES.join(', ')}]\` under \`consent\`.`,
      at: at('/consent/tenantWide'),
      waivable: {},
    },
  ];
};

/** one-scope-only: whether ActiveSync alone is enough for iPhones is not proven. */
export const bothScopes: Rule = ({ desired, at }) => {
  const { tenantWide } = desired.consent;
  if (tenantWide === 'unmanaged' || tenantWide.length !== 1) return [];
  const missing = MAIL_SCOPES.filter((scope) => !tenantWide.includes(scope)).join();
  return [
    {
      rule: 'one-scope-only',
      severity: 'warning',
      message: `Only one of the two mail scopes is granted; without ${missing} access cannot be told for sure.`,
      fix: `Add ${missing}, or test with a device before you rely on it.`,
      at: at('/consent/tenantWide'),
    },
  ];
};

/** open-to-everyone: consent is given for everybody and nobody needs an assignment. */
export const openToEveryone: Rule = ({ desired, at }) => {
  const { application, consent } = desired;
  if (application.assignmentRequired !== false || application.enabledForSignIn === false) return [];
  if (consent.tenantWide === 'unmanaged' || consent.tenantWide.length === 0) return [];
  return [
    {
      rule: 'open-to-everyone',
      severity: 'warning',
      message:
        'Assignment is not required and the scopes are granted tenant-wide: everybody can use the app.',
      fix: 'If that is not meant, write `assignmentRequired: true` and list who may.',
      at: at('/application/assignmentRequired'),
    },
  ];
};

/** no-assignee: a closed door without a key. Taking access from people is refused by the plan (`empties-access`). */
export const someAssignee: Rule = ({ desired, day, at }) => {
  const { application, assignments } = desired;
  if (application.assignmentRequired !== true || application.enabledForSignIn === false) return [];
  if (assignments.groups === 'unmanaged' || assignments.users === 'unmanaged') return [];
  if (assignments.unlisted !== 'remove') return [];
  if (entriesOf(desired).some((entry) => inForce(entry, day))) return [];
  return [
    {
      rule: 'no-assignee',
      severity: 'warning',
      message: `Assignment is required and no entry counts on ${day}: nobody can use the app.`,
      fix: 'List a group or a person; to block the app on purpose, write `enabledForSignIn: false`.',
      at: at('/application/assignmentRequired'),
    },
  ];
};

/** all-apps-consent, user-consent-is-tenant-wide: this lever moves every app of the tenant, not only this one. */
export const userConsentReach: Rule = ({ desired, at }) => {
  const { userConsent } = desired.consent;
  if (userConsent === 'unmanaged') return [];
  if (userConsent === 'allApps') {
    return [
      {
        rule: 'all-apps-consent',
        severity: 'warning',
        message:
          '`allApps` lets people consent to every app that asks, not only to this one (against CIS 5.1.5.1).',
        fix: 'Write `unmanaged` or `none`; with `tenantWide` granted, people need no consent of their own.',
        at: at('/consent/userConsent'),
      },
    ];
  }
  return [
    {
      rule: 'user-consent-is-tenant-wide',
      severity: 'info',
      message: 'The user consent setting counts for every app of the tenant, not only for this one.',
      at: at('/consent/userConsent'),
    },
  ];
};
