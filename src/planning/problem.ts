import { GraphFailure } from '../graph/failure.ts';
import { BrokenAnswer } from '../levers/answer.ts';
import { UnreadableTenant } from './observe.ts';

/** What stopped a tenant, and what to do next. */
export type Problem = { readonly message: string; readonly fix: string };

/** Puts what was thrown while working on one tenant into words; it never stops the other tenants. */
export function problemOf(error: unknown): Problem {
  if (error instanceof GraphFailure || error instanceof UnreadableTenant)
    return { message: error.message, fix: error.fix };
  if (error instanceof BrokenAnswer) {
    return {
      message: error.message,
      fix: 'Run it again; if it stays, Microsoft Graph changed and this tool must follow.',
    };
  }
  const message = error instanceof Error ? error.message : 'something that is no error was thrown';
  const fix =
    error instanceof Error && 'fix' in error && typeof error.fix === 'string' ? error.fix : undefined;
  return { message, fix: fix ?? 'This is a defect of iosmail: please report it with this message.' };
}
