/** What replaces a secret in any text we keep. */
const HIDDEN = '[hidden]';

const PATTERNS: readonly RegExp[] = [
  // A JSON web token: access token, assertion, OIDC token. The signature may be cut off.
  /eyJ[\w-]{5,}\.[\w-]+(?:\.[\w-]*)?/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /(?<=\b(?:bearer|basic)(?:\s|%20|\+)+)[\w.~+/=-]{8,}/gi,
  /(?<=\b(?:client_secret|client_assertion|access_token|refresh_token|assertion)["']?\s*[=:]\s*["']?)[^\s"'&,;]+/gi,
  /\b(?:gh[a-z]_\w{16,}|github_pat_\w{16,})/g,
  // Name and password in an address.
  /(?<=:\/\/)[^\s/@:]*:[^\s/@]+(?=@)/g,
];

/**
 * Text that is safe to print: everything that looks like a token, key or assertion is replaced, and so is
 * every one of the given secrets.
 */
export function withoutSecrets(text: string, secrets: readonly string[] = []): string {
  let safe = withoutThese(text, secrets);
  for (const pattern of PATTERNS) safe = safe.replace(pattern, HIDDEN);
  return safe;
}

/**
 * Replaces the given secrets only, in the spellings that a form body, a JSON text, an address or a header of basic
 * authentication gives them.
 */
export function withoutThese(text: string, secrets: readonly string[]): string {
  const spellings = secrets.filter((secret) => secret.length > 0).flatMap(spellingsOf);
  let safe = text;
  // The longest first: one secret may be part of another.
  for (const spelling of [...new Set(spellings)].sort((a, b) => b.length - a.length))
    safe = safe.replaceAll(spelling, HIDDEN);
  return safe;
}

function spellingsOf(secret: string): readonly string[] {
  return [
    secret,
    encodeURIComponent(secret),
    new URLSearchParams({ s: secret }).toString().slice(2),
    JSON.stringify(secret).slice(1, -1),
    ...(secret.length < 8 ? [] : base64Of(secret)),
  ];
}

/** Whatever stands before and after it: base64 looks at three bytes at a time, and what it shares with others is left. */
function base64Of(secret: string): readonly string[] {
  return [0, 1, 2].flatMap((before) => {
    const bytes = Buffer.from(`${'x'.repeat(before)}${secret}`);
    const whole = bytes.subarray(0, bytes.length - (bytes.length % 3)).toString('base64');
    const own = whole.slice(before === 0 ? 0 : 4);
    return [own, own.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

/** The values of the environment that must never be printed. */
export function secretsOf(env: { readonly [name: string]: string | undefined }): readonly string[] {
  return [
    env.AZURE_CLIENT_SECRET,
    env.AZURE_CLIENT_CERTIFICATE_PASSWORD,
    env.ACTIONS_ID_TOKEN_REQUEST_TOKEN,
    env.GITHUB_TOKEN,
  ].filter((value) => value !== undefined);
}
