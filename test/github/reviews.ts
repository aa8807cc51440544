import { notFound, paged, type Route } from './http.ts';
import type { Hub, Review } from './hub.ts';
import { pullIn } from './pulls.ts';
import { author, nodeId, repoPage, repoPath, userShape } from './shapes.ts';

function reviewShape(hub: Hub, review: Review) {
  const html = `${repoPage(hub)}/pull/${review.pull}#pullrequestreview-${review.id}`;
  const pull = `${repoPath(hub)}/pulls/${review.pull}`;
  return {
    id: review.id,
    node_id: nodeId('PullRequestReview', review.id),
    user: userShape(hub, review.author),
    body: review.body,
    state: review.state,
    html_url: html,
    pull_request_url: pull,
    author_association: author(hub, review.author),
    _links: { html: { href: html }, pull_request: { href: pull } },
    submitted_at: review.at,
    commit_id: review.commit,
  };
}

export const reviewRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/pulls/{pull_number}/reviews',
    needs: ['pull-requests'],
    handle: (request, hub) => {
      const pull = pullIn(request, hub);
      if (pull === undefined) return notFound();
      const found = [...hub.reviews.values()].filter((review) => review.pull === pull.number);
      return paged(request, hub, found, (review) => reviewShape(hub, review));
    },
  },
];
