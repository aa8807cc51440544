import type {
  ClientCertificatePEMCertificatePath,
  TokenCredential,
  TokenCredentialOptions,
} from '@azure/identity';
import type { Cloud } from '../core/state.ts';
import { DEFAULT_TIMEOUT, type Edge, httpClientOver } from './edge.ts';
import type { HttpClient } from './exchange.ts';
import { GraphFailure } from './failure.ts';
import { githubAssertion } from './github-oidc.ts';

/** Planning and applying use different app registrations: the one that reads must not be able to write. */
export type Role = 'plan' | 'apply';

/** The part of a policy's `tenant` that signing in needs. */
export type TenantIdentity = {
  /** Lower-case GUID. */
  readonly id: string;
  readonly cloud: Cloud;
  readonly identity?: ClientIds;
};

/** Client ids of the app registrations. */
export type ClientIds = { readonly plan?: string; readonly apply?: string };

/** The client id for a role: the tenant's own, else the repository's, else the environment's. */
export function clientIdFor(
  tenant: TenantIdentity,
  role: Role,
  defaults: ClientIds | undefined,
  env: NodeJS.ProcessEnv,
): string | undefined {
  return tenant.identity?.[role] ?? defaults?.[role] ?? (env.AZURE_CLIENT_ID || undefined);
}

/**
 * The credential of one tenant, by what the environment offers: the OIDC token of a GitHub workflow, a federated
 * token file, a certificate, a client secret, else whoever is signed in to the Azure CLI. The tenant id always
 * comes from the policy file. Never share the result between tenants.
 * @throws GraphFailure `sign-in` when a client id is needed and nobody gave one.
 */
export async function credentialFor(
  tenant: TenantIdentity,
  role: Role,
  defaults: ClientIds | undefined,
  env: NodeJS.ProcessEnv,
  edge: Edge,
  http: HttpClient = edge.signInHttp ?? httpClientOver(edge.fetch, edge.timeout ?? DEFAULT_TIMEOUT),
): Promise<TokenCredential> {
  const identity = await import('@azure/identity');
  const options = {
    authorityHost: edge.endpoints(tenant.cloud).login,
    httpClient: http,
    // The host is from our own table or the administrator; asking Microsoft's global host about it adds nothing.
    disableInstanceDiscovery: true,
    // Repeating is ours, by our clock.
    retryOptions: { maxRetries: 0 },
    // With AZURE_LOG_LEVEL set the SDK would print every request.
    loggingOptions: { logger: silent() },
  };
  const clientId = () => clientIdFor(tenant, role, defaults, env) ?? noClientId(role);
  const oidcUrl = env.ACTIONS_ID_TOKEN_REQUEST_URL;
  const oidcToken = env.ACTIONS_ID_TOKEN_REQUEST_TOKEN;
  if (oidcUrl && oidcToken) {
    const assertion = githubAssertion(tenant.cloud, oidcUrl, oidcToken, edge);
    const credential = new identity.ClientAssertionCredential(tenant.id, clientId(), assertion, options);
    return {
      getToken: async (scopes, more) => {
        // Asked here first: the SDK would put an error of its own in the place of ours.
        await assertion();
        return await credential.getToken(scopes, more);
      },
    };
  }
  if (env.AZURE_FEDERATED_TOKEN_FILE) {
    return new identity.WorkloadIdentityCredential({
      ...options,
      tenantId: tenant.id,
      clientId: clientId(),
      tokenFilePath: env.AZURE_FEDERATED_TOKEN_FILE,
    });
  }
  if (env.AZURE_CLIENT_CERTIFICATE_PATH) {
    const password = env.AZURE_CLIENT_CERTIFICATE_PASSWORD;
    const certificate: ClientCertificatePEMCertificatePath = {
      certificatePath: env.AZURE_CLIENT_CERTIFICATE_PATH,
      ...(password ? { certificatePassword: password } : {}),
    };
    const sendCertificateChain = env.AZURE_CLIENT_SEND_CERTIFICATE_CHAIN?.toLowerCase() === 'true';
    const all = { ...options, sendCertificateChain };
    return new identity.ClientCertificateCredential(tenant.id, clientId(), certificate, all);
  }
  if (env.AZURE_CLIENT_SECRET) {
    return new identity.ClientSecretCredential(tenant.id, clientId(), env.AZURE_CLIENT_SECRET, options);
  }
  return new identity.AzureCliCredential({ tenantId: tenant.id });
}

type SdkLogger = NonNullable<NonNullable<TokenCredentialOptions['loggingOptions']>['logger']>;

/** A logger of the SDK's shape that says nothing. */
function silent(): SdkLogger {
  return Object.assign(() => undefined, {
    enabled: false,
    namespace: '',
    log: () => undefined,
    destroy: () => true,
    extend: silent,
  });
}

function noClientId(role: Role): never {
  throw new GraphFailure(
    'sign-in',
    `There is a credential to sign in with, but no client id for ${role === 'plan' ? 'planning' : 'applying'}.`,
    `Set tenant.identity.${role} in the policy file, identity.${role} in settings.yaml, or AZURE_CLIENT_ID.`,
  );
}
