import type { GateName } from './explanation.ts';

/** What an AADSTS code of a sign-in to Apple Mail means here. */
export type Code = {
  readonly code: number;
  readonly name: string;
  /** `none`: a step of a normal sign-in. */
  readonly gate: GateName | 'G7' | 'none';
  /** What the person sees, shortened. */
  readonly sees: string;
  readonly means: string;
  readonly todo: string;
};

const GRANT =
  'Grant tenant-wide admin consent: consent.tenantWide in the policy of the tenant, by pull request. Opening user consent is not the way.';
const DEVICE =
  'The owners of Conditional Access decide; the device must be enrolled and marked compliant, or the person excluded.';
const ACCOUNT = 'Check how the name is spelled on the device, and in which tenant the mailbox is.';
const NORMAL = 'Nothing: a step of the sign-in that the person completes in the window on the device.';

function row(
  code: number,
  name: string,
  gate: Code['gate'],
  sees: string,
  means: string,
  todo: string,
): Code {
  return { code, name, gate, sees, means, todo };
}

/** Codes that come up when Apple Mail signs in, from Microsoft's reference and from reports. */
export const CODES: readonly Code[] = [
  row(
    50057,
    'UserDisabled',
    'account',
    'The user account is disabled.',
    'The account is blocked from signing in to anything.',
    'Whoever manages the account enables it, if it is to be used.',
  ),
  row(
    50034,
    'UserAccountNotFound',
    'account',
    'The user account does not exist in the directory.',
    'There is no such account in the tenant that was asked.',
    ACCOUNT,
  ),
  row(
    50020,
    'UserUnauthorized',
    'account',
    'The user account from another identity provider does not exist in the tenant.',
    'The account belongs to another tenant.',
    ACCOUNT,
  ),
  row(
    51004,
    'UserAccountNotInDirectory',
    'account',
    'The user account does not exist in the directory.',
    'There is no such account in the tenant that was asked.',
    ACCOUNT,
  ),
  row(
    700016,
    'UnauthorizedClient_DoesNotMatchRequest',
    'G1',
    'Application was not found in the directory.',
    'The enterprise app is not in this tenant and could not be created, or the sign-in went to another tenant.',
    'Check the tenant of the account; a plan of the policy creates the app.',
  ),
  row(
    7000112,
    'UnauthorizedClientApplicationDisabled',
    'G2',
    'Application is disabled.',
    'Enabled for users to sign in? is No, also after a reviewer blocked a consent request.',
    'Set application.enabledForSignIn: true in the policy, by pull request, if it is to be on.',
  ),
  row(
    70001,
    'UnauthorizedClient',
    'G2',
    'The application is disabled.',
    'The app is switched off in this tenant.',
    'Set application.enabledForSignIn: true in the policy, by pull request, if it is to be on.',
  ),
  row(
    50105,
    'EntitlementGrantsNotFound',
    'G3',
    'Your administrator has configured the application to block users unless they are specifically granted access. The user is not a direct member of a group with access.',
    'Assignment is required, and the person is neither assigned nor a direct member of an assigned group.',
    'Add the person to an assigned group as a direct member (members of nested groups get nothing), or list them under assignments.users.',
  ),
  row(
    65001,
    'DelegationDoesNotExist',
    'G4',
    'The user or administrator has not consented to use the application.',
    'There is no grant for this person, or it lost a scope. In the sign-in log it is also the step before the consent screen.',
    GRANT,
  ),
  row(
    65004,
    'UserDeclinedConsent',
    'G4',
    'The user declined to consent to access the app.',
    'The person pressed Cancel on the consent screen.',
    'Add the account again and accept.',
  ),
  row(
    90093,
    'GraphUserUnauthorized',
    'G4',
    'The consent could not be stored.',
    'The directory refused the consent: the user consent settings, or the role of who consented.',
    GRANT,
  ),
  row(
    90094,
    'AdminConsentRequired',
    'G4',
    'Need admin approval',
    'The person may not consent, or assignment is required and there is no tenant-wide admin consent.',
    GRANT,
  ),
  row(
    90095,
    'AdminConsentRequiredRequestAccess',
    'G4',
    'Approval required',
    'The same as AADSTS90094 where people can request admin consent. A reviewer also needs a role that may grant it.',
    GRANT,
  ),
  row(
    90099,
    'DelegatedAdminNotAuthorized',
    'G4',
    'The application has not been authorized in the tenant.',
    'Somebody acts for a customer as a partner, and the app is not consented to in the customer tenant.',
    'Consent in the customer tenant itself.',
  ),
  row(
    900561,
    'BadResourceRequestInvalidRequest',
    'none',
    'The endpoint only accepts POST requests.',
    'The page after an admin consent complains; the consent is stored all the same.',
    'Nothing.',
  ),
  row(
    500011,
    'InvalidResourceServicePrincipalNotFound',
    'G6',
    'The resource principal was not found in the tenant.',
    'Office 365 Exchange Online is not in this tenant, or disabled: nobody here has a mailbox in it.',
    'Check the tenant of the account, and its Exchange Online licences.',
  ),
  row(
    650052,
    'ServiceNotSubscribed',
    'G6',
    'The organization has not subscribed to or enabled the service.',
    'The tenant does not subscribe to what the app asks for.',
    'Check the Exchange Online licences of the tenant.',
  ),
  row(
    650056,
    'MisconfiguredApplication',
    'G4',
    'Misconfigured application.',
    'The permissions of the app do not fit those that were asked for, or the sign-in went to the wrong cloud.',
    'Check tenant.cloud, then plan the tenant.',
  ),
  row(
    650057,
    'InvalidResource',
    'G4',
    'Invalid resource.',
    'The permissions of the app do not fit those that were asked for, or the sign-in went to the wrong cloud.',
    'Check tenant.cloud, then plan the tenant.',
  ),
  row(
    50011,
    'InvalidReplyTo',
    'G7',
    'The redirect URI does not match.',
    'What asked is not Apple Mail as Apple ships it. No setting of the tenant changes this.',
    'Update the device; add the account by Sign In.',
  ),
  row(
    53000,
    'DeviceNotCompliant',
    'G5',
    'Device is not in required device state.',
    'A Conditional Access policy demands a compliant device, and this one is not.',
    DEVICE,
  ),
  row(
    53001,
    'DeviceNotDomainJoined',
    'G5',
    'Device is not domain joined.',
    'A Conditional Access policy demands a hybrid joined device, which an iPhone or a Mac is not.',
    DEVICE,
  ),
  row(
    53002,
    'ApplicationUsedIsNotAnApprovedApp',
    'G5',
    'The app used is not an approved app for Conditional Access.',
    'A Conditional Access policy demanded an approved client app. That is not enforced any more since 2026-06-30.',
    'If this is a new error, the owners of Conditional Access look at the sign-in log.',
  ),
  row(
    53003,
    'BlockedByConditionalAccess',
    'G5',
    'Access has been blocked by Conditional Access policies.',
    'A Conditional Access policy blocks this sign-in.',
    'The owners of Conditional Access find the policy in the sign-in log and decide.',
  ),
  row(
    53009,
    'AppProtectionRequired',
    'G5',
    'The application needs to enforce Intune protection policies.',
    'A Conditional Access policy demands an app protection policy, which Apple Mail cannot have.',
    'The owners of Conditional Access exclude the person or the app, or the person uses Outlook.',
  ),
  row(
    530001,
    'BrowserNotSupported',
    'G5',
    'The app or browser is not supported for device checks.',
    'A Conditional Access policy asks for the state of the device, and the app cannot prove it.',
    DEVICE,
  ),
  row(
    530002,
    'DeviceMustBeCompliant',
    'G5',
    'The device must be compliant.',
    'A Conditional Access policy demands a compliant device.',
    DEVICE,
  ),
  row(
    530003,
    'DeviceMustBeManaged',
    'G5',
    'Your device is required to be managed.',
    'A Conditional Access policy demands a managed device.',
    DEVICE,
  ),
  row(
    530032,
    'BlockedByConditionalAccessOnSecurityPolicy',
    'G5',
    'Blocked by a security policy.',
    'A security policy of the tenant blocks this sign-in.',
    'The owners of Conditional Access and security defaults decide.',
  ),
  row(
    530035,
    'BlockedBySecurityDefaults',
    'G5',
    'Access has been blocked by security defaults.',
    'Security defaults block old ways to sign in: the account was added by hand, with a password.',
    'Remove the account and add it by Sign In.',
  ),
  row(
    50097,
    'DeviceAuthenticationRequired',
    'G5',
    'Device authentication is required.',
    'A Conditional Access policy looks at the device; on an admin consent page it comes up even where that policy only reports.',
    'Consent from another device, or by the policy of the tenant.',
  ),
  row(
    50158,
    'ExternalSecurityChallenge',
    'none',
    'An external security challenge was not satisfied.',
    'Another step, such as terms of use or another provider, is asked for.',
    NORMAL,
  ),
  row(
    50074,
    'UserStrongAuthClientAuthNRequired',
    'none',
    'Strong authentication is required.',
    'A second factor is asked for.',
    NORMAL,
  ),
  row(
    50076,
    'UserStrongAuthClientAuthNRequiredInterrupt',
    'none',
    'You must use multi-factor authentication.',
    'A second factor is asked for.',
    NORMAL,
  ),
  row(
    50079,
    'UserStrongAuthEnrollmentRequired',
    'none',
    'You must enroll in multi-factor authentication.',
    'The person has no second factor yet and is asked to register one.',
    NORMAL,
  ),
  row(
    50058,
    'UserInformationNotProvided',
    'none',
    'Session information is not sufficient for single sign-on.',
    'There is no session yet, so the person is asked to sign in.',
    NORMAL,
  ),
  row(
    50199,
    'CmsiInterrupt',
    'none',
    'Are you trying to sign in to this app?',
    'The person is asked to confirm that they mean this app.',
    NORMAL,
  ),
];

const BY_NUMBER = new Map(CODES.map((each) => [each.code, each]));

/** What is known of a code; undefined where nothing is. */
export function codeOf(code: number): Code | undefined {
  return BY_NUMBER.get(code);
}
