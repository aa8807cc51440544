import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { artifactFile } from '../../../src/github/artifacts.ts';
import { GitHubFailure } from '../../../src/github/failure.ts';
import { json, page, wire } from './wire.ts';

const MIB = 1024 * 1024;
const GOOD = zipSync({ 'plan.json': strToU8('{"é":1}'), 'other.json': strToU8('{}') });

function artifact(id: number, over: object = {}) {
  return { id, name: 'iosmail-plan', size_in_bytes: 100, expired: false, ...over };
}

/** The file of an artifact that is listed and downloads as told. */
async function read(artifacts: readonly object[], download: () => Response) {
  const { github, calls } = await wire((call) => {
    if (call.path.endsWith('/artifacts'))
      return page(call, [
        { total_count: 1, artifacts: [] },
        { total_count: 1, artifacts },
      ]);
    return download();
  });
  const text = artifactFile(github, 77, 'iosmail-plan', 'plan.json');
  return { text, calls };
}

const zip = (bytes: Uint8Array) =>
  new Response(Buffer.from(bytes), { headers: { 'content-type': 'application/zip' } });

describe('a file of an artifact', () => {
  it('is the one of the newest artifact of that very name', async () => {
    const listed = [artifact(3), artifact(9), artifact(12, { name: 'iosmail-plan-old' })];
    const { text, calls } = await read(listed, () => zip(GOOD));
    expect(await text).toBe('{"é":1}');
    expect(calls.map(({ path }) => path)).toEqual([
      '/actions/runs/77/artifacts',
      '/actions/runs/77/artifacts',
      '/actions/artifacts/9/zip',
    ]);
    expect(calls[0]?.query.get('name')).toBe('iosmail-plan');
  });

  it.each<[string, readonly object[], () => Response, RegExp]>([
    ['no artifact', [], () => zip(GOOD), /is not there/],
    ['one that has expired', [artifact(1, { expired: true })], () => zip(GOOD), /has expired/],
    [
      'too large by its listing',
      [artifact(1, { size_in_bytes: 65 * MIB })],
      () => zip(GOOD),
      /larger than 64/,
    ],
    ['no such file', [artifact(1)], () => zip(zipSync({ a: strToU8('x') })), /holds no file plan\.json/],
    ['no zip file', [artifact(1)], () => zip(strToU8('<html>not a zip</html>')), /not a zip file/],
    ['a zip file cut short', [artifact(1)], () => zip(GOOD.slice(0, 60)), /not a zip file/],
    ['no content', [artifact(1)], () => new Response(null), /without content/],
    ['no text', [artifact(1)], () => zip(zipSync({ 'plan.json': new Uint8Array([0xff, 0xfe]) })), /not text/],
    [
      'a file that grows too large when unpacked',
      [artifact(1)],
      () => zip(zipSync({ 'plan.json': new Uint8Array(65 * MIB) }, { level: 1 })),
      /larger than 64/,
    ],
    ['gone on the way', [artifact(1)], () => json(410, { message: 'Gone' }), /410/],
  ])('%s is a failure that says so', async (_, listed, download, words) => {
    const error = await (await read(listed, download)).text.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(GitHubFailure);
    expect(String(error)).toMatch(words);
    expect(error).toHaveProperty('fix', expect.stringMatching(/./));
  });

  it('whose download goes on is not read to its end', async () => {
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += MIB;
        controller.enqueue(new Uint8Array(MIB));
        // So that a reader that never stops fails here, and does not eat up the machine.
        if (sent === 100 * MIB) controller.close();
      },
    });
    const { text } = await read([artifact(1)], () => new Response(endless));
    await expect(text).rejects.toThrow(/larger than 64/);
    expect(sent).toBeLessThan(70 * MIB);
  });

  it('whose connection breaks is a failure without the address it came from', async () => {
    const broken = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.error(new Error('https://blob.example/?sig=secret')),
    });
    const { text } = await read([artifact(1)], () => new Response(broken));
    const error = await text.catch((thrown: unknown) => thrown);
    expect(String(error)).toMatch(/not received whole/);
    expect(JSON.stringify(error) + String(error)).not.toContain('sig=');
  });

  it('whose size is told wrong in the zip file is not unpacked beyond it', async () => {
    const lying = Buffer.from(zipSync({ 'plan.json': new Uint8Array(MIB) }));
    // The size as it was, in the directory at the end: 24 bytes after its signature.
    lying.writeUInt32LE(10, lying.indexOf(Buffer.from([0x50, 0x4b, 1, 2])) + 24);
    const { text } = await read([artifact(1)], () => zip(lying));
    const told = await text.catch((error: unknown) => error);
    expect(told instanceof GitHubFailure || String(told).length <= 10).toBe(true);
  });
});
