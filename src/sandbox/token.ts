/** The claims of an access token as far as anybody here looks at them. Times in seconds. */
export type Claims = {
  readonly aud?: string;
  readonly iss?: string;
  readonly sub?: string;
  /** The service principal that signed in; where no person did, the same as `sub`. */
  readonly oid?: string;
  readonly tid?: string;
  readonly appid?: string;
  /** What Graph's own tokens call the app that signed in; clients show it. */
  readonly app_displayname?: string;
  readonly roles?: readonly string[];
  readonly iat?: number;
  readonly nbf?: number;
  readonly exp?: number;
};

const text = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token of the right form. Nothing is signed: whoever can reach the sandbox may forge one. */
export function writeToken(claims: Claims): string {
  const header = text({ typ: 'JWT', alg: 'RS256', kid: 'sandbox' });
  return `${header}.${text(claims)}.${Buffer.from('not signed').toString('base64url')}`;
}

/** Header and claims of a token, or nothing where it has not even the form of one. */
export function readToken(
  token: string,
): { readonly header: { readonly [name: string]: unknown }; readonly claims: Claims } | undefined {
  const [header, claims, signature, ...rest] = token.split('.');
  if (!header || !claims || !signature || rest.length > 0) return undefined;
  try {
    return {
      header: JSON.parse(Buffer.from(header, 'base64url').toString()),
      claims: JSON.parse(Buffer.from(claims, 'base64url').toString()),
    };
  } catch {
    return undefined;
  }
}
