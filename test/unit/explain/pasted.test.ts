import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { explainText } from '../../../src/explain/pasted.ts';

const APPLE = 'f8d98a96-0999-43f5-8af3-69971c7bb423';

/** What a text is about: known codes or phrases with their gates, then the codes nobody knows. */
function told(text: string): string {
  const { codes, phrases, strange } = explainText(text, '0.0.0');
  return [
    ...codes.map(({ code, gate }) => `${code} ${gate}`),
    ...phrases.map(({ name, gate }) => `${name} ${gate}`),
    ...strange.map((code) => `${code}?`),
  ].join(', ');
}

test.each([
  // As the sign-in page shows them.
  [
    `AADSTS50105: Your administrator has configured the application Apple Internet Accounts ('${APPLE}') to block users unless they are specifically granted ('assigned') access to the application. The signed in user 'anna@contoso.example' is blocked because they are not a direct member of a group with access, nor had access directly assigned by an administrator.`,
    '50105 G3',
  ],
  [`AADSTS7000112: Application '${APPLE}'(Apple Internet Accounts) is disabled.`, '7000112 G2'],
  [
    `AADSTS700016: Application with identifier '${APPLE}' was not found in the directory 'Contoso'.`,
    '700016 G1',
  ],
  [
    `AADSTS65001: The user or administrator has not consented to use the application with ID '${APPLE}'.`,
    '65001 G4',
  ],
  ['AADSTS65004: User declined to consent to access the app.', '65004 G4'],
  ['AADSTS90094: An administrator of Contoso has set a policy that prevents you from granting.', '90094 G4'],
  ['AADSTS90095: Admin consent is required for the permissions requested by this application.', '90095 G4'],
  ['AADSTS53003: Access has been blocked by Conditional Access policies.', '53003 G5'],
  ['AADSTS53000: Device is not in required device state: compliant.', '53000 G5'],
  ['AADSTS53002: The app used is not an approved app for Conditional Access.', '53002 G5'],
  ['AADSTS530003: Your device is required to be managed to access this resource.', '530003 G5'],
  ['AADSTS530035: Access has been blocked by security defaults.', '530035 G5'],
  ['AADSTS50057: The user account is disabled.', '50057 account'],
  ['AADSTS50034: The user account does not exist in the contoso.example directory.', '50034 account'],
  ['AADSTS50076: Due to a configuration change you must use multi-factor authentication.', '50076 none'],
  ['AADSTS500011: The resource principal was not found in the tenant.', '500011 G6'],
  ['AADSTS900561: The endpoint only accepts POST requests. Received a GET request.', '900561 none'],
  // As logs and people write them.
  ['Error Code: 50105\nMessage: Your administrator …\nCorrelation ID: 1b2c', '50105 G3'],
  ['Sign-in error code  53003\nFailure reason  Access has been blocked', '53003 G5'],
  ['Fehlercode: 90094', '90094 G4'],
  ['{"error":"access_denied","error_code": 7000112}', '7000112 G2'],
  ['aadsts 50105', '50105 G3'],
  ['  65001 \n', '65001 G4'],
  ['AADSTS50074 and then AADSTS53003, AADSTS50074 again', '50074 none, 53003 G5'],
  // Without a code.
  ['Need admin approval\nApple Internet Accounts', 'Need admin approval G4'],
  ['Administratorgenehmigung erforderlich', 'Need admin approval G4'],
  ['Approval required\nThis app requires your admin’s approval', 'Approval required G4'],
  ['Genehmigung erforderlich', 'Approval required G4'],
  [
    '… because they are not a direct member of a group with access',
    'not a direct member of a group with access G3',
  ],
  ["Application 'Apple Internet Accounts' is disabled.", 'the app is disabled G2'],
  ['HTTP 403 X-EWS-Policy-Reason: …', 'X-EWS-Policy-Reason G6'],
  [
    'Your phone is temporarily blocked from accessing content via Exchange ActiveSync',
    'the device is in quarantine G6',
  ],
  ['The operation couldn’t be completed. (com.apple.accounts error 3.)', 'com.apple.accounts error 3 G7'],
  ['You can’t get there from here', 'the device does not comply G5'],
  // What is not known is said to be so.
  ['AADSTS999999: something new', '999999?'],
  ['AADSTS50105 and AADSTS123456', '50105 G3, 123456?'],
  [
    'AADSTS999999: Access has been blocked by Conditional Access',
    'blocked by Conditional Access G5, 999999?',
  ],
  ['It does not work.', ''],
  ['Call 50105 now', ''],
  ['', ''],
])('%j', (text, says) => {
  expect(told(text)).toBe(says);
});

describe('the app that a text names', () => {
  const other = '00000000-1111-2222-3333-444444444444';
  test.each([
    [`AADSTS50105: the application 'Other' ('${other}')`, other],
    [`AADSTS65001: the application with ID '${other}'`, other],
    [`AADSTS50105: the application Apple Internet Accounts ('${APPLE.toUpperCase()}')`, undefined],
    [`AADSTS50105: Correlation ID: ${other}`, undefined],
  ])('%j', (text, app) => {
    expect(explainText(text, '0.0.0').otherApp).toBe(app);
  });
});

test('whatever is pasted, it is told in good time', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(explainText(text, '0.0.0').formatVersion).toBe(1);
    }),
  );
  const long = 'application '.repeat(100_000) + 'AADSTS'.repeat(100_000);
  const before = performance.now();
  explainText(long, '0.0.0');
  expect(performance.now() - before).toBeLessThan(2_000);
});
