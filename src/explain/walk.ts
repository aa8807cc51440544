import { type Answers, known, type Reading } from '../core/request.ts';
import { type Day, MAIL_SCOPES, type TenantPolicy } from '../core/state.ts';
import { optionalText, rowsOf, textAt } from '../levers/answer.ts';
import { APP, type App, appIn } from '../levers/app.ts';
import { ASSIGNED, type Assignment, assignedIn } from '../levers/assigned.ts';
import { EXCHANGE, exchangeIn } from '../levers/exchange.ts';
import { type Grant, grantsIn, tenantWideGrants } from '../levers/grants.ts';
import { userConsent } from '../levers/user-consent.ts';
import { ADMINISTRATORS } from '../planning/people-reads.ts';
import { type Account, personIn } from './person.ts';
import { assignedGroups, directGroups, grantsOfPerson, nestedGroups, unread } from './reads.ts';

/** Everything the gates are told from: what was read, each with the reason where it is not known. */
export type Walk = {
  readonly policy: TenantPolicy;
  readonly answers: Answers;
  readonly day: Day;
  readonly account: Reading<Account | 'absent'>;
  readonly app: Reading<App | 'absent'>;
  /** Assignments of the app; none where it is absent. */
  readonly assigned: Reading<readonly Assignment[]>;
  /** The assigned groups that are still there, with their names of today; an assignment outlives its group. */
  readonly living: Reading<ReadonlyMap<string, string>>;
  /** Direct membership, by id: the name of each group. */
  readonly direct: Reading<ReadonlyMap<string, string>>;
  readonly nested: Reading<ReadonlySet<string>>;
  readonly administrator: Reading<boolean>;
  /** Mail scopes granted to everybody, and by the person for themselves. */
  readonly tenantWide: Reading<ReadonlySet<string>>;
  readonly own: Reading<ReadonlySet<string>>;
  /** Whether the user consent settings let an ordinary user consent to this app. */
  readonly userConsent: Reading<boolean>;
  readonly exchange: Reading<'present' | 'absent'>;
};

/** Puts together what the answers say about one person. */
export function walkOf(policy: TenantPolicy, answers: Answers, asked: string, day: Day): Walk {
  const account = personIn(answers, asked);
  const person = account.known && account.value !== 'absent' ? account.value : undefined;
  const app = answers.get(APP.path)?.kind === 'refused' ? unread<never>(answers, APP) : known(appIn(answers));
  const application = app.known && app.value !== 'absent' ? app.value : undefined;
  return {
    policy,
    answers,
    day,
    account,
    app,
    assigned:
      answers.get(ASSIGNED.path)?.kind === 'refused' ? unread(answers, ASSIGNED) : known(assignedIn(answers)),
    living: livingIn(answers),
    ...(person === undefined ? NOBODY : membershipOf(answers, person)),
    ...grantsFor(answers, app, application, person),
    userConsent: userConsent.assess(policy, answers, day).gates.userConsent ?? NOT_ASKED,
    exchange:
      answers.get(EXCHANGE.path)?.kind === 'refused'
        ? unread(answers, EXCHANGE)
        : known(exchangeIn(answers) === undefined ? 'absent' : 'present'),
  };
}

function livingIn(answers: Answers): Walk['living'] {
  const reads = assignedGroups(answers);
  const missing = reads.find((read) => answers.get(read.path)?.kind !== 'found');
  if (missing !== undefined) return unread(answers, missing);
  const rows = reads.flatMap((read) => rowsOf(answers, read));
  return known(
    new Map(rows.map((row) => [textAt(row, 'id'), optionalText(row, 'displayName') ?? textAt(row, 'id')])),
  );
}

const NOT_ASKED = { known: false, why: 'without an account there is nothing to look up' } as const;
const NOBODY = { direct: NOT_ASKED, nested: NOT_ASKED, administrator: NOT_ASKED } as const;

function membershipOf(answers: Answers, { id }: Account): Pick<Walk, 'direct' | 'nested' | 'administrator'> {
  const [direct, nested] = [directGroups(id), nestedGroups(id)];
  const found = (read: typeof direct) => answers.get(read.path)?.kind === 'found';
  // 404: the role was never activated, so nobody has it.
  const administrators = answers.get(ADMINISTRATORS.path)?.kind;
  return {
    direct: found(direct)
      ? known(
          new Map(
            rowsOf(answers, direct).map((row) => [
              textAt(row, 'id'),
              optionalText(row, 'displayName') ?? textAt(row, 'id'),
            ]),
          ),
        )
      : unread(answers, direct),
    nested: found(nested)
      ? known(new Set(rowsOf(answers, nested).map((row) => textAt(row, 'id').toLowerCase())))
      : unread(answers, nested),
    administrator:
      administrators === 'found' || administrators === 'absent'
        ? known(rowsOf(answers, ADMINISTRATORS).some((row) => textAt(row, 'id') === id))
        : unread(answers, ADMINISTRATORS),
  };
}

function grantsFor(
  answers: Answers,
  app: Walk['app'],
  application: App | undefined,
  person: Account | undefined,
): Pick<Walk, 'tenantWide' | 'own'> {
  if (!app.known) return { tenantWide: app, own: app };
  if (application === undefined) return { tenantWide: known(new Set()), own: known(new Set()) };
  const everybody = tenantWideGrants(application.id);
  return {
    tenantWide: scopesIn(answers, everybody, (grant) => grant.person === undefined),
    own:
      person === undefined
        ? NOT_ASKED
        : scopesIn(answers, grantsOfPerson(application.id, person.id), (grant) => grant.person === person.id),
  };
}

/** Only grants on Exchange Online count: the app may hold others, on Microsoft Graph for instance. */
function scopesIn(
  answers: Answers,
  read: Parameters<typeof grantsIn>[1][number],
  whose: (grant: Grant) => boolean,
): Reading<ReadonlySet<string>> {
  const grants = grantsIn(answers, [read]);
  if (grants === undefined || 'kind' in grants) return unread(answers, read);
  if (answers.get(EXCHANGE.path)?.kind === 'refused') return unread(answers, EXCHANGE);
  const exchange = exchangeIn(answers);
  const scopes = grants
    .filter((grant) => whose(grant) && grant.resourceId === exchange?.id)
    .flatMap((grant) => grant.scopes)
    .filter((scope) => MAIL_SCOPES.some((each) => each === scope));
  return known(new Set(scopes));
}

/** The policy line of a setting, with what it says; "left alone" where it says nothing. */
export function atLine({ policy }: Walk, ...pointers: readonly string[]) {
  const at = pointers.map((pointer) => policy.origins[pointer]).find((each) => each !== undefined);
  return at === undefined ? {} : { at };
}

/** The account that was found, for gates that are about one. */
export function personOf({ account }: Walk): Account | undefined {
  return account.known && account.value !== 'absent' ? account.value : undefined;
}
