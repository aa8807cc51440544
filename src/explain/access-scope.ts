import type { Reading } from '../core/request.ts';
import { EXCHANGE_ONLINE } from '../core/state.ts';
import { optionalText, type Row, rowOf, textsAt } from '../levers/answer.ts';
import type { Device } from './explanation.ts';

type Answered = 'yes' | 'no' | 'unclear';

/** Whom Conditional Access is asked about. */
export type Signing = {
  readonly id: string;
  readonly guest: boolean;
  readonly direct: Reading<ReadonlySet<string>>;
  /** At any depth: Conditional Access follows nested groups. */
  readonly nested: Reading<ReadonlySet<string>>;
  readonly administrator: Reading<boolean>;
};

/** Whether a policy is about this sign-in. */
export type Scope = {
  readonly applies: Answered;
  /** Set where it applies only at some places, at some risk, or to some devices: what was not looked at. */
  readonly circumstances?: string;
};

const GLOBAL_ADMINISTRATOR = '62e90394-69f5-4237-9190-012177145e10';

/** Judges the conditions of a policy for one person signing in to Exchange Online by Apple Mail on one kind of device. */
export function scopeOf(policy: Row, who: Signing, device: Device): Scope {
  const conditions = part(policy, 'conditions');
  const applies = all([
    ofUsers(part(conditions, 'users'), who),
    ofApplications(part(conditions, 'applications')),
    ofClient(conditions, device, policy),
    ofPlatforms(conditions, device),
    ofFlows(conditions),
  ]);
  const found = circumstancesOf(conditions);
  return { applies, ...(found === undefined ? {} : { circumstances: found }) };
}

function all(parts: readonly Answered[]): Answered {
  return parts.includes('no') ? 'no' : parts.includes('unclear') ? 'unclear' : 'yes';
}

function any(parts: readonly Answered[]): Answered {
  return parts.includes('yes') ? 'yes' : parts.includes('unclear') ? 'unclear' : 'no';
}

function not(part: Answered): Answered {
  return part === 'yes' ? 'no' : part === 'no' ? 'yes' : 'unclear';
}

const is = (yes: boolean): Answered => (yes ? 'yes' : 'no');

function ofUsers(users: Row, who: Signing): Answered {
  const named = (kind: 'include' | 'exclude') =>
    any([
      ...textsAt(users, `${kind}Users`).map((each) => ofUser(each, who)),
      ...textsAt(users, `${kind}Groups`).map((each) => ofGroup(each, who)),
      ...textsAt(users, `${kind}Roles`).map((each) => ofRole(each, who)),
      ofGuests(users, `${kind}GuestsOrExternalUsers`, who),
    ]);
  return all([named('include'), not(named('exclude'))]);
}

function ofUser(each: string, { id, guest }: Signing): Answered {
  if (each === 'All') return 'yes';
  if (each === 'GuestsOrExternalUsers') return is(guest);
  return is(each.toLowerCase() === id.toLowerCase());
}

function ofGroup(group: string, { direct, nested }: Signing): Answered {
  const id = group.toLowerCase();
  if (direct.known && direct.value.has(id)) return 'yes';
  return nested.known ? is(nested.value.has(id)) : 'unclear';
}

/** Of the roles, only the Global Administrators are read. */
function ofRole(role: string, { administrator }: Signing): Answered {
  if (role.toLowerCase() !== GLOBAL_ADMINISTRATOR || !administrator.known) return 'unclear';
  return is(administrator.value);
}

function ofGuests(users: Row, key: string, { guest }: Signing): Answered {
  if ((users.value[key] ?? null) === null || !guest) return 'no';
  const kinds = (optionalText(part(users, key), 'guestOrExternalUserTypes') ?? '').split(/\s*,\s*/);
  if (!kinds.some((kind) => kind === 'b2bCollaborationGuest' || kind === 'internalGuest')) return 'unclear';
  const tenants = part(part(users, key), 'externalTenants');
  return (optionalText(tenants, 'membershipKind') ?? 'all') === 'all' ? 'yes' : 'unclear';
}

/** Conditional Access looks at the resource, Exchange Online, and not at the app that asks. */
function ofApplications(applications: Row): Answered {
  const excluded = textsAt(applications, 'excludeApplications').some(isMail);
  if (excluded) return 'no';
  if (textsAt(applications, 'includeApplications').some((each) => each === 'All' || isMail(each)))
    return 'yes';
  return (applications.value.applicationFilter ?? null) === null ? 'no' : 'unclear';
}

function isMail(application: string): boolean {
  return application === 'Office365' || application.toLowerCase() === EXCHANGE_ONLINE;
}

/**
 * Apple Mail signs in as a mobile or desktop app. A policy about Exchange ActiveSync alone is about an iPhone's traffic;
 * together with `other` and a block it shuts out old sign-ins, which a sign-in by Apple Mail is not.
 */
function ofClient(conditions: Row, device: Device, policy: Row): Answered {
  const types = textsAt(conditions, 'clientAppTypes');
  if (types.length === 0 || types.includes('all') || types.includes('mobileAppsAndDesktopClients'))
    return 'yes';
  const activeSync = types.includes('exchangeActiveSync') || types.includes('easSupported');
  if (!activeSync || device === 'Mac') return 'no';
  const blocks = textsAt(part(policy, 'grantControls'), 'builtInControls').includes('block');
  return types.includes('other') && blocks ? 'no' : 'unclear';
}

function ofPlatforms(conditions: Row, device: Device): Answered {
  if ((conditions.value.platforms ?? null) === null) return 'yes';
  const platforms = part(conditions, 'platforms');
  const ours = device === 'Mac' ? 'macos' : 'ios';
  const names = (key: string, word: string) =>
    textsAt(platforms, key).some((each) => each.toLowerCase() === word || each.toLowerCase() === 'all');
  return is(names('includePlatforms', ours) && !names('excludePlatforms', ours));
}

/** Apple Mail uses neither a device code nor a transferred sign-in. */
function ofFlows(conditions: Row): Answered {
  const methods = optionalText(part(conditions, 'authenticationFlows'), 'transferMethods') ?? 'none';
  return is(methods === '' || methods === 'none');
}

function circumstancesOf(conditions: Row): string | undefined {
  const locations = part(conditions, 'locations');
  const everywhere =
    textsAt(locations, 'includeLocations').every((each) => each === 'All') &&
    textsAt(locations, 'excludeLocations').length === 0;
  const risks = ['signInRiskLevels', 'userRiskLevels', 'servicePrincipalRiskLevels'].some(
    (key) => textsAt(conditions, key).length > 0,
  );
  const insider = optionalText(conditions, 'insiderRiskLevels') ?? '';
  const filter = part(conditions, 'devices').value.deviceFilter ?? null;
  if (!everywhere) return 'at some places only';
  if (risks || insider !== '') return 'at some risk only';
  return filter === null ? undefined : 'for some devices only';
}

/** A part of a policy; an unset one has nothing in it. */
function part(row: Row, key: string): Row {
  return rowOf(row.from, row.value[key] ?? {});
}
