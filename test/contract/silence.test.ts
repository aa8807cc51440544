// The SDKs print nothing that matters even when somebody asks them to print everything.
import { expect, test, vi } from 'vitest';

test('with every log of the SDKs switched on, no secret and no token is printed', async () => {
  // Read once, when the SDK is loaded; hence before any import of ours.
  process.env.AZURE_LOG_LEVEL = 'verbose';
  let printed = '';
  const keep = (chunk: unknown) => {
    printed += String(chunk);
    return true;
  };
  const spies = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation(keep),
  );
  const consoles = (['log', 'info', 'warn', 'error', 'debug'] as const).map((name) =>
    vi.spyOn(console, name).mockImplementation((...args) => keep(args.join(' '))),
  );
  try {
    const { batchOf, open, SECRET, world } = await import('../unit/graph/world.ts');
    const { openReader } = await import('../../src/graph/open-reader.ts');
    const here = world({ graph: batchOf(() => ({ status: 200, body: {} })) });
    const connection = await open(here);
    await openReader(connection).read([
      { method: 'GET', path: '/a', shape: 'one', what: 'a', permission: 'x' },
    ]);
    await open(world({ token: () => new Response('{}', { status: 400 }) })).catch(() => undefined);
    expect(printed).toContain('azure:identity');
    for (const secret of [SECRET, encodeURIComponent(SECRET), here.tokens[0]])
      expect(printed).not.toContain(secret);
  } finally {
    for (const spy of [...spies, ...consoles]) spy.mockRestore();
    delete process.env.AZURE_LOG_LEVEL;
  }
});
