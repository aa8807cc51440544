import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:https';
import { join } from 'node:path';
import { generate } from 'selfsigned';

const HOSTS = ['graph.microsoft.com', 'login.microsoftonline.com'];

/**
 * The built command as a sandbox, in front of it Microsoft's two host names, and both clients that can ask it.
 * @param folder for everything that is written @param program the other client's JavaScript
 */
export async function openStage({ root, folder, program }) {
  const cli = join(root, 'dist/cli.js');
  const plain = { PATH: process.env.PATH, HOME: join(folder, 'home') };
  mkdirSync(plain.HOME, { recursive: true });
  const sandbox = spawn(process.execPath, [cli, 'sandbox', '--port', '0'], {
    env: plain,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const said = await untilSaid(sandbox, 'Stop with Ctrl-C');
  const told = Object.fromEntries(
    [...said.matchAll(/^ +export (\w+)=(\S+)$/gm)].map(([, name, value]) => [name, value]),
  );
  const [, applyId] = /to apply, export AZURE_CLIENT_ID=([\w-]+)/.exec(said) ?? [];
  const { front, ca } = await standBefore(told);
  const trust = join(folder, 'ca.pem');
  writeFileSync(trust, ca);
  return {
    secret: told.AZURE_CLIENT_SECRET,
    applyId,
    root,
    folder,
    /** Runs the tool; its answer is JSON unless `as` says otherwise. */
    iosmail: (args, env = {}) => run([cli, ...args], { cwd: root, env: { ...plain, ...told, ...env } }),
    /** Runs the other client. */
    m365: (args) => run([program, ...args], { cwd: folder, env: { ...plain, NODE_EXTRA_CA_CERTS: trust } }),
    close: () => {
      front.close();
      front.closeAllConnections();
      sandbox.kill();
    },
  };
}

async function untilSaid(child, text) {
  let heard = '';
  child.stdout.setEncoding('utf8');
  for await (const part of child.stdout) {
    heard += part;
    if (heard.includes(text)) return heard;
  }
  throw new Error(`The sandbox ended without saying “${text}”: ${heard}`);
}

/** Answers for Microsoft's host names and hands every request on as it is, Host header included. */
async function standBefore({ AZURE_AUTHORITY_HOST: origin, NODE_EXTRA_CA_CERTS: caFile }) {
  const { private: key, cert } = await generate([{ name: 'commonName', value: HOSTS[0] }], {
    keySize: 2048,
    algorithm: 'sha256',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'subjectAltName', altNames: HOSTS.map((value) => ({ type: 2, value })) },
    ],
  });
  const { port } = new URL(origin);
  const ca = readFileSync(caFile);
  const front = createServer({ key, cert }, (incoming, outgoing) => {
    const { method, url: path, headers } = incoming;
    const options = { host: 'localhost', servername: 'localhost', port, ca, method, path, headers };
    const onward = request(options, (answer) => {
      outgoing.writeHead(answer.statusCode, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  front.listen(443, '127.0.0.1');
  await once(front, 'listening');
  return { front, ca: cert };
}

/** Runs a program of Node to its end. */
async function run(argv, { cwd, env }) {
  const child = spawn(process.execPath, argv, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const heard = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) {
    child[name].setEncoding('utf8').on('data', (text) => {
      heard[name] += text;
    });
  }
  const [code] = await once(child, 'close');
  return { code, ...heard };
}
