import { readQuery, type Selection } from './graphql-query.ts';
import { type Answer, type ApiRequest, fields as fieldsIn, ok, refuse, text } from './http.ts';
import type { Hub, Pull } from './hub.ts';
import { commitsOf } from './pulls.ts';

/** A problem that GitHub answers with status 200. */
class GraphqlProblem extends Error {
  override readonly name = 'GraphqlProblem';
  readonly type: string | undefined;

  constructor(message: string, type?: string) {
    super(message);
    this.type = type;
  }
}

/** An object that answers its fields when they are asked for. */
type Node = { readonly [field: string]: (args: Selection['args']) => unknown };
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;

/** Fills in what a query asks; a field that is not there is an error of the whole query. */
function fill(node: Node, type: string, selections: readonly Selection[]): unknown {
  if (selections.length === 0) throw new GraphqlProblem(`Field must have selections (${type})`);
  const filled = selections.map(({ name, as, args, fields }) => {
    const field = Object.hasOwn(node, name) ? node[name] : undefined;
    if (field === undefined) throw new GraphqlProblem(`Field '${name}' doesn't exist on type '${type}'`);
    const value = field(args);
    const one = (each: unknown) => (isNode(each) ? fill(each, name, fields) : each);
    return [as, Array.isArray(value) ? value.map(one) : one(value)] as const;
  });
  return Object.fromEntries(filled);
}

/** The login as GraphQL gives it: without the `[bot]` of REST. */
const actor = (login: string): Node => ({ login: () => login.replace(/\[bot\]$/, '') });

/** A page of a connection. The cursor is the place of its last item. */
function connection(items: readonly Node[], args: Selection['args']): Node {
  const first = args.first;
  if (typeof first !== 'number')
    throw new GraphqlProblem(
      'You must provide a `first` or `last` value to properly paginate.',
      'MISSING_PAGINATION_BOUNDARIES',
    );
  if (first < 1 || first > 100)
    throw new GraphqlProblem(
      `Requesting ${first} records exceeds the \`first\` limit of 100 records.`,
      'EXCESSIVE_PAGINATION',
    );
  const after = typeof args.after === 'string' ? Number(Buffer.from(args.after, 'base64').toString()) : 0;
  const page = items.slice(after, after + first);
  const end = page.length === 0 ? null : Buffer.from(String(after + page.length)).toString('base64');
  return {
    totalCount: () => items.length,
    nodes: () => page,
    pageInfo: () => ({ hasNextPage: () => after + first < items.length, endCursor: () => end }),
  };
}

/** The account an e-mail address belongs to, if one does. */
function userOf(hub: Hub, email: string): Node | null {
  if (email === 'noreply@github.com') return actor('web-flow');
  const login = /^(?:\d+\+)?([^@]+)@users\.(?:test|noreply\.github\.com)$/i.exec(email)?.[1];
  const user = login === undefined ? undefined : hub.users.get(login.toLowerCase());
  return user === undefined ? null : actor(user.login);
}

const gitActor = (hub: Hub, name: string, email: string): Node => ({
  name: () => name,
  email: () => email,
  user: () => userOf(hub, email),
});

function commit(hub: Hub, sha: string): Node {
  const format = '%an%x00%ae%x00%cn%x00%ce%x00%(trailers:key=Co-authored-by,valueonly,unfold)';
  const [an = '', ae = '', cn = '', ce = '', trailers = ''] = hub.bare
    .git(['log', '-1', `--format=${format}`, sha])
    .split('\0');
  const others = [...trailers.matchAll(/^(.*?)\s*<([^>]+)>\s*$/gm)].map(([, name = '', email = '']) =>
    gitActor(hub, name, email),
  );
  return {
    oid: () => sha,
    author: () => gitActor(hub, an, ae),
    authors: (args) => connection([gitActor(hub, an, ae), ...others], args),
    committer: () => gitActor(hub, cn, ce),
  };
}

const pullNode = (hub: Hub, pull: Pull): Node => ({
  number: () => pull.number,
  author: () => actor(pull.author),
  commits: (args) =>
    connection(
      commitsOf(hub, pull).map((sha) => ({ commit: () => commit(hub, sha) })),
      args,
    ),
});

function repository(hub: Hub): Node {
  return {
    name: () => hub.repo,
    pullRequest: ({ number }) => {
      const pull = hub.pulls.get(Number(number));
      if (pull !== undefined) return pullNode(hub, pull);
      throw new GraphqlProblem(
        `Could not resolve to a PullRequest with the number of ${number}.`,
        'NOT_FOUND',
      );
    },
  };
}

/** Answers the one query there is: who wrote the commits of a pull request. */
export function graphql(request: ApiRequest, hub: Hub): Answer {
  const { caller } = request;
  const source = text(request.body.query);
  if (source === undefined) return refuse(400, 'A query attribute must be specified and must be a string.');
  try {
    const query = readQuery(source, fieldsIn(request.body.variables) ?? {});
    if (query.name !== 'CommitAuthors') throw new GraphqlProblem(`No query ${query.name} is known here.`);
    const may =
      caller.permissions['pull-requests'] !== undefined && caller.permissions.contents !== undefined;
    if (!may) throw new GraphqlProblem('Resource not accessible by integration', 'FORBIDDEN');
    const root: Node = {
      repository: ({ owner, name }) => {
        if (owner === hub.owner && name === hub.repo) return repository(hub);
        throw new GraphqlProblem(
          `Could not resolve to a Repository with the name '${owner}/${name}'.`,
          'NOT_FOUND',
        );
      },
    };
    return ok({ data: fill(root, 'Query', query.fields) });
  } catch (error) {
    if (!(error instanceof GraphqlProblem || error instanceof SyntaxError)) throw error;
    const type = error instanceof GraphqlProblem ? error.type : undefined;
    const told = { ...(type === undefined ? {} : { type }), message: error.message };
    return ok({ ...(type === undefined ? {} : { data: null }), errors: [told] });
  }
}
