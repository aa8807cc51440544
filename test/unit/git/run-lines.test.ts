import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ApplyReport } from '../../../src/core/report.ts';
import { sentRequest } from '../../../src/git/journal-paths.ts';
import { runLineOf, withoutNames } from '../../../src/git/run-lines.ts';

const CONTOSO = '11111111-2222-4333-8444-555555555555';
const ADA = 'aaaaaaaa-2222-4333-8444-555555555555';
const NAMES = /ada|example|contoso/i;
const head = {
  time: '2026-11-24T09:00:00.000Z',
  run: CONTOSO,
  tenant: CONTOSO,
  digest: `sha256:${'a'.repeat(64)}`,
};

test('no name from a run reaches the journal branch, ids do', () => {
  const body = { displayName: 'Ada Example', mail: 'ada@example.com' };
  const sending = (method: string, path: string) => ({
    ...head,
    event: 'sending',
    step: 1,
    request: { method, path, body },
  });
  const entries = [
    { ...head, event: 'losing', people: [ADA, 'ada@example.com', 'Ada Example', ADA.toUpperCase()] },
    sending('PATCH', `/servicePrincipals/${ADA}`),
    { ...head, event: 'answered', step: 1, result: 'accepted', status: 204, note: 'Ada Example' },
    { ...head, event: 'end', outcome: 'partly applied', note: 'ada@example.com', who: 'Ada Example' },
    { ...head, event: 'Ada Example', tenant: 'Contoso', time: 'ada', run: 'ada', digest: 'ada' },
    { ...head, event: 'end', outcome: 'ada from contoso' },
    { ...head, event: 'answered', step: 'ada', result: 'ada', status: 7 },
    { ...head, event: 'begin', reviewed: 'ada', steps: -1, left: 0.5 },
    { ...head, event: 'sending', step: 1, request: 'ada' },
    ['Ada Example'],
  ];
  const kept = withoutNames(`${entries.map((each) => JSON.stringify(each)).join('\n')}\n{"cut":"Ada`);
  expect(kept).not.toMatch(NAMES);
  const lines = kept
    .trim()
    .split('\n')
    .map((each) => JSON.parse(each));
  expect(lines).toEqual([
    { ...head, event: 'losing', people: [ADA] },
    { ...head, event: 'sending', step: 1, request: { method: 'PATCH', path: `/servicePrincipals/${ADA}` } },
    { ...head, event: 'answered', step: 1, result: 'accepted', status: 204 },
    { ...head, event: 'end', outcome: 'partly applied' },
    {},
    { ...head, event: 'end' },
    { ...head, event: 'answered' },
    { ...head, event: 'begin' },
    { ...head, event: 'sending', step: 1 },
  ]);
});

test.each([
  ['POST', '/users/ada@example.com'],
  ['POST', `/users/${ADA}`],
  ['PATCH', `/servicePrincipals/${ADA}/ada`],
  ['POST', '/oauth2PermissionGrants?name=ada'],
  ['POST', '/policies/permissionGrantPolicies/ada-example/includes'],
  ['GET', `/servicePrincipals/${ADA}`],
  ['Ada Example', `/servicePrincipals/${ADA}`],
])('a request that we do not send is not kept: %s %s', (method, path) => {
  expect(sentRequest(method, path)).toBeUndefined();
});

test('what should be an id and is none is not kept, the rest of the request is', () => {
  const assignment = 'a'.repeat(43);
  for (const no of ['ada@example.com', `${ADA}?$filter=displayName eq 'Ada'`, '', `${ADA} Ada`])
    expect(sentRequest('PATCH', `/servicePrincipals/${no}`)?.path).toBe('/servicePrincipals/{id}');
  expect(sentRequest('DELETE', `/servicePrincipals/Ada/appRoleAssignedTo/${assignment}`)).toEqual({
    method: 'DELETE',
    path: `/servicePrincipals/{id}/appRoleAssignedTo/${assignment}`,
  });
  expect(sentRequest('DELETE', '/oauth2PermissionGrants/Ada_Example')?.path).toBe(
    '/oauth2PermissionGrants/{id}',
  );
});

test('every request of every scenario is kept as it was sent', () => {
  const scenarios = join(import.meta.dirname, '../../scenarios');
  const requests = readdirSync(scenarios, { withFileTypes: true })
    .map((each) => join(scenarios, each.name, 'requests.txt'))
    .filter((file) => existsSync(file))
    .flatMap((file) => readFileSync(file, 'utf8').match(/^(POST|PATCH|DELETE) \/\S+$/gm) ?? []);
  expect(requests.length).toBeGreaterThan(50);
  const shapes = new Set<string>();
  for (const request of requests) {
    const [method, path] = request.split(' ');
    // Where the app is made by an earlier step, its id stands in the path by the time it is sent.
    const sent = path?.replaceAll('{application}', ADA);
    expect(sentRequest(method, sent), request).toEqual({ method, path: sent });
    shapes.add(`${method} ${sent?.replace(/[\w-]{36,64}/g, '*')}`);
  }
  expect(shapes.size).toBeGreaterThanOrEqual(10);
});

test('the line of a run has outcomes and what is left, and no name', () => {
  const about = { time: head.time, run: 5, attempt: 1, url: 'https://github.com/o/r', by: 'merge' } as const;
  const report: ApplyReport = {
    formatVersion: 1,
    tool: { name: 'iosmail', version: '1' },
    merged: { commit: 'c'.repeat(40) },
    tenants: [
      {
        tenant: { name: 'Contoso', id: CONTOSO, cloud: 'global' },
        review: { kind: 'pull request', pull: 7, approvedBy: ['octo'] },
        outcome: 'failed',
        steps: [],
        problem: { message: 'Ada Example', fix: 'ada@example.com' },
      },
    ],
  };
  const line = runLineOf(report, about);
  expect(JSON.stringify(line)).not.toMatch(NAMES);
  expect(line).toMatchObject({
    commit: 'c'.repeat(40),
    outcome: 'whole',
    left: [{ tenant: CONTOSO, pull: 7 }],
  });
  expect(line.tenants).toEqual({ [CONTOSO]: { outcome: 'failed', pull: 7, approvedBy: ['octo'] } });
  expect(runLineOf(undefined, about)).toMatchObject({ outcome: 'unknown', tenants: {}, left: [] });
});
