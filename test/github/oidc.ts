import type { Fields, Hub } from './hub.ts';

const part = (value: Fields): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Where GitHub's tokens say they come from. */
export const ISSUER = 'https://token.actions.githubusercontent.com';
/** Seconds an OIDC token of a job lives. */
const LIFETIME = 300;

/**
 * The OIDC token of a job, unsigned: the subject names its environment, as a federated credential lists it.
 * @param audience what the job asked for
 */
export function oidcToken(
  hub: Hub,
  { audience, environment, now }: { audience: string; environment: string | undefined; now: Date },
): string {
  const repository = `${hub.owner}/${hub.repo}`;
  const ref = `refs/heads/${hub.defaultBranch}`;
  const seconds = Math.floor(now.getTime() / 1000);
  const claims = {
    jti: `job-${hub.nextId()}`,
    iss: ISSUER,
    sub:
      environment === undefined
        ? `repo:${repository}:ref:${ref}`
        : `repo:${repository}:environment:${environment}`,
    aud: audience,
    ref,
    repository,
    repository_owner: hub.owner,
    ...(environment === undefined ? {} : { environment }),
    runner_environment: 'github-hosted',
    iat: seconds,
    nbf: seconds - 5,
    exp: seconds + LIFETIME,
  };
  const header = part({ typ: 'JWT', alg: 'RS256', kid: 'fake', x5t: 'fake' });
  return `${header}.${part(claims)}.${Buffer.from('not signed').toString('base64url')}`;
}
