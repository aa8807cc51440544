import { MAIL_SCOPES } from '../../core/state.ts';
import { type Device, type GateReport, type PolicySide, report, sentence } from '../explanation.ts';
import { atLine, type Walk } from '../walk.ts';
import { APPLY } from './app.ts';

/** The scope that each kind of device cannot do without. */
const SPEAKS: { readonly [device in Device]: (typeof MAIL_SCOPES)[number] } = {
  'iPhone and iPad': 'EAS.AccessAsUser.All',
  Mac: 'EWS.AccessAsUser.All',
};

const OWN_DOUBT =
  'Whether a grant people gave themselves still counts once assignment is required is not proven.';
const NEVER_OPEN = 'Opening user consent is not the way: it opens other apps too.';

/** G4: granted for everybody, or by the person for themselves, or open to their consent. */
export function consentGate(walk: Walk, device: Device): GateReport {
  const { app, tenantWide, own } = walk;
  if (!app.known) return report('G4', 'unknown', [sentence(app.why)]);
  const policy = [grantSide(walk)];
  if (app.value === 'absent')
    return byConsent(walk, ['Nothing is granted to an app that is not there.'], false);
  const { required } = app.value;
  if (tenantWide.known && covers(tenantWide.value))
    return report('G4', 'open', ['EAS and EWS are granted for everybody (admin consent).'], { policy });
  const facts = [
    tenantWide.known ? `Granted for everybody: ${words(tenantWide.value)}.` : sentence(tenantWide.why),
    own.known ? `Granted by the person for themselves: ${words(own.value)}.` : sentence(own.why),
  ];
  const together = new Set([...(tenantWide.known ? tenantWide.value : []), ...(own.known ? own.value : [])]);
  if (covers(together) && !required) return report('G4', 'open', facts, { policy });
  if (!tenantWide.known || !own.known)
    return report('G4', 'unknown', facts, { policy, fixes: [READ_GRANTS] });
  if (together.has(SPEAKS[device])) {
    const doubts = [
      ...(required && own.value.size > 0 ? [OWN_DOUBT] : []),
      ...(covers(together)
        ? []
        : [
            `Whether ${SPEAKS[device]} alone is enough for ${device} is not proven: it may ask again, or fail.`,
          ]),
    ];
    return report('G4', 'unknown', [...facts, ...doubts], {
      codes: [65001, 90094],
      policy,
      fixes: grantFixes(walk),
    });
  }
  return byConsent(walk, facts, required);
}

/** Not granted: what is left is that the person consents, which an app that requires assignment does not take. */
function byConsent(walk: Walk, facts: readonly string[], required: boolean): GateReport {
  const policy = [grantSide(walk)];
  const fixes = grantFixes(walk);
  if (required) {
    const rule = 'An app that requires assignment takes no consent of users, whatever their settings say.';
    return report('G4', 'closed', [...facts, rule], { codes: [90094, 90095, 65001], policy, fixes });
  }
  const { userConsent } = walk;
  if (!userConsent.known) {
    const doubt = `Whether the person may consent is unknown: ${userConsent.why}.`;
    return report('G4', 'unknown', [...facts, doubt], { codes: [90094, 90095], policy, fixes });
  }
  if (userConsent.value) {
    const asked = 'The user consent settings let the person consent: the device asks once, and they accept.';
    return report('G4', 'open', [...facts, asked], { policy });
  }
  return report('G4', 'closed', [...facts, 'The user consent settings do not let the person consent.'], {
    codes: [90094, 90095, 65001],
    policy,
    fixes,
  });
}

const READ_GRANTS =
  'Grant DelegatedPermissionGrant.Read.All to the plan identity (Entra admin centre › App registrations › API permissions › Grant admin consent).';

function covers(scopes: ReadonlySet<string>): boolean {
  return MAIL_SCOPES.every((scope) => scopes.has(scope));
}

function words(scopes: ReadonlySet<string>): string {
  return scopes.size === 0 ? 'no mail scope' : [...scopes].sort().join(', ');
}

function grantSide(walk: Walk): PolicySide {
  const wanted = walk.policy.desired.consent.tenantWide;
  if (wanted === 'unmanaged') return { says: 'it leaves the tenant-wide admin consent alone' };
  const now = walk.tenantWide.known ? walk.tenantWide.value : undefined;
  return {
    says: `consent.tenantWide: ${wanted.length === 0 ? 'nothing' : wanted.join(', ')}`,
    ...(now === undefined
      ? {}
      : { applied: wanted.length === now.size && wanted.every((scope) => now.has(scope)) }),
    ...atLine(walk, '/consent/tenantWide'),
  };
}

function grantFixes(walk: Walk): readonly string[] {
  const wanted = walk.policy.desired.consent.tenantWide;
  const complete = wanted !== 'unmanaged' && covers(new Set(wanted));
  return complete
    ? [APPLY(walk)]
    : [
        `Let the policy grant both: consent.tenantWide: [${MAIL_SCOPES.join(', ')}], by pull request. ${NEVER_OPEN}`,
      ];
}
