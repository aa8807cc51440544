import { count, number } from './words.ts';

export type Phase = 'read' | 'plan' | 'apply' | 'verify';

const VERBS: { readonly [phase in Phase]: string } = {
  read: 'Reading',
  plan: 'Planning',
  apply: 'Applying to',
  verify: 'Reading back',
};

/** How far a run is: "Reading 3 of 12 tenants". Whether it replaces the line before is the caller's choice. */
export function progressLine(phase: Phase, at: number, of: number): string {
  return `${VERBS[phase]} ${number(at)} of ${count(of, 'tenant', 'tenants')}`;
}

/** What a terminal needs to show a line in place of the one before it; `undefined` wipes it. */
export function inPlace(line: string | undefined): string {
  return `\r\u001b[2K${line ?? ''}`;
}
