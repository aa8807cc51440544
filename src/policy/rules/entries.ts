import type { Finding } from '../../core/finding.ts';
import type { GroupEntry } from '../../core/state.ts';
import { entriesOf, type Rule } from './subject.ts';

/** expired-entry, entry-not-begun, from-after-until: what the days of an entry mean today. */
export const datedEntries: Rule = ({ desired, day, at }) =>
  entriesOf(desired).flatMap(({ pointer, said, from, until }): readonly Finding[] => {
    if (from !== undefined && until !== undefined && from > until) {
      return [
        {
          rule: 'from-after-until',
          severity: 'error',
          message: `The entry ${said} would begin on ${from}, after its last day ${until}.`,
          fix: 'Swap or correct the two days.',
          at: at(pointer),
        },
      ];
    }
    if (until !== undefined && until < day) {
      return [
        {
          rule: 'expired-entry',
          severity: 'warning',
          message: `The entry ${said} ended on ${until}: it counts no more, and a plan removes what it assigned.`,
          fix: 'Remove the entry, or give it a later day if access should go on.',
          at: at(pointer),
        },
      ];
    }
    if (from !== undefined && from > day) {
      const message = `The entry ${said} begins on ${from}; until then it does not count.`;
      return [{ rule: 'entry-not-begun', severity: 'info', message, at: at(pointer) }];
    }
    return [];
  });

/** duplicate-entry: one principal named twice, letter case aside. Two entries may share a name when ids tell them apart. */
export const duplicateEntries: Rule = ({ desired, at }) => {
  const { groups, users } = desired.assignments;
  const said = (upn: string) => upn.toLowerCase();
  const doubles = [
    ...(groups === 'unmanaged' ? [] : doublesOf(groups, sameGroup, '/assignments/groups')),
    ...(users === 'unmanaged'
      ? []
      : doublesOf(users, (a, b) => said(a.upn) === said(b.upn), '/assignments/users')),
  ];
  return doubles.map(({ pointer, first }) => ({
    rule: 'duplicate-entry',
    severity: 'error',
    message: `The entry says the same as the one in line ${at(first).line}.`,
    fix: 'Keep one of the two.',
    at: at(pointer),
  }));
};

function sameGroup(a: GroupEntry, b: GroupEntry): boolean {
  if (a.id !== undefined && b.id !== undefined) return a.id === b.id;
  return a.name !== undefined && a.name.toLowerCase() === b.name?.toLowerCase();
}

function doublesOf<Entry>(
  list: readonly Entry[],
  same: (a: Entry, b: Entry) => boolean,
  pointer: string,
): readonly { readonly pointer: string; readonly first: string }[] {
  return list.flatMap((entry, index) => {
    const first = list.findIndex((each) => same(each, entry));
    return first < index ? [{ pointer: `${pointer}/${index}`, first: `${pointer}/${first}` }] : [];
  });
}

/** members-without-limit, limit-without-members: assigning members one by one always has an upper bound. */
export const membersLimit: Rule = ({ desired, at }) =>
  (desired.assignments.groups === 'unmanaged' ? [] : desired.assignments.groups).flatMap(
    (entry, index): readonly Finding[] => {
      const pointer = `/assignments/groups/${index}`;
      if (entry.as === 'members' && entry.limit === undefined) {
        return [
          {
            rule: 'members-without-limit',
            severity: 'error',
            message: '`as: members` needs a `limit`, so that a growing group cannot grow the plan unseen.',
            fix: 'Add `limit`, the largest number of members you expect.',
            at: at(pointer),
          },
        ];
      }
      if (entry.as === 'group' && entry.limit !== undefined) {
        return [
          {
            rule: 'limit-without-members',
            severity: 'error',
            message: '`limit` counts only with `as: members`.',
            fix: 'Remove `limit`, or add `as: members`.',
            at: at(pointer),
          },
        ];
      }
      return [];
    },
  );

/** leavers-stay: people assigned one by one leave with the group only where unlisted users are removed. */
export const leaversStay: Rule = ({ desired, day, at }) => {
  const { groups, users, unlisted } = desired.assignments;
  if (groups === 'unmanaged' || (users !== 'unmanaged' && unlisted !== 'keep')) return [];
  const why = users === 'unmanaged' ? '`users` is unmanaged' : '`unlisted: keep` counts';
  return groups.flatMap((entry, index): readonly Finding[] => {
    // An entry that ended takes the members it assigned with it, whatever `unlisted` says.
    if (entry.as !== 'members' || (entry.until ?? day) < day) return [];
    return [
      {
        rule: 'leavers-stay',
        severity: 'warning',
        message: `Whoever leaves ${entry.name ?? entry.id} stays assigned: its members are assigned one by one, and ${why}.`,
        fix: 'Write `unlisted: remove` and list under `users` who else may stay (`users: []` for nobody).',
        at: at(`/assignments/groups/${index}`),
      },
    ];
  });
};

/** unlisted-missing, empty-list-with-keep: what happens to everybody else must be said, and must mean something. */
export const unlistedSaid: Rule = ({ desired, at }) => {
  const { groups, users, unlisted } = desired.assignments;
  const lists = [
    { key: 'groups', list: groups },
    { key: 'users', list: users },
  ] as const;
  return lists.flatMap(({ key, list }): readonly Finding[] => {
    if (list === 'unmanaged') return [];
    if (unlisted === undefined) {
      return [
        {
          rule: 'unlisted-missing',
          severity: 'error',
          message: `\`${key}\` is a list, but nothing says what happens to assignments that are not on it.`,
          fix: 'Add `unlisted: remove` or `unlisted: keep` under `assignments`.',
          at: at(`/assignments/${key}`),
        },
      ];
    }
    if (list.length === 0 && unlisted === 'keep') {
      return [
        {
          rule: 'empty-list-with-keep',
          severity: 'error',
          message: `\`${key}: []\` means nobody, \`unlisted: keep\` keeps everybody: together they mean nothing.`,
          fix: `Write \`${key}: unmanaged\` to leave them alone, or \`unlisted: remove\` to remove them.`,
          at: at(`/assignments/${key}`),
        },
      ];
    }
    return [];
  });
};
