import { beforeEach, expect, test, vi } from 'vitest';
import { commandsOf, type Invoked } from '../../../src/commands/arguments.ts';
import { afterPlan } from '../../../src/commands/next.ts';

beforeEach(() => {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  return () => vi.restoreAllMocks();
});

async function invoked(...argv: readonly string[]): Promise<Invoked | undefined> {
  let seen: Invoked | undefined;
  const program = commandsOf('0.0.0', async (each) => {
    seen = each;
  });
  await program.parseAsync([...argv], { from: 'user' });
  return seen;
}

test('a head needs a base', async () => {
  await expect(invoked('plan', '--head', 'change')).rejects.toThrow("needs '--base <ref>'");
  expect((await invoked('plan', '--base', 'main', '--head', 'change'))?.flags).toMatchObject({
    base: 'main',
    head: 'change',
  });
});

test('the command that follows a plan of a proposal plans the same proposal', async () => {
  const seen = await invoked('plan', '--base', 'main', '--head', 'change');
  if (seen?.command !== 'plan') throw new Error('not plan');
  expect(afterPlan(seen.flags)).toBe('iosmail plan --base main --head change --out plan.json');
});

test('planning afresh needs the commit whose policies to plan', async () => {
  await expect(invoked('apply', '--plan', 'x', '--replan')).rejects.toThrow(
    "'--replan' needs '--commit <sha>'",
  );
  expect((await invoked('apply', '--commit', 'x', '--replan'))?.flags).toMatchObject({ replan: true });
  expect((await invoked('apply', '--commit', 'x'))?.flags).toMatchObject({ replan: false });
});
