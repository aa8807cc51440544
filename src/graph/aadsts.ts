import { withoutSecrets } from '../core/secrets.ts';
import { GraphFailure } from './failure.ts';

/** Who tried to sign in where, for the advice. */
export type SignInAttempt = {
  readonly tenantId: string;
  readonly clientId?: string;
  readonly loginHost: string;
  /** Values that must not be printed, wherever the text comes from. */
  readonly secrets: readonly string[];
};

/** What to do about the codes an administrator meets. */
const FIXES: { readonly [code: string]: (attempt: SignInAttempt) => string } = {
  AADSTS7000215: ({ clientId }) =>
    `Set AZURE_CLIENT_SECRET to the value (not the id) of a client secret of app registration ${clientId}.`,
  AADSTS7000222: ({ clientId }) =>
    `The client secret expired: make a new one for app registration ${clientId}, or use federated credentials, which do not expire.`,
  AADSTS700016: ({ clientId, tenantId }) =>
    `Check the client id ${clientId}; if it is right, have an administrator of tenant ${tenantId} consent to that app.`,
  AADSTS7000112: ({ clientId }) =>
    `App ${clientId} is disabled in this tenant: enable it under Enterprise applications › Properties.`,
  AADSTS90002: ({ tenantId, loginHost }) =>
    `There is no tenant ${tenantId} at ${loginHost}: check tenant.id and tenant.cloud in the policy file.`,
  AADSTS700027: ({ clientId }) =>
    `Upload the certificate of AZURE_CLIENT_CERTIFICATE_PATH to app registration ${clientId}: Certificates & secrets.`,
  AADSTS700024: () =>
    'The assertion is outside its time of validity: check the clock of this machine, then run again.',
  AADSTS70021: federated,
  AADSTS700211: federated,
  AADSTS700212: federated,
  AADSTS700213: federated,
  AADSTS53003: () => 'A Conditional Access policy for workload identities blocks this sign-in.',
};

function federated({ clientId }: SignInAttempt): string {
  return (
    `Under Certificates & secrets › Federated credentials of app registration ${clientId}, issuer, audience and subject ` +
    'must equal the presented ones exactly, upper and lower case included. Repositories made or renamed since ' +
    '2026-07-15 present a subject with ids (repo:OWNER@ID/REPO@ID:…). A new credential works after some minutes.'
  );
}

/**
 * Tells a failed sign-in: keeps Microsoft's code and text, drops everything secret.
 * @param told what the sign-in service or the network last said, which the SDK often drops.
 */
export function signInFailure(
  error: unknown,
  attempt: SignInAttempt,
  told: string | undefined,
): GraphFailure {
  if (error instanceof GraphFailure) return error;
  const thrown = error instanceof Error ? error.message : String(error);
  // Microsoft's own words start at the code; the SDK puts some of its own before them.
  const theirs = [told ?? '', thrown].map((text) => /AADSTS\d+[\s\S]*/.exec(text)?.[0]).find((text) => text);
  const code = theirs === undefined ? undefined : /AADSTS\d+/.exec(theirs)?.[0];
  const text = theirs ?? told ?? thrown;
  const message = `Could not sign in to tenant ${attempt.tenantId} at ${attempt.loginHost}: ${firstSentences(text)}`;
  return new GraphFailure(
    'sign-in',
    withoutSecrets(message, attempt.secrets),
    withoutSecrets(fixFor(code, thrown, attempt), attempt.secrets),
    code === undefined ? {} : { code },
  );
}

function fixFor(code: string | undefined, thrown: string, attempt: SignInAttempt): string {
  if (code !== undefined) {
    const fix = FIXES[code];
    return (
      fix?.(attempt) ?? `Look the code up at https://login.microsoftonline.com/error?code=${code.slice(6)}.`
    );
  }
  if (/az login|Azure CLI/i.test(thrown)) {
    return (
      `Run "az login --tenant ${attempt.tenantId}", or set AZURE_CLIENT_ID with AZURE_CLIENT_SECRET, ` +
      'AZURE_CLIENT_CERTIFICATE_PATH or AZURE_FEDERATED_TOKEN_FILE.'
    );
  }
  if (/ENOENT|PEM|certificate|private key/i.test(thrown)) {
    return 'AZURE_CLIENT_CERTIFICATE_PATH and AZURE_FEDERATED_TOKEN_FILE must name readable files; the certificate is PEM with its private key.';
  }
  return `Check that ${attempt.loginHost} can be reached from here and that its certificate is trusted (NODE_EXTRA_CA_CERTS), then run again.`;
}

/** Microsoft appends trace and correlation ids and times; the SDK appends links and stack-like text. */
function firstSentences(text: string): string {
  const short = text.split(/\s*(?:Trace ID:|Correlation ID:|Timestamp:|To troubleshoot)/)[0] ?? text;
  return short.replaceAll(/\s+/g, ' ').trim().slice(0, 600);
}
