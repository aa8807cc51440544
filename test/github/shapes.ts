import { createHash } from 'node:crypto';
import type { Hub } from './hub.ts';

/** A stable number for a name that has none of its own. */
export function numberFor(name: string): number {
  return createHash('sha256').update(name).digest().readUInt32BE(0) % 1_000_000_000;
}

export const nodeId = (kind: string, id: number | string): string =>
  Buffer.from(`${kind}:${id}`).toString('base64url');

export const repoPath = (hub: Hub): string => `${hub.api()}/repos/${hub.owner}/${hub.repo}`;
export const repoPage = (hub: Hub): string => `${hub.site()}/${hub.owner}/${hub.repo}`;

/** A `simple-user`. Apps act as users named `slug[bot]`. */
export function userShape(hub: Hub, login: string) {
  const url = `${hub.api()}/users/${encodeURIComponent(login)}`;
  const id = hub.users.get(login.toLowerCase())?.id ?? numberFor(login);
  return {
    login,
    id,
    node_id: nodeId('User', id),
    avatar_url: `${hub.site()}/avatars/${id}`,
    gravatar_id: '',
    url,
    html_url: `${hub.site()}/${encodeURIComponent(login)}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: login.endsWith('[bot]') ? 'Bot' : 'User',
    user_view_type: 'public',
    site_admin: false,
  };
}

/** An `integration`: the App behind a token. */
export function appShape(hub: Hub, slug: string) {
  const id = slug === 'github-actions' ? 15_368 : numberFor(slug);
  const at = '2018-07-30T09:30:17Z';
  return {
    id,
    slug,
    node_id: nodeId('App', id),
    client_id: `Iv1.${id}`,
    owner: userShape(hub, slug === 'github-actions' ? 'github' : hub.owner),
    name: slug === 'github-actions' ? 'GitHub Actions' : slug,
    description: '',
    external_url: `${hub.site()}/apps/${slug}`,
    html_url: `${hub.site()}/apps/${slug}`,
    created_at: at,
    updated_at: at,
    permissions: { metadata: 'read' },
    events: [],
  };
}

export const author = (hub: Hub, login: string): string =>
  ['admin', 'maintain', 'write'].includes(hub.users.get(login.toLowerCase())?.permission ?? 'none')
    ? 'COLLABORATOR'
    : 'NONE';
