import type { GateName } from './explanation.ts';

/** What an AADSTS code of a sign-in to Apple Mail means here. */
export type Code = {
  readonly code: number;
  readonly name: string;
  /** `none`: a step of a normal sign-in. */
  readonly gate: GateName | 'G7' | 'none';
  /** What the person sees, shortened. */
  readonly sees: string;
  readonly means: string;
  readonly fix: string;
};

/** A row of a table of codes. */
export function row(
  code: number,
  name: string,
  gate: Code['gate'],
  sees: string,
  means: string,
  fix: string,
): Code {
  return { code, name, gate, sees, means, fix };
}
