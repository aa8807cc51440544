// Tests speak to this machine only: any other host is a mistake, and fails at once.
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import tls from 'node:tls';

const loopback = /^(localhost|127\.\d+\.\d+\.\d+|::1|\[::1\])$/;

function refuseElsewhere(owner: { connect: unknown }): void {
  const original = owner.connect as (...args: unknown[]) => unknown;
  // Files that share what is loaded come by here once each.
  if (original.name === 'toLoopback') return;
  owner.connect = function toLoopback(...args: unknown[]) {
    const first = args[0];
    const host = typeof first === 'object' && first !== null ? (first as { host?: string }).host : args[1];
    if (typeof host === 'string' && !loopback.test(host)) throw new Error(`A test tried to reach ${host}`);
    return original.apply(owner, args);
  };
}

refuseElsewhere(net);
refuseElsewhere(tls);
syncBuiltinESMExports();
