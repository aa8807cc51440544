/** What replaces a secret in any text we keep. */
const HIDDEN = '[hidden]';

const PATTERNS: readonly RegExp[] = [
  // A JSON web token: access token, assertion, OIDC token. The signature may be cut off.
  /eyJ[\w-]{5,}\.[\w-]+(?:\.[\w-]*)?/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /(?<=\b(?:bearer|basic)\s+)[\w.~+/=-]{8,}/gi,
  /(?<=\b(?:client_secret|client_assertion|access_token|refresh_token|assertion)["']?\s*[=:]\s*["']?)[^\s"'&,;]+/gi,
];

/**
 * Text that is safe to print: everything that looks like a token, key or assertion is replaced, and so is
 * every one of the given secrets, in the spellings a form body or a JSON text gives it.
 */
export function withoutSecrets(text: string, secrets: readonly string[] = []): string {
  let safe = text;
  const spellings = secrets
    .filter((secret) => secret.length > 0)
    .flatMap((secret) => [
      secret,
      encodeURIComponent(secret),
      new URLSearchParams({ s: secret }).toString().slice(2),
      JSON.stringify(secret).slice(1, -1),
    ]);
  // The longest first: one secret may be part of another.
  for (const spelling of [...new Set(spellings)].sort((a, b) => b.length - a.length)) {
    safe = safe.replaceAll(spelling, HIDDEN);
  }
  for (const pattern of PATTERNS) safe = safe.replace(pattern, HIDDEN);
  return safe;
}
