import { type Answer, type ApiRequest, created, notFound, ok, type Route, refuse, text } from './http.ts';
import type { Hub } from './hub.ts';
import { nodeId, repoPath } from './shapes.ts';

function refShape(hub: Hub, ref: string, sha: string) {
  return {
    ref,
    node_id: nodeId('Ref', ref),
    url: `${repoPath(hub)}/git/${ref}`,
    object: { type: 'commit', sha, url: `${repoPath(hub)}/git/commits/${sha}` },
  };
}

const at = (hub: Hub, ref: string) => hub.bare.tryGit(['rev-parse', '--verify', '--quiet', ref]);
const isCommit = (hub: Hub, sha: string) =>
  /^[0-9a-f]{40}$/.test(sha) && hub.bare.tryGit(['cat-file', '-e', `${sha}^{commit}`]) !== undefined;
const named = (request: ApiRequest) => `refs/${request.params.ref}`;

function create(request: ApiRequest, hub: Hub): Answer {
  const { ref, sha } = { ref: text(request.body.ref) ?? '', sha: text(request.body.sha) ?? '' };
  if (!/^refs\/[^/]+\/./.test(ref))
    return refuse(422, 'Reference name must start with refs/ and have two slashes.');
  if (!isCommit(hub, sha)) return refuse(422, 'Object does not exist');
  // Forty zeros: only where there is none yet.
  const made = hub.bare.tryGit(['update-ref', ref, sha, '0'.repeat(40)]);
  return made === undefined ? refuse(422, 'Reference already exists') : created(refShape(hub, ref, sha));
}

function move(request: ApiRequest, hub: Hub): Answer {
  const ref = named(request);
  const sha = text(request.body.sha) ?? '';
  const before = at(hub, ref);
  if (before === undefined) return refuse(422, 'Reference does not exist');
  if (!isCommit(hub, sha)) return refuse(422, 'Object does not exist');
  const forward = hub.bare.tryGit(['merge-base', '--is-ancestor', before, sha]) !== undefined;
  if (!forward && (request.body.force !== true || hub.appendOnly.includes(ref.slice('refs/heads/'.length))))
    return refuse(422, 'Update is not a fast forward');
  hub.bare.git(['update-ref', ref, sha, before]);
  return ok(refShape(hub, ref, sha));
}

function remove(request: ApiRequest, hub: Hub): Answer {
  const ref = named(request);
  if (at(hub, ref) === undefined) return refuse(422, 'Reference does not exist');
  if (hub.appendOnly.includes(ref.slice('refs/heads/'.length)))
    return refuse(422, 'Repository rule violations found\n\nCannot delete this branch');
  hub.bare.git(['update-ref', '-d', ref]);
  return { status: 204 };
}

const ROOT = '/repos/{owner}/{repo}/git';
const needs = ['contents'] as const;
export const refRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: `${ROOT}/ref/{ref}`,
    needs,
    handle: (request, hub) => {
      const sha = at(hub, named(request));
      return sha === undefined ? notFound() : ok(refShape(hub, named(request), sha));
    },
  },
  { method: 'POST', path: `${ROOT}/refs`, needs, handle: create },
  { method: 'PATCH', path: `${ROOT}/refs/{ref}`, needs, handle: move },
  { method: 'DELETE', path: `${ROOT}/refs/{ref}`, needs, handle: remove },
];
