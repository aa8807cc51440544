import type { Finding, Position } from '../../core/finding.ts';
import type { Day, Desired } from '../../core/state.ts';
import type { BaselineFile, TenantFile } from '../types.gen.ts';

/** What an offline rule looks at: one tenant's effective policy, and what was written where. */
export type Subject = {
  /** Name of the file, without `.yaml`. */
  readonly name: string;
  readonly desired: Desired;
  readonly written: TenantFile;
  /** The baseline the file names; none when it names none. */
  readonly baseline: BaselineFile | undefined;
  /** The guardrails an exception can be made from, as `guardrail/<id>`, and whether it needs a number. */
  readonly guardrails: ReadonlyMap<string, { readonly limit: boolean }> | 'not asked';
  readonly day: Day;
  /** The origin of an effective value by JSON pointer into `Desired`, or of its nearest parent. */
  readonly at: (pointer: string) => Position;
};

/** One offline rule: pure, no reads. Empty when there is nothing to say. */
export type Rule = (subject: Subject) => readonly Finding[];

/** The dated entries of both lists with their pointers and a name to say. */
export function entriesOf({ assignments }: Desired): readonly {
  readonly pointer: string;
  readonly list: 'groups' | 'users';
  readonly said: string;
  readonly from?: Day;
  readonly until?: Day;
}[] {
  const groups = assignments.groups === 'unmanaged' ? [] : assignments.groups;
  const users = assignments.users === 'unmanaged' ? [] : assignments.users;
  return [
    ...groups.map((entry, index) => ({
      ...entry,
      pointer: `/assignments/groups/${index}`,
      list: 'groups' as const,
      said: entry.name ?? entry.id ?? '',
    })),
    ...users.map((entry, index) => ({
      ...entry,
      pointer: `/assignments/users/${index}`,
      list: 'users' as const,
      said: entry.upn,
    })),
  ];
}
