import type { Assignment } from '../../levers/assigned.ts';
import { mayAssignGroups } from '../../levers/licence.ts';
import { type GateReport, type PolicySide, report, sentence } from '../explanation.ts';
import { listedIn } from '../listed.ts';
import { atLine, personOf, type Walk } from '../walk.ts';
import { APPLY } from './app.ts';

const SHOWN = 10;

/** G3: assigned, or a direct member of an assigned group. Nested groups assign nobody, Global Administrators pass. */
export function assignmentGate(walk: Walk): GateReport {
  const { app, assigned } = walk;
  if (!app.known) return report('G3', 'unknown', [sentence(app.why)]);
  if (app.value === 'absent') return report('G3', 'open', ['There is no app to be assigned to.']);
  const wanted = walk.policy.desired.application.assignmentRequired;
  if (!app.value.required) {
    const line: PolicySide =
      wanted === 'unmanaged'
        ? { says: 'it leaves Assignment required? alone' }
        : {
            says: `assignmentRequired: ${wanted}`,
            applied: !wanted,
            ...atLine(walk, '/application/assignmentRequired'),
          };
    const soon =
      wanted === true
        ? ['The next apply of the policy requires assignment: then who is not assigned is cut off.']
        : [];
    return report('G3', 'open', ['Assignment required? is No: everybody passes.', ...soon], {
      policy: [line, ...(wanted === true ? listedIn(walk).sides : [])],
    });
  }
  if (!assigned.known) return report('G3', 'unknown', [sentence(assigned.why)]);
  return required(walk, assigned.value);
}

function required(walk: Walk, assigned: readonly Assignment[]): GateReport {
  const person = personOf(walk);
  const rule = 'Assignment required? is Yes.';
  if (person === undefined)
    return report('G3', 'unknown', [rule, 'Without an account nothing can be said about it.']);
  const { direct, administrator } = walk;
  const own = assigned.filter(({ id, type }) => type === 'User' && id === person.id);
  const groups = livingOf(walk, assigned);
  const through = direct.known ? groups.filter(({ id }) => direct.value.has(id)) : [];
  const passes = [
    ...own.map(() => 'The person is assigned directly.'),
    ...through.map(({ name }) => `The person is a direct member of ${name}, which is assigned.`),
    ...(administrator.known && administrator.value
      ? ['The person is a Global Administrator: they pass unassigned.']
      : []),
  ];
  const { sides, pending } = listedIn(walk);
  if (passes.length > 0) return report('G3', 'open', [rule, ...passes], { policy: sides });
  const doubts = [
    ...(direct.known ? [] : [sentence(direct.why)]),
    ...(administrator.known
      ? []
      : [`Whether they are a Global Administrator, who passes unassigned: ${administrator.why}.`]),
  ];
  const facts = [
    rule,
    'The person is not assigned directly.',
    ...(direct.known ? notMember(walk, groups) : []),
  ];
  const fixes = pending ? [APPLY(walk)] : advice(walk, groups);
  return report('G3', doubts.length > 0 ? 'unknown' : 'closed', [...facts, ...doubts], {
    codes: [50105],
    policy: sides,
    fixes,
  });
}

/** The assigned groups that are there, under their names of today; where that could not be read, all of them. */
function livingOf({ living }: Walk, assigned: readonly Assignment[]): readonly Assignment[] {
  const groups = assigned.filter(({ type }) => type === 'Group');
  if (!living.known) return groups;
  return groups.flatMap((group) => {
    const name = living.value.get(group.id);
    return name === undefined ? [] : [{ ...group, name }];
  });
}

function notMember({ nested }: Walk, groups: readonly Assignment[]): readonly string[] {
  if (groups.length === 0) return ['No group is assigned.'];
  const below = nested.known ? groups.filter(({ id }) => nested.value.has(id.toLowerCase())) : [];
  return [
    `The person is a direct member of none of the assigned groups: ${list(groups)}.`,
    ...below.map(
      ({ name }) =>
        `They are in ${name} by a nested group only: that counts for nothing here, only direct members do.`,
    ),
  ];
}

function advice(walk: Walk, groups: readonly Assignment[]): readonly string[] {
  const premium = mayAssignGroups(walk.answers);
  const none = premium.known && !premium.value;
  return [
    ...(groups.length > 0
      ? [
          `Make the person a direct member of one of: ${list(groups)}. Whoever owns the group does that, no pull request is needed.`,
        ]
      : []),
    'Or list them under assignments.users in the policy of the tenant, by pull request.',
    ...(none
      ? [
          'Without Entra ID P1 or P2 no further group can be assigned: list people, or a group with as: members.',
        ]
      : []),
  ];
}

function list(groups: readonly Assignment[]): string {
  const names = groups.map(({ name }) => name).sort();
  const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : '';
  return `${names.slice(0, SHOWN).join(', ')}${more}`;
}
