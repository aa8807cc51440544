import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { decide } from '../../../src/commands/decide-merged.ts';
import { mergedSince, rulesIn } from '../../../src/commands/merged.ts';
import { deciding, GATE, idOf, reviewed } from './reviewed-pulls.ts';

const FILE = 'policies/guardrails.yaml';
const TENANT = 'policies/tenants/woodgrove.yaml';
const ID = idOf(GATE);
const GATED = readFileSync(
  join(import.meta.dirname, '../../scenarios/close-open-tenant-to-one-group', TENANT),
  'utf8',
).replace('2026-12-31', '2030-12-31');
const OPEN = `tenant:\n  name: woodgrove\n  id: ${ID}\napplication:\n  enabledForSignIn: true\n`;
const guardrails = (require: string) =>
  `guardrails:\n  - { id: sample, severity: error, message: m, owner: us, require: ${require} }\n`;
const STRICT = guardrails('change.widens');
const WEAK = guardrails('today == today');

/** A repository whose main has a strict guardrail, and one run over what is merged into it. */
async function opened() {
  const world = await reviewed();
  const { fake, work, github } = world;
  const push = async (file: string, text: string) => {
    await work.git('fetch', '--quiet', 'origin');
    await work.git('checkout', '--quiet', '-B', 'main', 'origin/main');
    const commit = await work.commit(file, text, 'contoso');
    await work.git('push', '--quiet', 'origin', 'main');
    return commit;
  };
  await push(FILE, STRICT);
  const start = await push(TENANT, OPEN);
  let last = { after: start, rules: start };
  return {
    push,
    /** The run begins after this commit. */
    from: (commit: string) => {
      last = { after: commit, rules: commit };
    },
    head: () => work.git('rev-parse', 'HEAD'),
    merge: async (
      branch: string,
      files: { readonly [file: string]: string },
      method: 'merge' | 'rebase' = 'merge',
      approving: readonly string[] = ['bob'],
    ) => {
      const pull = await world.opened(branch, files);
      if (TENANT in files) await world.recorded(pull, GATE, 71);
      for (const user of approving) fake.review({ pull, user, state: 'APPROVED' });
      await fake.merge(pull, { method, by: 'contoso' });
    },
    /** The labels the tenant had before its change. */
    labels: async () => {
      await work.git('fetch', '--quiet', 'origin');
      const commit = await work.git('rev-parse', 'origin/main');
      const merged = await mergedSince(work.path, 'policies', { ...last, commit }, '2026-11-24');
      const rulesAtHead = async (head: string) => rulesIn(await merged.policiesAt(head));
      const { decisions } = await decide(async () => github, deciding({ ...merged, rulesAtHead }));
      const decision = decisions.get(ID);
      return decision?.kind === 'reviewed' ? decision.was?.labels : undefined;
    },
    /** The expression of the guardrail that was in force before the tenant's change. */
    run: async (): Promise<string | undefined> => {
      await work.git('fetch', '--quiet', 'origin');
      const commit = await work.git('rev-parse', 'origin/main');
      const merged = await mergedSince(work.path, 'policies', { ...last, commit }, '2026-11-24');
      const rulesAtHead = async (head: string) => rulesIn(await merged.policiesAt(head));
      const { decisions, rules } = await decide(async () => github, deciding({ ...merged, rulesAtHead }));
      last = { after: commit, rules };
      const decision = decisions.get(ID);
      if (decision === undefined) return undefined;
      if (decision.kind !== 'reviewed') throw new Error(JSON.stringify(decision));
      return JSON.parse(decision.guardrails ?? '[]')[0]?.require;
    },
  };
}

describe('the guardrails in force before a merge count for it', () => {
  test.each(['merge', 'rebase'] as const)(
    'a pull request that weakens them and uses the gap: %s',
    async (method) => {
      const { merge, run } = await opened();
      await merge('both', { [FILE]: WEAK, [TENANT]: GATED }, method);
      expect(await run()).toBe('change.widens');
    },
  );

  test('one pull request after the other, also in one run', async () => {
    const { merge, run } = await opened();
    await merge('weaken', { [FILE]: WEAK });
    await merge('use', { [TENANT]: GATED });
    expect(await run()).toBe('today == today');
  });

  test('a weakening that nobody approved, or that was pushed, is not in force', async () => {
    const unapproved = await opened();
    await unapproved.merge('weaken', { [FILE]: WEAK }, 'merge', []);
    expect(await unapproved.run()).toBeUndefined();
    await unapproved.merge('use', { [TENANT]: GATED });
    expect(await unapproved.run()).toBe('change.widens');
    const pushed = await opened();
    await pushed.push(FILE, WEAK);
    await pushed.merge('use', { [TENANT]: GATED });
    expect(await pushed.run()).toBe('change.widens');
  });

  test('guardrails with errors on the way change none', async () => {
    const { merge, push, run } = await opened();
    await push(FILE, 'guardrails: 3\n');
    await push(FILE, STRICT);
    await merge('use', { [TENANT]: GATED });
    expect(await run()).toBe('change.widens');
  });

  test('the labels before a merge count for it, unless nobody approved the ones before', async () => {
    const labelled = (text: string, tier: string) =>
      text.replace(/^tenant:$/m, `tenant:\n  labels: { tier: ${tier} }`);
    const both = await opened();
    await both.push(TENANT, labelled(OPEN, 'regulated'));
    both.from(await both.head());
    await both.merge('both', { [TENANT]: labelled(GATED, 'small') });
    expect(await both.labels()).toEqual({ tier: 'regulated' });
    const pushed = await opened();
    await pushed.push(TENANT, labelled(OPEN, 'regulated'));
    pushed.from(await pushed.head());
    await pushed.push(TENANT, labelled(OPEN, 'small'));
    await pushed.merge('use', { [TENANT]: labelled(GATED, 'small') });
    expect(await pushed.labels()).toEqual({ tier: 'regulated' });
  });
});
