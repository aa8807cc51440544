// However Graph cuts its lists into pages and whatever passes for trouble on the way: the same answers.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openReader } from '../../../src/graph/open-reader.ts';
import { batchOf, type Call, json, open, world } from './world.ts';

const GRAPH = 'https://graph.sandbox.localhost/v1.0';
const TROUBLE = [
  'fine',
  'fine',
  'fine',
  '429',
  '429 told',
  '503',
  'batch 429',
  'batch 503',
  'reset',
] as const;

test('any cut into pages and any passing trouble give the same answers', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(fc.integer(), { maxLength: 30 }), { minLength: 1, maxLength: 30 }),
      fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 10 }),
      fc.array(fc.constantFrom(...TROUBLE), { minLength: 1, maxLength: 60 }),
      async (lists, cuts, trouble) => {
        let turns = 0;
        // After the given trouble all is well, so that every read can end.
        const next = () => (turns < trouble.length ? trouble[turns++] : 'fine');
        const graph = (call: Call): Response => {
          const whole = next();
          if (whole === 'batch 429') return json(429, {}, { 'Retry-After': '1' });
          if (whole === 'batch 503') return json(503, {});
          if (whole === 'reset') throw new TypeError('fetch failed');
          return batchOf(({ url }) => {
            const luck = next();
            if (luck === '429' || luck === '503') return { status: Number(luck) };
            if (luck === '429 told') return { status: 429, headers: { 'Retry-After': '2' } };
            const [, list = '', from = '0'] = /^\/lists\/(\d+)(?:\?from=(\d+))?$/.exec(url) ?? [];
            const all = lists[Number(list)] ?? [];
            const size = cuts[(Number(list) + Number(from)) % cuts.length] ?? 1;
            const end = Number(from) + size;
            const more = end < all.length ? { '@odata.nextLink': `${GRAPH}/lists/${list}?from=${end}` } : {};
            return { status: 200, body: { value: all.slice(Number(from), end), ...more } };
          })(call);
        };
        const connection = await open(world({ graph }));
        const answers = await openReader(connection).read(
          lists.map((_, index) => ({
            method: 'GET',
            path: `/lists/${index}`,
            shape: 'list',
            what: 'a list',
            permission: 'Application.Read.All',
          })),
        );
        expect([...answers.values()]).toEqual(lists.map((value) => ({ kind: 'found', value })));
      },
    ),
    { numRuns: 60 },
  );
});
