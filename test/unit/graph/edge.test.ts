import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server } from 'node:https';
import { type AddressInfo, connect as connectTo, type Socket } from 'node:net';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { realEdge } from '../../../src/graph/edge.ts';
import { exchange } from '../../../src/graph/exchange.ts';
import { GraphFailure } from '../../../src/graph/failure.ts';
import { pooledFetch } from '../../../src/graph/pool.ts';

describe('where the real world is', () => {
  test("Microsoft's hosts, per cloud", () => {
    const { endpoints } = realEdge({});
    expect(endpoints('global')).toEqual({
      graph: 'https://graph.microsoft.com',
      login: 'https://login.microsoftonline.com',
    });
    expect(endpoints('usgov')).toEqual({
      graph: 'https://graph.microsoft.us',
      login: 'https://login.microsoftonline.us',
    });
    expect(endpoints('usgovdod')).toEqual({
      graph: 'https://dod-graph.microsoft.us',
      login: 'https://login.microsoftonline.us',
    });
    expect(endpoints('china')).toEqual({
      graph: 'https://microsoftgraph.chinacloudapi.cn',
      login: 'https://login.chinacloudapi.cn',
    });
  });

  test('overrides replace the hosts of every cloud', () => {
    const { endpoints } = realEdge({
      AZURE_AUTHORITY_HOST: 'https://localhost:8443/',
      IOSMAIL_GRAPH_ENDPOINT: 'https://localhost:8444',
    });
    expect(endpoints('china')).toEqual({ graph: 'https://localhost:8444', login: 'https://localhost:8443' });
  });

  test.each([
    'http://localhost:8443',
    'localhost',
    'login.microsoftonline.com',
    'https://localhost/common',
    'https://localhost/?x=1',
    'https://me@localhost',
    'file:///etc/passwd',
  ])('%s is no such override', (value) => {
    expect(() => realEdge({ AZURE_AUTHORITY_HOST: value })).toThrow(GraphFailure);
    expect(() => realEdge({ IOSMAIL_GRAPH_ENDPOINT: value })).toThrow(/IOSMAIL_GRAPH_ENDPOINT/);
  });

  test('the system clock sleeps, and wakes early when told', async () => {
    const { clock } = realEdge({});
    const start = Date.now();
    await clock.sleep(20);
    expect(Date.now() - start).toBeGreaterThanOrEqual(15);
    const abort = new AbortController();
    const long = clock.sleep(60_000, abort.signal);
    abort.abort(new Error('stop'));
    await expect(long).rejects.toThrow('stop');
    await expect(clock.sleep(60_000, abort.signal)).rejects.toThrow('stop');
  });
});

describe('over TLS', () => {
  let server: Server;
  let base: string;
  let ca: string;
  let sockets = 0;

  beforeAll(async () => {
    const made = await generate([{ name: 'commonName', value: 'localhost' }], {
      keySize: 2048,
      extensions: [
        { name: 'basicConstraints', cA: true },
        { name: 'subjectAltName', altNames: [{ type: 2, value: 'localhost' }] },
      ],
    });
    ca = made.cert;
    server = createServer({ key: made.private, cert: made.cert }, (request, response) => {
      if (request.url === '/slow') return;
      if (request.url === '/moved') response.writeHead(302, { Location: '/elsewhere' }).end();
      else if (request.url === '/large') response.end('x'.repeat(5_000));
      else if (request.url === '/cut') {
        response.writeHead(200, { 'Content-Length': '100' });
        response.write('half');
        setTimeout(() => response.destroy(), 5);
      } else {
        let body = '';
        request.on('data', (chunk) => {
          body += chunk;
        });
        request.on('end', () =>
          setTimeout(() => response.writeHead(201, { 'X-Seen': 'yes' }).end(`${request.method} ${body}`), 5),
        );
      }
    });
    server.on('secureConnection', () => sockets++);
    await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
    const { port } = server.address() as AddressInfo;
    base = `https://localhost:${port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const get = { method: 'GET', headers: {} };
  const limits = { timeout: 5_000 };

  test('a certificate is trusted when it is given, and only then', async () => {
    const post = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{"ä":1}' };
    const fine = await exchange(pooledFetch({}, ca), `${base}/`, post, limits);
    expect(fine).toMatchObject({ arrived: true, status: 201, text: 'POST {"ä":1}' });
    const refused = await exchange(pooledFetch({}), `${base}/`, get, limits);
    expect(refused).toMatchObject({
      arrived: false,
      why: 'network',
      detail: expect.stringMatching(/self.signed|certificate/i),
    });
  });

  test('connections are kept and bounded', async () => {
    const fetch = pooledFetch({}, ca);
    sockets = 0;
    for (let each = 0; each < 10; each++) await exchange(fetch, `${base}/`, get, limits);
    expect(sockets).toBeLessThanOrEqual(2);
    await Promise.all(Array.from({ length: 200 }, () => exchange(fetch, `${base}/`, get, limits)));
    expect(sockets).toBeLessThanOrEqual(64);
  });

  test('a proxy carries everything but what NO_PROXY names', async () => {
    const asked: string[] = [];
    const proxy = createHttpServer();
    proxy.on('connect', (request, client: Socket, head: Buffer) => {
      asked.push(String(request.url));
      const upstream = connectTo(Number(new URL(base).port), 'localhost', () => {
        client.write('HTTP/1.1 200 OK\r\n\r\n');
        upstream.write(head);
        upstream.pipe(client).pipe(upstream);
      });
      client.on('error', () => upstream.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const env = { HTTPS_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` };
    try {
      const through = await exchange(pooledFetch(env, ca), `${base}/`, get, limits);
      expect(through).toMatchObject({ arrived: true, status: 201 });
      expect(asked).toEqual([new URL(base).host]);
      const around = await exchange(
        pooledFetch({ ...env, NO_PROXY: 'localhost' }, ca),
        `${base}/`,
        get,
        limits,
      );
      expect(around).toMatchObject({ arrived: true, status: 201 });
      expect(asked).toHaveLength(1);
    } finally {
      proxy.closeAllConnections();
      proxy.close();
    }
  });

  test('redirects are told, not followed', async () => {
    expect(await exchange(pooledFetch({}, ca), `${base}/moved`, get, limits)).toMatchObject({
      arrived: true,
      status: 302,
    });
  });

  test('slow, cut off and oversized answers are no answers', async () => {
    const fetch = pooledFetch({}, ca);
    expect(await exchange(fetch, `${base}/slow`, get, { timeout: 20 })).toMatchObject({
      arrived: false,
      why: 'timeout',
    });
    expect(await exchange(fetch, `${base}/cut`, get, limits)).toMatchObject({
      arrived: false,
      why: 'network',
    });
    expect(await exchange(fetch, `${base}/large`, get, { ...limits, maxBytes: 1_000 })).toMatchObject({
      arrived: false,
      why: 'too-large',
    });
  });

  test('cancelling ends the wait', async () => {
    const abort = new AbortController();
    const waiting = exchange(pooledFetch({}, ca), `${base}/slow`, { ...get, signal: abort.signal }, limits);
    abort.abort();
    expect(await waiting).toMatchObject({ arrived: false, detail: 'cancelled' });
    expect(
      await exchange(pooledFetch({}, ca), `${base}/`, { ...get, signal: abort.signal }, limits),
    ).toMatchObject({ arrived: false });
  });

  test('an unreachable host is told by its code', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, 'localhost', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    const nobody = await exchange(pooledFetch({}, ca), `https://localhost:${port}/`, get, limits);
    expect(nobody).toMatchObject({
      arrived: false,
      why: 'network',
      detail: expect.stringContaining('ECONNREFUSED'),
    });
  });
});
