import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { type BlockTold, blockText } from '../../../src/render/block-text.ts';
import { NASTY } from './hostile.ts';
import { expectHarmless } from './structure.ts';

const TOLD: BlockTold = {
  tenant: { name: 'contoso' },
  incident: { kind: 'blocked', reason: 'INC-204: "all" devices', by: 'ada@x.example', since: '2026-11-24' },
  file: 'policies/tenants/contoso.yaml',
  managed: true,
  sent: { kind: 'blocked', created: false },
};
const PROBLEM = { message: 'Git cannot be started here.', fix: 'Install Git.' };
const text = (more: Partial<BlockTold>) => blockText({ ...TOLD, ...more }, { colour: false });

test('where not even the file could be written, the entry to add is printed, and is the very entry', () => {
  const told = text({ kept: { kind: 'not committed', written: false, ...PROBLEM } });
  expect(told).toMatch(/^contoso {2}BLOCKED · /);
  expect(told).toMatch(
    /The block stays, but it is not in Git: Git cannot be started here\.\n {2}fix: Install Git\./,
  );
  const entry = told.slice(told.indexOf('    incident:'));
  expect(parse(entry.replace(/^ {4}/gm, ''))).toEqual({ incident: TOLD.incident });
});

test('a policy that leaves sign-in unmanaged is told that nobody switches it on again', () => {
  const kept = { kind: 'committed', commit: 'a'.repeat(40), branch: 'main' } as const;
  expect(text({ kept })).toMatch(
    /Committed aaaaaaaaaaaa on main[\s\S]*its plan restores what the policy says/,
  );
  expect(text({ kept, managed: false })).toMatch(
    /switch it on yourself then, or add application\.enabledForSignIn/,
  );
});

test('what was not sent says so, and whether anything was', () => {
  expect(text({ sent: { kind: 'not confirmed' } })).toBe('contoso  NOT CONFIRMED · nothing was sent\n');
  expect(text({ sent: { kind: 'failed', ...PROBLEM } })).toMatch(/NOT BLOCKED · nothing was changed/);
  expect(text({ sent: { kind: 'not known', ...PROBLEM } })).toMatch(
    /NOT KNOWN · it may or may not have taken: run the same block again/,
  );
});

test.each([
  ['blocked', /^contoso {2}BLOCKED · sign-in is off, and reads show it$/m],
  ['not shown yet', /^contoso {2}SENT · .*run the same block again in a minute$/m],
  ['on again', /^contoso {2}ON AGAIN · .*end that first, then run the same block again$/m],
] as const)('%s: applies that run elsewhere are to be cancelled', (kind, said) => {
  const told = text({ sent: { kind, created: false } });
  expect(told).toMatch(said);
  expect(told).toMatch(
    /apply that runs elsewhere .* cancel it \(GitHub: Actions › apply › Cancel workflow\)/,
  );
});

test('where nobody knows whether it took, the entry is kept and told', () => {
  const told = text({
    sent: { kind: 'not known', ...PROBLEM },
    kept: { kind: 'not committed', written: true, ...PROBLEM },
  });
  expect(told).toMatch(/The entry is not in Git[\s\S]*Commit policies\/tenants\/contoso\.yaml/);
  expect(told).toMatch(/cancel it/);
  expect(told).not.toMatch(/nothing was committed|The block stays/);
});

test('a reason, a branch or a message of Git can be nothing else', () => {
  const nasty = NASTY.join('');
  for (const kept of [
    { kind: 'committed', commit: 'a'.repeat(40), branch: nasty },
    { kind: 'not committed', written: false, message: nasty, fix: nasty },
  ] as const)
    expectHarmless(text({ kept, file: nasty, incident: { ...TOLD.incident, reason: nasty, by: nasty } }));
});
