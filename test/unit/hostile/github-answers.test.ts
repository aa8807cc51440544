import { expect, test } from 'vitest';
import { openGitHub } from '../../../src/github/open-github.ts';
import { pullOfCommit } from '../../../src/github/pulls.ts';
import { reviewOf } from '../../../src/github/reviewed-plan.ts';
import { DEEP, sample } from '../../depth.ts';
import { count } from '../../tally.ts';
import { GATE, idOf, reviewed, rules } from '../commands/reviewed-pulls.ts';
import { spoiltOf } from './spoil.ts';
import { expectTold, staysUnpolluted } from './unpolluted.ts';

const FEW = 40;
const MOST = 4500;

staysUnpolluted();

type Recorded = {
  readonly url: string;
  readonly status: number;
  readonly headers: readonly [string, string][];
  readonly bytes: Uint8Array;
};

const NOT_FOUND: Recorded = { url: '', status: 404, headers: [], bytes: new Uint8Array() };

const textOf = ({ headers, bytes }: Recorded) =>
  headers.some(([name, value]) => name === 'content-type' && value.includes('json'))
    ? new TextDecoder().decode(bytes)
    : '';

/** Asks of one commit what its review allows, as an apply does, over a fetch. */
async function asked(fetch: typeof globalThis.fetch, commit: string, api: string) {
  const github = await openGitHub(
    {
      GITHUB_TOKEN: 'ghs_replayed',
      GITHUB_API_URL: api,
      GITHUB_REPOSITORY: 'contoso/policies',
      GITHUB_RUN_ID: '90',
    },
    { fetch, wait: async () => undefined },
  );
  const pull = await pullOfCommit(github, commit, 'main');
  if (pull === undefined) return { kind: 'no pull request' } as const;
  return (await reviewOf(github, pull, rules()))(idOf(GATE));
}

test('no answer of GitHub, spoilt in one place, makes a review of something that is none', async () => {
  const world = await reviewed();
  const { fake } = world;
  const pull = await world.opened('gate', { 'policies/x.yaml': 'a: 1\n' });
  await world.recorded(pull, GATE, 71);
  fake.review({ pull, user: 'bob', state: 'APPROVED' });
  const commit = await world.merged(pull);
  const token = fake.workflowToken({
    contents: 'read',
    'pull-requests': 'read',
    checks: 'read',
    actions: 'read',
  });
  const answers: Recorded[] = [];
  const recording: typeof globalThis.fetch = async (input, init) => {
    const headers = new Headers(init?.headers);
    headers.set('authorization', `token ${token}`);
    const response = await globalThis.fetch(input, { ...init, headers });
    const bytes = new Uint8Array(await response.arrayBuffer());
    answers.push({ url: String(input), status: response.status, headers: [...response.headers], bytes });
    return answered(answers.at(-1) as Recorded, undefined, String(input));
  };
  const well = await asked(recording, commit, fake.apiUrl);
  expect(well).toMatchObject({ kind: 'reviewed', approvedBy: ['bob'] });

  const all = answers.flatMap((answer, at) => spoiltOf(textOf(answer)).map((each) => ({ ...each, at })));
  const every = Math.max(1, Math.floor(all.length / MOST));
  const cases = sample(
    DEEP ? all.filter((_, index) => index % every === 0) : all,
    FEW,
    ({ at, name }) => `${at} ${name}`,
  );
  for (const { at, name, kind, text } of cases) {
    const replaying: typeof globalThis.fetch = async (input) => {
      const place = answers.findIndex(({ url }) => url === String(input));
      const answer = answers[place] ?? NOT_FOUND;
      return answered(answer, place === at ? text() : undefined, String(input));
    };
    const where = `answer ${at}: ${name}`;
    const result = await asked(replaying, commit, fake.apiUrl).catch((error: unknown) => error);
    if (result instanceof Error) expectTold(result, where);
    else if (kind === 'wrong')
      expect(['reviewed', 'refused', 'no pull request'], where).toContain((result as { kind: string }).kind);
    if (!(result instanceof Error) && (result as { kind: string }).kind === 'reviewed')
      expect(result, where).toEqual(well);
    count('hostile inputs');
  }
});

function answered({ status, headers, bytes }: Recorded, text: string | undefined, url: string): Response {
  const kept = headers.filter(([name]) => !/^(content-(length|encoding)|transfer-encoding)$/.test(name));
  const response = new Response(text ?? Buffer.from(bytes), { status, headers: kept });
  return Object.defineProperty(response, 'url', { value: url });
}
