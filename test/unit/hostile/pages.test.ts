import { expect, test } from 'vitest';
import type { Json } from '../../../src/core/json.ts';
import type { Answer, ReadRequest } from '../../../src/core/request.ts';
import { advance, begin, type PendingRead } from '../../../src/graph/pending-read.ts';
import { count } from '../../tally.ts';
import { computing, expectTold, staysUnpolluted } from './unpolluted.ts';

const GRAPH = 'https://graph.microsoft.com';
const READ: ReadRequest = {
  method: 'GET',
  path: '/groups/x/members',
  shape: 'list',
  what: 'the members',
  permission: 'GroupMember.Read.All',
};

staysUnpolluted();

const isAnswer = (result: Answer | PendingRead): result is Answer => 'kind' in result;
const answer = (value: Json[], next?: Json) => ({
  status: 200,
  headers: new Map<string, string>(),
  body: { value, ...(next === undefined ? {} : { '@odata.nextLink': next }) } as Json,
});

/** Reads pages until it ends; how many there were, and what it came to. */
function read(pageAt: (page: number) => ReturnType<typeof answer>): { pages: number; result: unknown } {
  let pending = begin(READ);
  for (let pages = 1; ; pages += 1) {
    try {
      const result = advance(pending, pageAt(pages), GRAPH);
      if (isAnswer(result)) return { pages, result };
      pending = result;
    } catch (error) {
      return { pages, result: error };
    }
  }
}

test.each<Json>([
  'https://evil.example/v1.0/groups/x/members',
  'https://graph.microsoft.com.evil.example/v1.0/groups',
  'https://graph.microsoft.com@evil.example/v1.0/groups',
  'https://user:secret@graph.microsoft.com/v1.0/groups',
  'https://graph.microsoft.com:8443/v1.0/groups',
  'http://graph.microsoft.com/v1.0/groups',
  'https://graph.microsoft.com/beta/groups',
  'https://graph.microsoft.com/v1.0/../beta/groups',
  'https://graph.microsoft.com/v1.0/%2e%2e/beta/groups',
  '//evil.example/v1.0/groups',
  '/v1.0/groups',
  'file:///etc/passwd',
  'javascript:alert(1)',
  '',
  7,
  null,
  {},
  ['https://graph.microsoft.com/v1.0/groups'],
  `${GRAPH}/v1.0/groups/x/members`,
])('a next page at %j is not followed', (next) => {
  const { pages, result } = read((page) => answer([], page === 1 ? next : `${GRAPH}/v1.0/groups/x/members`));
  expect(pages).toBeLessThanOrEqual(2);
  expectTold(result, String(next));
  count('hostile inputs');
});

test('pages without end come to one, soon', () => {
  const start = computing();
  const { pages, result } = read((page) => answer([], `${GRAPH}/v1.0/groups/x/members?$skiptoken=${page}`));
  expect(pages).toBe(10_000);
  expectTold(result, 'pages');
  expect(computing() - start).toBeLessThan(2000);
});

test('a list of more than a million entries is not kept', () => {
  const page = new Array(999).fill({ id: 'x' });
  const { pages, result } = read((at) => answer(page, `${GRAPH}/v1.0/groups/x/members?$skiptoken=${at}`));
  expect(pages).toBe(Math.floor(1_000_000 / 999) + 1);
  expectTold(result, 'entries');
});
