import type { Answer } from './http.ts';
import { refuse } from './http.ts';

/**
 * What goes wrong: an answer of GitHub's, no answer at all (`hang`), a broken connection (`reset`), or a request
 * that was carried out although its answer is lost (`lost`).
 */
export type FaultAnswer =
  | 'hang'
  | 'reset'
  | 'lost'
  | 'rate limit'
  | 'secondary limit'
  | 'bad gateway'
  | 'unavailable'
  | Answer;
/** A request by method and path, with the query: `GET /repos/o/r/pulls?state=open`. */
export type FaultMatch = string | RegExp | ((request: string) => boolean);

type Fault = { readonly match: FaultMatch; readonly answer: FaultAnswer; left: number };
export type Faults = {
  readonly add: (match: FaultMatch, answer: FaultAnswer, times?: number) => void;
  readonly take: (request: string) => 'hang' | 'reset' | 'lost' | Answer | undefined;
};

const html = { 'content-type': 'text/html' };

function answerOf(answer: FaultAnswer): 'hang' | 'reset' | 'lost' | Answer {
  switch (answer) {
    case 'rate limit': {
      const reset = String(Math.floor(Date.now() / 1000) + 1);
      const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset };
      return { ...refuse(403, 'API rate limit exceeded for installation.'), headers };
    }
    case 'secondary limit':
      return { ...refuse(429, 'You have exceeded a secondary rate limit.'), headers: { 'retry-after': '1' } };
    case 'bad gateway':
      return { status: 502, body: '<html><body><h1>502 Bad Gateway</h1></body></html>', headers: html };
    case 'unavailable':
      return { status: 503, body: '<html><body>Unicorn!</body></html>', headers: html };
    default:
      return answer;
  }
}

/** Faults in the order they were set; each serves as often as it says. */
export function createFaults(): Faults {
  const faults: Fault[] = [];
  return {
    add: (match, answer, times = 1) => void faults.push({ match, answer, left: times }),
    take: (request) => {
      const fault = faults.find(({ match, left }) => {
        if (left <= 0) return false;
        if (typeof match === 'function') return match(request);
        return typeof match === 'string' ? request.startsWith(match) : match.test(request);
      });
      if (fault === undefined) return undefined;
      fault.left -= 1;
      return answerOf(fault.answer);
    },
  };
}
