import type { Verification } from '../core/report.ts';
import type { Applying, Stop } from './applying.ts';
import { readLive, readUntilDone } from './live.ts';

/** `without`: the steps that were accepted and do not show. */
type Verified = Verification & { readonly problem?: Stop; readonly without?: ReadonlySet<number> };

/**
 * Reads back after the last step until the plan is empty, for as long as reads may lag a write. A write that was
 * accepted and did not take is a failure that says so, with the likely cause.
 */
export async function verify(applying: Applying): Promise<Verified> {
  const { reader, policy, day, reviewed } = applying;
  const all = new Set(reviewed.steps.map(({ number }) => number));
  try {
    const { agreed, last } = await readUntilDone(
      () => readLive(reader, policy, day),
      reviewed.steps,
      all,
      1,
      { ...applying, what: 'reading back' },
    );
    if (last.kind === 'moved' && last.left === undefined) {
      const notes = Object.keys(last.live ?? {}).map(
        (setting) => `${setting} is not as planned: ${last.why}.`,
      );
      return {
        result: 'not as planned',
        notes,
        problem: {
          message: `Every step was accepted, but ${last.why}.`,
          fix: 'Plan again: somebody changed the tenant meanwhile.',
        },
      };
    }
    if (agreed) return { result: 'as planned', notes: [] };
    const left = last.left ?? [];
    const settings = left.flatMap(({ changes }) => changes.map(({ setting }) => setting));
    const notes = left.flatMap(({ number, changes }) =>
      changes.map(({ label }) => `Step ${number} was accepted but is not effective: ${label}.`),
    );
    return {
      result: 'not as planned',
      notes,
      without: new Set(left.map(({ number }) => number)),
      problem: {
        message:
          'Accepted but not effective: Microsoft Graph took the request and the setting did not change.',
        fix: causeOf(settings),
      },
    };
  } catch (error) {
    const message = error instanceof Error ? error.message : 'unknown';
    return {
      result: 'not read',
      notes: [message],
      problem: {
        message: `Every step was accepted, but reading back failed: ${message}`,
        fix: 'Run `iosmail plan`: it must show no changes.',
      },
    };
  }
}

function causeOf(settings: readonly string[]): string {
  if (settings.includes('consent/userConsent')) {
    return 'Tenants that let Microsoft manage user consent have been seen to accept this write and discard it: choose another setting by hand once (Enterprise apps › Consent and permissions › User consent settings), or set consent.userConsent to unmanaged. Then plan again.';
  }
  return 'Either the directory is slower than usual (plan again in a few minutes), or something outside sets it back at once.';
}
