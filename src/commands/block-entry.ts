import { readFile, writeFile } from 'node:fs/promises';
import { posix } from 'node:path';
import type { Incident } from '../core/incident.ts';
import { type Committed, commitFile } from '../git/commit-file.ts';
import { inRepository } from '../git/worktree.ts';
import { type Problem, problemOf } from '../planning/problem.ts';
import { withIncident } from '../policy/incident-entry.ts';

/** What became of the entry in Git. */
export type Kept =
  | (Committed & { readonly kind: 'committed' })
  /** `written`: it stands in the file. */
  | ({ readonly kind: 'not committed'; readonly written: boolean } & Problem);

/** The entry of a block in its tenant's file. Nothing that goes wrong with it keeps a tenant from being blocked. */
export type Entry = {
  /** Before the block: a run that is killed leaves it there. */
  readonly write: () => Promise<void>;
  /** Where nothing was changed for sure: the file as it was. Says what is left to do where that fails. */
  readonly putBack: () => Promise<string | undefined>;
  readonly commit: () => Promise<Kept>;
};

/** @param file the policy file of the tenant, as it was named. */
export function openEntry(policies: string, name: string, file: string, incident: Incident): Entry {
  let state: { readonly before: string; readonly after: string } | { readonly problem: Problem } | undefined;
  return {
    write: async () => {
      try {
        const before = await readFile(file, 'utf8');
        const after = withIncident(before, incident);
        if (after === undefined) {
          const message = `${file} cannot be edited in place without changing what else it says.`;
          state = { problem: { message, fix: 'Write the entry into it yourself.' } };
          return;
        }
        await writeFile(file, after);
        state = { before, after };
      } catch (error) {
        state = { problem: problemOfFile(error, file) };
      }
    },
    putBack: async () => {
      if (state === undefined || 'problem' in state) return undefined;
      try {
        // Whatever somebody wrote into it meanwhile is theirs.
        if ((await readFile(file, 'utf8')) === state.after) await writeFile(file, state.before);
        else return `The entry may still stand in ${file}: take it out.`;
        return undefined;
      } catch {
        return `The entry still stands in ${file}: take it out.`;
      }
    },
    commit: async () => {
      if (state === undefined || 'problem' in state) {
        const problem = state?.problem ?? {
          message: 'The entry was not written.',
          fix: 'Write it yourself.',
        };
        return { kind: 'not committed', written: false, ...problem };
      }
      try {
        const { repo, path } = await inRepository(policies);
        const message = `incident: block ${name}\n\n${incident.reason}\n`;
        const committed = await commitFile(repo, posix.join(path, 'tenants', `${name}.yaml`), message);
        return { kind: 'committed', ...committed };
      } catch (error) {
        return { kind: 'not committed', written: true, ...problemOf(error) };
      }
    },
  };
}

function problemOfFile(error: unknown, file: string): Problem {
  const why = error instanceof Error ? error.message : 'unknown';
  return {
    message: `The entry cannot be written into ${file}: ${why}`,
    fix: 'Make it a file that this user may write, or write the entry into it elsewhere.',
  };
}
