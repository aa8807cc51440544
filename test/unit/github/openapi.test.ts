import { describe, expect, it } from 'vitest';
import { checkExchange, type Exchange } from '../../github/openapi.ts';

const COMMENT = {
  id: 1,
  node_id: 'n',
  url: 'u',
  html_url: 'u',
  issue_url: 'u',
  user: null,
  body: 'x',
  created_at: 't',
  updated_at: 't',
  author_association: 'NONE',
};
const POST: Exchange = {
  method: 'POST',
  path: '/repos/acme/mail/issues/1/comments',
  query: {},
  requestBody: { body: 'x' },
  status: 201,
  responseBody: COMMENT,
};
const LIST: Exchange = {
  ...POST,
  method: 'GET',
  query: { per_page: '100' },
  requestBody: undefined,
  status: 200,
  responseBody: [COMMENT],
};

describe("GitHub's own description", () => {
  it.each<[string, Exchange]>([
    ['a comment posted', POST],
    ['comments listed', LIST],
    ['a reference with slashes', { ...LIST, path: '/repos/a/b/git/ref/heads/x/y', query: {}, status: 503 }],
    ['a rate limit', { ...LIST, status: 429, responseBody: {} }],
    [
      'a redirect',
      {
        ...LIST,
        path: '/repos/a/b/actions/artifacts/1/zip',
        query: {},
        status: 302,
        responseBody: undefined,
      },
    ],
  ])('allows %s', (_, exchange) => {
    expect(checkExchange(exchange).filter((fault) => !fault.includes('of its 503'))).toEqual([]);
  });

  it.each<[string, Exchange, RegExp]>([
    ['an operation not in the slice', { ...POST, path: '/repos/acme/mail/stargazers' }, /outside the slice/],
    ['a method not in the slice', { ...POST, method: 'PUT' }, /outside the slice/],
    ['a body missing', { ...POST, requestBody: undefined }, /body is missing/],
    ['a body of the wrong kind', { ...POST, requestBody: { body: 1 } }, /the body does not fit.*string/],
    ['a property misspelt', { ...POST, requestBody: { body: 'x', bdy: 'x' } }, /has bdy/],
    ['an option misspelt', { ...LIST, query: { perpage: '100' } }, /perpage is not known/],
    [
      'an option that is no number',
      { ...LIST, query: new URLSearchParams('per_page=all') },
      /per_page.*integer/,
    ],
    ['a status it does not have', { ...POST, status: 202 }, /may not answer 202/],
    ['an answer without its id', { ...POST, responseBody: { ...COMMENT, id: undefined } }, /id/],
    ['no answer', { ...POST, responseBody: undefined }, /of its 201 does not fit/],
    ['an answer inside a list', { ...LIST, responseBody: [COMMENT, {}] }, /data\/1 must have/],
    [
      'a word it does not have',
      {
        ...POST,
        path: '/repos/acme/mail/check-runs',
        requestBody: { name: 'x', head_sha: 'x', status: 'completed', conclusion: 'splendid' },
      },
      /conclusion must be equal/,
    ],
  ])('forbids %s', (_, exchange, words) => {
    expect(checkExchange(exchange).join('\n')).toMatch(words);
  });
});
