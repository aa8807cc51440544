/** The claims of a JSON web token, unverified: for telling what a token is for, never for trusting it. */
export function claimsOf(token: string): { readonly [claim: string]: unknown } | undefined {
  const payload = token.split('.')[1];
  if (payload === undefined) return undefined;
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    return typeof claims === 'object' && claims !== null && !Array.isArray(claims)
      ? { ...claims }
      : undefined;
  } catch {
    return undefined;
  }
}
