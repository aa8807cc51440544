import type { Cloud } from '../core/state.ts';
import { DEFAULT_TIMEOUT, type Edge } from './edge.ts';
import { exchange } from './exchange.ts';
import { GraphFailure } from './failure.ts';
import { claimsOf } from './jwt.ts';
import { createPatience, isPassing } from './patience.ts';

/** The audience a federated credential must list; it differs per cloud. */
const AUDIENCES: { readonly [cloud in Cloud]: string } = {
  global: 'api://AzureADTokenExchange',
  usgov: 'api://AzureADTokenExchangeUSGov',
  usgovdod: 'api://AzureADTokenExchangeUSGov',
  china: 'api://AzureADTokenExchangeChina',
};

/** An assertion is not used in the last minute of its life. */
const MARGIN_MS = 60_000;

/**
 * Gives the workflow's own OIDC token as an assertion. One token serves until it is about to expire: the SDK asks
 * twice for every access token, even for one it has in its cache.
 * @throws GraphFailure `sign-in` when GitHub does not give one.
 */
export function githubAssertion(cloud: Cloud, url: string, token: string, edge: Edge): () => Promise<string> {
  let held: { readonly assertion: Promise<string>; until: number } | undefined;
  return async () => {
    const now = edge.clock.now().getTime();
    if (held !== undefined && now < held.until) return await held.assertion;
    const fresh = {
      assertion: fetchAssertion(AUDIENCES[cloud], url, token, edge),
      until: Number.POSITIVE_INFINITY,
    };
    held = fresh;
    try {
      const assertion = await fresh.assertion;
      const expires = claimsOf(assertion)?.exp;
      fresh.until = (typeof expires === 'number' ? expires * 1_000 : now + 2 * MARGIN_MS) - MARGIN_MS;
      return assertion;
    } catch (error) {
      held = undefined;
      throw error;
    }
  };
}

async function fetchAssertion(audience: string, url: string, token: string, edge: Edge): Promise<string> {
  const patience = createPatience(edge.random ?? Math.random, 3);
  const target = new URL(url);
  target.searchParams.set('audience', audience);
  const init = { method: 'GET', headers: { Authorization: `bearer ${token}`, Accept: 'application/json' } };
  for (;;) {
    const answer = await exchange(edge.fetch, target.href, init, {
      timeout: edge.timeout ?? DEFAULT_TIMEOUT,
    });
    if (answer.arrived && answer.status === 200) return tokenIn(answer.text);
    const passing = !answer.arrived || isPassing(answer.status);
    const wait = passing ? patience.next(undefined) : undefined;
    if (wait === undefined) throw unavailable(answer.arrived ? `status ${answer.status}` : answer.detail);
    const why = !answer.arrived ? 'unreached' : answer.status === 429 ? 'throttled' : 'failing';
    edge.onWait?.({ ...wait, from: 'GitHub', why, what: 'OIDC token' });
    await edge.clock.sleep(wait.ms);
  }
}

function tokenIn(text: string): string {
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null && 'value' in body && typeof body.value === 'string') {
      return body.value;
    }
  } catch {
    // Told below: the answer is not what GitHub promises.
  }
  throw unavailable('an answer without a token');
}

function unavailable(detail: string): GraphFailure {
  return new GraphFailure(
    'sign-in',
    `GitHub did not give this job an OIDC token: ${detail}.`,
    'The job needs "permissions: id-token: write"; pull requests from forks never get it.',
  );
}
