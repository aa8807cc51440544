import { expect, expectTypeOf, test } from 'vitest';
import type { Answers } from '../../../src/core/request.ts';
import type { TenantPolicy } from '../../../src/core/state.ts';
import { type Connection, connect } from '../../../src/graph/connect.ts';
import { sandboxEdge } from '../../../src/graph/edge.ts';
import { openReader } from '../../../src/graph/open-reader.ts';
import type { GraphReader } from '../../../src/graph/reader.ts';
import type { GraphWriter } from '../../../src/graph/writer.ts';
import type { planFleet } from '../../../src/planning/plan-fleet.ts';
import { planTenant } from '../../../src/planning/plan-tenant.ts';
import { SANDBOX_CLIENT_ID, SANDBOX_SECRET } from '../../../src/sandbox/clients.ts';
import { createSandbox } from '../../../src/sandbox/sandbox.ts';

// `npm run types` judges the types; that values are no wider than their types is seen by running.

declare const reader: GraphReader;
declare const onlyWrites: GraphWriter;
declare const connection: Connection;
declare const policy: TenantPolicy;

/** Never called: each line must not compile, and tsc complains where one does. */
function wouldWrite(): void {
  // @ts-expect-error a reader has nothing to write with
  void reader.write;
  // @ts-expect-error a reader is no writer
  const writer: GraphWriter = reader;
  void writer;
  // @ts-expect-error what was signed in to cannot send by itself
  void connection.send;
  // @ts-expect-error nor write
  void connection.write;
  // @ts-expect-error planning takes a reader, and a writer is none
  void planTenant(onlyWrites, policy, '2026-11-24', new Set());
}

test('planning is handed a reader, and a reader only reads', () => {
  expectTypeOf<Parameters<typeof planTenant>[0]>().toEqualTypeOf<GraphReader>();
  expectTypeOf<keyof GraphReader>().toEqualTypeOf<'read'>();
  expectTypeOf<ReturnType<GraphReader['read']>>().resolves.toEqualTypeOf<Answers>();
  expectTypeOf<keyof GraphWriter>().toEqualTypeOf<'write'>();
  expectTypeOf<Extract<keyof Parameters<typeof planFleet>[0], 'writer' | 'journal'>>().toBeNever();
  expect(typeof wouldWrite).toBe('function');
});

test('nor is there anything else on what planning is handed, for whoever casts', async () => {
  const sandbox = createSandbox();
  const { id } = [...sandbox.tenants.values()][0] ?? { id: '' };
  const clock = { now: () => new Date(), sleep: async () => {} };
  const signedIn = await connect({ id, cloud: 'global' }, 'plan', {
    env: { AZURE_CLIENT_ID: SANDBOX_CLIENT_ID, AZURE_CLIENT_SECRET: SANDBOX_SECRET },
    edge: sandboxEdge(sandbox.fetch, clock),
  });
  expect(Reflect.ownKeys(signedIn).toSorted()).toEqual(['clientId', 'cost', 'role', 'tenant']);
  expect(Reflect.ownKeys(openReader(signedIn))).toEqual(['read']);
});
