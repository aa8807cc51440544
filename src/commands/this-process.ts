import { readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import process from 'node:process';
import type { Holder } from '../apply/tenant-lock.ts';

/** This process, as what it holds is known by. */
export function thisProcess(): Holder {
  return {
    pid: process.pid,
    started: Math.round(performance.timeOrigin),
    host: hostname(),
    space: processSpace(),
    lives,
    onExit: (act) => {
      process.once('exit', act);
      return () => process.off('exit', act);
    },
  };
}

/** Linux only; elsewhere a host has one space. */
function processSpace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}

/** Also a process that is somebody else's. */
function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}
