import { optionalText, type Row, rowOf, textsAt } from '../levers/answer.ts';

/**
 * What a policy that applies does to Apple Mail. `blocks`: it cannot be satisfied · `device`: only from a device that is
 * marked compliant · `passes`: nothing that a person could not do in the sign-in window · `unclear`: a control nobody here knows.
 */
type Outcome = 'passes' | 'device' | 'unclear' | 'blocks';

export type Demand = {
  readonly outcome: Outcome;
  readonly words: string;
  readonly codes: readonly number[];
};

const PASSES = ['mfa', 'passwordChange', 'riskRemediation'];

const DEMANDS: { readonly [control: string]: Demand } = {
  block: { outcome: 'blocks', words: 'it blocks access', codes: [53003] },
  compliantApplication: {
    outcome: 'blocks',
    words: 'it demands an app protection policy, which Apple Mail cannot have',
    codes: [53009],
  },
  domainJoinedDevice: {
    outcome: 'blocks',
    words: 'it demands a hybrid joined device, which no iPhone and no Mac is',
    codes: [53001],
  },
  compliantDevice: {
    outcome: 'device',
    words: 'it demands a device that is marked compliant',
    codes: [53000, 530002, 530003],
  },
};

/** From the easiest to what nobody passes. */
const ORDER: readonly Outcome[] = ['passes', 'device', 'unclear', 'blocks'];

/** The day since which "Require approved client app" counts as not selected. */
const APPROVED_APP_ENDED = '2026-06-30';

/** What the grant controls of a policy come to: all of them, or with OR the easiest of them. */
export function demandOf(policy: Row): Demand {
  const controls = policy.value.grantControls;
  if (controls === undefined || controls === null) {
    return { outcome: 'passes', words: 'it grants access under session controls only', codes: [] };
  }
  const row = rowOf(policy.from, controls);
  const builtIn = textsAt(row, 'builtInControls');
  const others = [
    ...textsAt(row, 'customAuthenticationFactors'),
    ...textsAt(row, 'termsOfUse'),
    ...((row.value.authenticationStrength ?? null) === null ? [] : ['authentication strength']),
  ];
  const counting = builtIn.filter((control) => control !== 'approvedApplication');
  const demands = [
    ...counting.map(demandOfControl),
    ...others.map((): Demand => ({ outcome: 'passes', words: 'it asks for a further step', codes: [] })),
  ];
  const [first] = demands;
  if (first === undefined) {
    const words = builtIn.includes('approvedApplication')
      ? `it demands only an approved client app, which is no longer enforced since ${APPROVED_APP_ENDED}`
      : 'it demands nothing';
    return { outcome: 'passes', words, codes: [] };
  }
  const harder = (a: Demand, b: Demand) => ORDER.indexOf(a.outcome) > ORDER.indexOf(b.outcome);
  const any = optionalText(row, 'operator')?.toUpperCase() === 'OR';
  return demands.reduce((best, each) => (harder(each, best) === any ? best : each), first);
}

function demandOfControl(control: string): Demand {
  if (PASSES.includes(control)) {
    return { outcome: 'passes', words: 'it asks for a further step in the sign-in window', codes: [] };
  }
  return (
    DEMANDS[control] ?? {
      outcome: 'unclear',
      words: `it demands ${control}, which is not known here`,
      codes: [],
    }
  );
}
