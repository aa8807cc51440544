import type { Gates } from './assessment.ts';
import type { Candidate } from './people.ts';
import { MAIL_SCOPES } from './state.ts';

/** A gate that opens lets somebody gain, one that closes makes somebody lose. */
type Moved = readonly { readonly opens: boolean; readonly words: readonly string[] }[];

/**
 * What makes a person gain or lose, gate by gate, in the admin centre's words: only gates that open, or close, for them.
 * A gate that was not read says nothing; then the reason may be empty.
 */
export function reasonsOf(
  before: Gates,
  after: Gates,
  person: Candidate,
  fate: 'gains' | 'loses',
): readonly string[] {
  return [
    ...signIn(before, after),
    ...assignment(before, after, person),
    ...consent(before, after, person),
    ...ownConsent(before, after, person),
  ]
    .filter(({ opens }) => opens === (fate === 'gains'))
    .flatMap(({ words }) => words);
}

function signIn(before: Gates, after: Gates): Moved {
  if (!before.exists)
    return after.exists && !after.enabled
      ? [{ opens: false, words: ['the app is disabled for users to sign in'] }]
      : [];
  if (before.enabled === after.enabled) return [];
  const words = after.enabled ? 'enabled for users to sign in' : 'disabled for users to sign in';
  return [{ opens: after.enabled, words: [words] }];
}

/** Whether they pass "Assignment required?", and by which assignment they came to that, or lost it. */
function assignment(before: Gates, after: Gates, person: Candidate): Moved {
  const [passed, passes] = [passing(before, person), passing(after, person)];
  if (passed === passes && (before.exists || !after.required)) return [];
  const moved = person.principals.filter((id) => before.assignees.has(id) !== after.assignees.has(id));
  const words = moved.map((id) => {
    const name = (before.assignees.get(id) ?? after.assignees.get(id))?.name ?? id;
    const direct = id === person.id;
    if (passes) return direct ? 'assigned directly' : `member of ${name}`;
    return direct ? 'no longer assigned directly' : `${name} is no longer assigned`;
  });
  if (!passes)
    return [
      { opens: false, words: [...(words.length === 0 ? ['not assigned'] : words), 'assignment required'] },
    ];
  const free = before.exists && before.required && !after.required;
  return [{ opens: true, words: free ? ['assignment no longer required'] : words }];
}

function passing(gates: Gates, { principals, administrator }: Candidate): boolean {
  // Where the app is absent nobody is kept out by assignment: whether they may consent decides.
  if (!gates.exists || !gates.required || administrator === true) return true;
  return principals.some((id) => gates.assignees.has(id));
}

/** Whether tenant-wide consent and their own together cover what a mail client needs. */
function consent(before: Gates, after: Gates, person: Candidate): Moved {
  const [had, has] = [covered(before, person), covered(after, person)];
  if (had === undefined || has === undefined || had === has) return [];
  if (wide(before) === wide(after)) return has ? [] : [{ opens: false, words: ['own consent revoked'] }];
  return [{ opens: has, words: [has ? 'admin consent granted' : 'admin consent revoked'] }];
}

function wide({ exists, tenantWide }: Gates): number {
  return exists && tenantWide.known ? MAIL_SCOPES.filter((scope) => tenantWide.value.has(scope)).length : 0;
}

function covered({ exists, tenantWide, own }: Gates, { id }: Candidate): boolean | undefined {
  if (!exists) return false;
  if (!tenantWide.known || !own.known) return undefined;
  return MAIL_SCOPES.every((scope) => tenantWide.value.has(scope) || own.value.get(id)?.has(scope) === true);
}

/** Whether they could open it themselves, where nothing was granted. */
function ownConsent(before: Gates, after: Gates, person: Candidate): Moved {
  if (covered(before, person) !== false || covered(after, person) !== false) return [];
  if (!before.userConsent.known || !after.userConsent.known) return [];
  const can = after.userConsent.value;
  if (before.userConsent.value === can) return [];
  const words = can ? 'may consent for themselves' : 'may no longer consent for themselves';
  return [{ opens: can, words: [words] }];
}
