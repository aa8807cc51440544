import type { Day } from '../../core/state.ts';
import { type Device, type GateReport, report, type State, sentence } from '../explanation.ts';
import { hasExchangePlan } from '../person.ts';
import { grantFix, plansOf } from '../reads.ts';
import { personOf, type Walk } from '../walk.ts';

/** When Microsoft begins to switch EWS off for tenants that did not choose, and when it ends for everybody. */
const EWS_FADES = '2026-10-01';
const EWS_ENDS = '2027-04-01';

const NOT_SHOWN = 'The settings of the mailbox are not shown by Microsoft Graph.';
const IN_EXCHANGE: { readonly [device in Device]: string } = {
  'iPhone and iPad':
    'Exchange administrators look at: Get-CASMailbox (ActiveSyncEnabled), device access rules, and quarantine (Get-MobileDevice).',
  Mac: 'Exchange administrators look at: Get-CASMailbox (EwsEnabled), and Get-OrganizationConfig -RetrieveEwsOperationAccessPolicy (EwsEnabled, EwsAllowedAppIDs must have f8d98a96-0999-43f5-8af3-69971c7bb423).',
};

/** G6: never open, because what decides in the mailbox is not shown. Sign-in may be fine while mail is not. */
export function exchangeGate(walk: Walk, device: Device): GateReport {
  const { exchange, answers, day } = walk;
  if (exchange.known && exchange.value === 'absent') {
    return report(
      'G6',
      'closed',
      ['Office 365 Exchange Online is not in this tenant: nobody here has a mailbox in it.'],
      {
        codes: [500011, 650052],
        fixes: ['Check in which tenant the mailbox is.'],
      },
    );
  }
  const person = personOf(walk);
  if (person === undefined)
    return report('G6', 'unknown', ['Without an account nothing can be said about it.']);
  if (person.guest) {
    return report('G6', 'closed', ['A guest has no mailbox in this tenant, also where they are assigned.'], {
      fixes: ['The person adds the account of their own organisation, whose tenant decides.'],
    });
  }
  const plan = hasExchangePlan(answers, person.id);
  if (plan.known && !plan.value) {
    return report(
      'G6',
      'closed',
      ['No Exchange Online plan is switched on for the person: there is no mailbox to connect to.'],
      {
        fixes: ['Whoever manages licences assigns one, if the mailbox is to be in Exchange Online.'],
      },
    );
  }
  const mailbox = plan.known
    ? ['An Exchange Online plan is switched on for the person.']
    : [sentence(plan.why)];
  const { state, facts } = device === 'Mac' ? ews(day) : ACTIVE_SYNC;
  return report('G6', state, [...mailbox, ...facts, NOT_SHOWN], {
    fixes: [...(plan.known ? [] : [grantFix(plansOf(person.id))]), IN_EXCHANGE[device]],
  });
}

type Told = { readonly state: State; readonly facts: readonly string[] };

const ACTIVE_SYNC: Told = {
  state: 'unknown',
  facts: ['iPhone and iPad use Exchange ActiveSync, which the end of EWS does not touch.'],
};

/** Mac mail speaks EWS, which ends: facts with their dates. */
function ews(day: Day): Told {
  if (day >= EWS_ENDS) {
    return {
      state: 'closed',
      facts: [`Mail on a Mac uses EWS, which Microsoft ended for all tenants on ${EWS_ENDS}.`],
    };
  }
  const end = `It ends for all tenants on ${EWS_ENDS}.`;
  if (day < EWS_FADES) {
    return {
      state: 'unknown',
      facts: [
        `Mail on a Mac uses EWS. From ${EWS_FADES} on Microsoft switches it off for tenants that did not choose.`,
        end,
      ],
    };
  }
  return {
    state: 'unknown',
    facts: [
      `Mail on a Mac uses EWS. Since ${EWS_FADES} Microsoft switches it off, in waves, for tenants that did not choose; others need EwsEnabled and the app id on the list EwsAllowedAppIDs.`,
      end,
    ],
  };
}
