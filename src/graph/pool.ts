import type { SecureContext } from 'node:tls';
import type { Dispatcher } from 'undici';
import type { Fetch } from './exchange.ts';

/** Sockets per host; a fleet shares them. */
const CONNECTIONS = 64;

/**
 * A fetch over a bounded pool of kept-alive connections: left alone it opens a socket per request.
 * A proxy is used where `HTTPS_PROXY` names one (`NO_PROXY` is honoured).
 * @param trust certificates (PEM) to trust besides Node's own root certificates.
 */
export function pooledFetch(env: NodeJS.ProcessEnv, trust?: string): Fetch {
  let pool: Promise<Dispatcher> | undefined;
  return async (url, init) => {
    pool ??= openPool(env, trust);
    const dispatcher = await pool;
    const { fetch } = await import('./http.ts');
    return await fetch(url, { ...init, dispatcher });
  };
}

async function openPool(env: NodeJS.ProcessEnv, trust: string | undefined): Promise<Dispatcher> {
  const { Agent, EnvHttpProxyAgent } = await import('./http.ts');
  const connect = trust === undefined ? {} : { secureContext: await trusting(trust) };
  const options = { connections: CONNECTIONS, connect };
  const proxy = env.HTTPS_PROXY ?? env.https_proxy;
  if (proxy === undefined || proxy === '') return new Agent(options);
  const noProxy = env.NO_PROXY ?? env.no_proxy ?? '';
  // Behind a proxy the far end's certificate is judged by `requestTls`, not by `connect`.
  return new EnvHttpProxyAgent({ ...options, requestTls: connect, httpsProxy: proxy, noProxy });
}

/** Made once: parsing all root certificates anew costs more than the rest of a connection. */
async function trusting(certificates: string): Promise<SecureContext> {
  const { createSecureContext, rootCertificates } = await import('node:tls');
  return createSecureContext({ ca: [...rootCertificates, certificates] });
}
