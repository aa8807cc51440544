import { application } from '../../levers/application.ts';
import { enabledForSignIn } from '../../levers/enabled-for-sign-in.ts';
import { type GateReport, type PolicySide, report, sentence } from '../explanation.ts';
import { atLine, type Walk } from '../walk.ts';

const ADMIN = 'Entra admin centre › Enterprise apps › Apple Internet Accounts › Properties';

/** G1: an absent app is no closed gate where users may consent, because the first consent creates it. */
export function presenceGate(walk: Walk): GateReport {
  const { app, userConsent, policy, answers, day } = walk;
  if (!app.known) return report('G1', 'unknown', [sentence(app.why)], { fixes: [GRANT_APPLICATIONS] });
  if (app.value !== 'absent') {
    const name = app.value.displayName;
    const also = name === 'Apple Internet Accounts' ? '' : ` under the name ${name}`;
    return report('G1', 'open', [`The enterprise app is in the tenant${also}.`]);
  }
  const creates = application.assess(policy, answers, day).moves.length > 0;
  const side: readonly PolicySide[] = [
    creates
      ? {
          says: 'it needs the app: the next apply creates it with its settings',
          applied: false,
          ...atLine(
            walk,
            '/application/assignmentRequired',
            '/application/enabledForSignIn',
            '/consent/tenantWide',
          ),
        }
      : { says: 'nothing in it needs the app, so it does not create it' },
  ];
  const absent = 'The enterprise app is not in the tenant.';
  const fixes = creates
    ? [APPLY(walk)]
    : ['Let the policy grant consent.tenantWide or list people: then a plan creates the app.'];
  if (!userConsent.known) {
    return report(
      'G1',
      'unknown',
      [absent, `Whether the person may create it by consenting is unknown: ${userConsent.why}.`],
      {
        policy: side,
        fixes,
      },
    );
  }
  if (userConsent.value) {
    return report('G1', 'open', [absent, 'Users may consent to it: the first consent creates it.'], {
      policy: side,
    });
  }
  return report('G1', 'closed', [absent, 'The user consent settings let nobody create it by consenting.'], {
    codes: [90094, 90095, 700016],
    policy: side,
    fixes,
  });
}

/** G2: switched on for everybody or for nobody. */
export function enabledGate(walk: Walk): GateReport {
  const { app, policy, answers, day } = walk;
  if (!app.known) return report('G2', 'unknown', [sentence(app.why)], { fixes: [GRANT_APPLICATIONS] });
  if (app.value === 'absent') return report('G2', 'open', ['There is no app that could be switched off.']);
  const { enabled, disabledByMicrosoft } = app.value;
  const wanted = policy.desired.application.enabledForSignIn;
  const moves = enabledForSignIn.assess(policy, answers, day).moves.length > 0;
  const side: PolicySide =
    wanted === 'unmanaged'
      ? { says: 'it leaves this setting alone' }
      : {
          says: `enabledForSignIn: ${wanted}`,
          applied: !moves,
          ...atLine(walk, '/application/enabledForSignIn'),
        };
  if (disabledByMicrosoft !== undefined) {
    return report('G2', 'closed', [`Microsoft has disabled this app (${disabledByMicrosoft}).`], {
      codes: [7000112],
      policy: [side],
      fixes: ['Contact Microsoft support: no setting of the tenant changes this.'],
    });
  }
  if (enabled) {
    const soon = wanted === false ? ['The next apply of the policy switches it off.'] : [];
    return report('G2', 'open', ['Enabled for users to sign in? is Yes.', ...soon], { policy: [side] });
  }
  const fix =
    wanted === true
      ? APPLY(walk)
      : wanted === false
        ? 'The policy keeps it off. If that is not meant, change this line to true by pull request.'
        : `Set it to Yes under ${ADMIN}, or let the policy manage it: application.enabledForSignIn: true.`;
  return report(
    'G2',
    'closed',
    ['Enabled for users to sign in? is No: nobody signs in to the app, whoever is assigned.'],
    {
      codes: [7000112],
      policy: [side],
      fixes: [fix],
    },
  );
}

const GRANT_APPLICATIONS =
  'Grant Application.Read.All to the plan identity (Entra admin centre › App registrations › API permissions › Grant admin consent).';

/** The policy asks for it already. */
export function APPLY({ policy }: Walk): string {
  return `The policy asks for it and it is not applied: look at iosmail plan --tenant ${policy.desired.tenant.name}, and have it applied.`;
}
