import { guid } from './ids.ts';
import type { Client, Tenant } from './tenant.ts';
import { readToken, writeToken } from './token.ts';

type SigninAnswer = { readonly status: number; readonly body: { readonly [name: string]: unknown } };

/** Seconds a token lives, one less than an hour, as Entra issues them. */
const LIFETIME = 3_599;
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** An OAuth error with Entra's AADSTS number in its text. */
class SigninError extends Error {
  readonly error: string;
  readonly number: number;
  readonly status: number;

  constructor(status: number, error: string, number: number, message: string) {
    super(`AADSTS${number}: ${message}`);
    this.status = status;
    this.error = error;
    this.number = number;
  }
}

/**
 * Entra's sign-in endpoints of one tenant: discovery, and the token endpoint for applications that sign in as
 * themselves (client credentials with a secret, a certificate's assertion, or a federated token).
 * @param segment the tenant as the path names it: id or domain
 */
export function signIn(
  tenants: Iterable<Tenant>,
  request: {
    readonly segment: string;
    readonly endpoint: 'discovery' | 'token';
    readonly origin: string;
    readonly form: string;
  },
  now: Date,
): SigninAnswer {
  try {
    const tenant = findTenant(tenants, request.segment);
    if (request.endpoint === 'discovery')
      return { status: 200, body: discovery(request.origin, tenant, request.segment) };
    return { status: 200, body: token(tenant, new URLSearchParams(request.form), now) };
  } catch (error) {
    if (!(error instanceof SigninError)) throw error;
    const stamp = now.toISOString().replace('T', ' ').slice(0, 19);
    return {
      status: error.status,
      body: {
        error: error.error,
        error_description: `${error.message} Trace ID: ${guid('trace', stamp)} Timestamp: ${stamp}Z`,
        error_codes: [error.number],
        timestamp: `${stamp}Z`,
        trace_id: guid('trace', stamp),
        correlation_id: guid('correlation', stamp),
        error_uri: `${request.origin}/error?code=${error.number}`,
      },
    };
  }
}

function findTenant(tenants: Iterable<Tenant>, segment: string): Tenant {
  const wanted = segment.toLowerCase();
  for (const tenant of tenants) if (tenant.id === wanted || tenant.domain === wanted) return tenant;
  throw new SigninError(
    400,
    'invalid_request',
    90002,
    `Tenant '${segment}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.`,
  );
}

function discovery(origin: string, tenant: Tenant, segment: string): SigninAnswer['body'] {
  return {
    issuer: `${origin}/${tenant.id}/v2.0`,
    authorization_endpoint: `${origin}/${segment}/oauth2/v2.0/authorize`,
    token_endpoint: `${origin}/${segment}/oauth2/v2.0/token`,
    jwks_uri: `${origin}/${segment}/discovery/v2.0/keys`,
    token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt'],
    response_types_supported: ['token'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
  };
}

function token(tenant: Tenant, form: URLSearchParams, now: Date): SigninAnswer['body'] {
  if (form.get('grant_type') !== 'client_credentials') {
    throw new SigninError(
      400,
      'unsupported_grant_type',
      70003,
      'The app requested an unsupported grant type.',
    );
  }
  const scope = form
    .get('scope')
    ?.split(' ')
    .find((each) => each.endsWith('/.default'));
  if (!scope) {
    throw new SigninError(
      400,
      'invalid_scope',
      1002012,
      `The provided value for scope ${form.get('scope')} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier.`,
    );
  }
  const clientId = form.get('client_id')?.toLowerCase() ?? '';
  const client = tenant.clients.get(clientId);
  if (!client) {
    throw new SigninError(
      400,
      'unauthorized_client',
      700016,
      `Application with identifier '${clientId}' was not found in the directory '${tenant.name}'.`,
    );
  }
  const assertion = form.get('client_assertion');
  if (assertion !== null && form.get('client_assertion_type') === ASSERTION_TYPE)
    verifyAssertion(client, assertion, now);
  else if (client.secret === undefined || form.get('client_secret') !== client.secret) {
    throw new SigninError(
      401,
      'invalid_client',
      7000215,
      `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${clientId}'.`,
    );
  }
  const seconds = Math.floor(now.getTime() / 1000);
  const tid = tenant.settings.tokenTenantId ?? tenant.id;
  const identity = guid(tenant.name, 'servicePrincipal', clientId);
  return {
    token_type: 'Bearer',
    expires_in: LIFETIME,
    ext_expires_in: LIFETIME,
    access_token: writeToken({
      aud: scope.slice(0, -'/.default'.length),
      iss: `https://sts.windows.net/${tid}/`,
      iat: seconds,
      nbf: seconds,
      exp: seconds + LIFETIME,
      appid: clientId,
      app_displayname: client.displayName,
      oid: identity,
      sub: identity,
      tid,
      roles: [...client.permissions],
    }),
  };
}

/** Looks at audience, issuer, subject and time; no signature is checked, for the sandbox has nobody's keys. */
function verifyAssertion(client: Client, assertion: string, now: Date): void {
  const read = readToken(assertion);
  const { aud, iss, sub, exp } = read?.claims ?? {};
  if (!read || typeof iss !== 'string' || typeof sub !== 'string' || typeof exp !== 'number') {
    throw new SigninError(401, 'invalid_client', 50027, 'JWT token is invalid or malformed.');
  }
  if (exp * 1000 <= now.getTime()) {
    throw new SigninError(
      401,
      'invalid_client',
      700024,
      'Client assertion is not within its valid time range.',
    );
  }
  if (iss.toLowerCase() === client.clientId && sub.toLowerCase() === client.clientId) {
    const thumbprint = read.header['x5t#S256'] ?? read.header.x5t;
    if (
      !/\/oauth2\/v2\.0\/token$/.test(String(aud)) ||
      !client.certificates?.some((each) => each === thumbprint)
    ) {
      throw new SigninError(
        401,
        'invalid_client',
        700027,
        'The certificate with identifier used to sign the client assertion is not registered on application.',
      );
    }
    return;
  }
  // Issuer, subject and audience are compared exactly, case included.
  const known = client.federated?.some(
    (each) => each.issuer === iss && each.subject === sub && each.audience === aud,
  );
  if (!known) {
    throw new SigninError(
      401,
      'invalid_client',
      700213,
      `No matching federated identity record found for presented assertion subject '${sub}'. Check your federated identity credential Subject, Audience and Issuer against the presented assertion.`,
    );
  }
}
