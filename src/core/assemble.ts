import { after, type World, worlds } from './access.ts';
import { arrange } from './arrange.ts';
import type { Assessment, GateGroup, Gates, Move } from './assessment.ts';
import { digestOf } from './digest.ts';
import { type Finding, refusals } from './finding.ts';
import { guard } from './guard.ts';
import { effectOf, impactOf, levelIn } from './impact.ts';
import { incidentFindings } from './incident.ts';
import { byText } from './json.ts';
import { inGateOrder } from './order.ts';
import { candidates, type Directory, identified, NOBODY_READ, unnamedSources, whoIs } from './people.ts';
import type { Impact, TenantPlan } from './plan.ts';
import { known, unknown } from './request.ts';
import { restsOn } from './rests-on.ts';
import { APPLE_MAIL, type Day, type TenantPolicy } from './state.ts';
import { stepsOf } from './steps.ts';

/** What the levers found out about one tenant, put together. */
export type Picture = {
  readonly before: Gates;
  readonly after: Gates;
  readonly moves: readonly Move[];
  readonly assessments: readonly Assessment[];
};

const UNSEEN: Gates = {
  exists: false,
  enabled: true,
  required: false,
  tenantWide: unknown('not read'),
  userConsent: unknown('not read'),
  assignees: new Map(),
  own: known(new Map()),
};

/** Puts the levers' assessments together: the gates now, everything that would be done, and the gates then. */
export function pictureOf(assessments: readonly Assessment[]): Picture {
  const before: Gates = Object.assign({}, UNSEEN, ...assessments.map(({ gates }) => gates));
  const moves = assessments.flatMap((assessment) => assessment.moves);
  return {
    before,
    after: after(
      before,
      moves.flatMap((move) => move.effects),
    ),
    moves,
    assessments,
  };
}

/** Whether anybody's access could change, so that people must be read. */
export function changesAccess({ moves }: Picture): boolean {
  return moves.some((move) => move.effects.length > 0);
}

/**
 * Desired × actual → plan. Pure: the same inputs give the same bytes, in whatever order the tenant listed its objects.
 * @param recentLosses ids of people who lost access by earlier applies of the last seven days, by the journal at hand.
 * @param given the only order of the step groups that is looked at; default: the best there is.
 */
export function assemble(
  policy: TenantPolicy,
  picture: Picture,
  directory: Directory,
  recentLosses: ReadonlySet<string>,
  day: Day,
  given?: readonly GateGroup[],
): TenantPlan {
  const { desired, origins } = policy;
  const open = worlds(picture.before, picture.after);
  const moving = changesAccess(picture);
  const counted = moving ? impactOf(picture.before, picture.after, directory, open) : quiet(picture);
  // Whoever has no name is counted all the same, so what is decided by numbers does not wait for names.
  const unnamed = unnamedSources(picture.before, picture.after, directory);
  const impact = { ...counted, unread: [...counted.unread, ...unnamed] };
  const arranged = arrange(
    picture.before,
    picture.moves,
    identified(picture.before, picture.after, directory),
    desired.safety.transition,
    given,
  );
  const onTheWay = statesOf(picture.before, arranged.moves ?? []);
  const guarded = {
    desired,
    origins,
    ...picture,
    onTheWay,
    impact: counted,
    directory,
    worlds: open,
    recentLosses,
    day,
  };
  const findings = [
    ...picture.assessments.flatMap((assessment) => assessment.findings),
    ...(moving
      ? [
          ...guard(guarded),
          ...twice(picture, directory),
          ...again(picture, impact, directory, open),
          ...unreadNote(counted.unread, unnamed),
        ]
      : []),
    ...arranged.findings,
    ...incidentFindings(policy, picture.before),
  ];
  const steps = stepsOf(arranged.moves ?? inGateOrder(picture.moves), desired.safety.settle);
  const order = 'order' in arranged ? arranged.order : undefined;
  const reviewed = { policy: desired, steps, impact, ...(order === undefined ? {} : { order }) };
  const consent = (group: GateGroup) => picture.moves.some((move) => move.group === group);
  return {
    tenant: { name: desired.tenant.name, id: desired.tenant.id, cloud: desired.tenant.cloud },
    appId: APPLE_MAIL,
    status: refusals(findings).length > 0 ? 'refused' : steps.length > 0 ? 'changes' : 'unchanged',
    effect: effectOf(impact, {
      widens: consent('widen-user-consent'),
      narrows: consent('narrow-user-consent'),
    }),
    ...reviewed,
    leftAlone: picture.assessments.flatMap((assessment) => assessment.leftAlone),
    restsOn: restsOn(picture.before),
    findings: sorted(findings),
    digest: digestOf(reviewed),
  };
}

/** The states after each group of moves, in their order. */
function statesOf(before: Gates, moves: readonly Move[]): readonly Gates[] {
  const ends = moves.flatMap(({ group }, index) => (moves[index + 1]?.group === group ? [] : [index + 1]));
  return ends.map((end) =>
    after(
      before,
      moves.slice(0, end).flatMap((move) => move.effects),
    ),
  );
}

/** With no change to access nobody was read, and nobody gains or loses. */
function quiet({ before, after: then }: Picture): Impact {
  const nobody = impactOf(
    { ...before, assignees: new Map(), own: known(new Map()) },
    { ...then, assignees: new Map(), own: known(new Map()) },
    NOBODY_READ,
    worlds(before, then),
  );
  return nobody;
}

function twice({ before, after: then }: Picture, directory: Directory): readonly Finding[] {
  const both = candidates(before, then, directory).filter(
    ({ id, principals }) =>
      then.assignees.has(id) && principals.some((each) => each !== id && then.assignees.has(each)),
  );
  if (both.length === 0) return [];
  const names = both.slice(0, 5).map(({ name }) => name);
  const more = both.length > names.length ? ` and ${both.length - names.length} more` : '';
  return [
    {
      rule: 'assigned-twice',
      severity: 'info',
      message: `Assigned directly and by a group: ${names.join(', ')}${more}. Removing one of the two keeps their access.`,
    },
  ];
}

/** A loss that people can undo themselves is told as one, and how. */
function again(
  { before, after: then }: Picture,
  { lose }: Impact,
  directory: Directory,
  open: readonly World[],
): readonly Finding[] {
  const losing = new Set(lose.map(({ id }) => id));
  const may = candidates(before, then, directory)
    .filter((person) => losing.has(person.id) && levelIn(then, whoIs(person), open) === 'may')
    .map(({ name }) => name);
  if (may.length === 0) return [];
  const more = may.length > 5 ? ` and ${may.length - 5} more` : '';
  return [
    {
      rule: 'must-consent-again',
      severity: 'warning',
      message: `Mail stops until they consent for themselves: ${may.slice(0, 5).join(', ')}${more}.`,
    },
  ];
}

function unreadNote(uncounted: readonly string[], unnamed: readonly string[]): readonly Finding[] {
  const said: readonly [string, readonly string[]][] = [
    ['The numbers of people are a lower bound', uncounted],
    ['What is said of single people, and rules about them, may miss somebody', unnamed],
  ];
  return said
    .filter(([, sources]) => sources.length > 0)
    .map(([what, sources]) => ({
      rule: 'people-unread',
      severity: 'warning',
      message: `${what}: ${sources.join('; ')}.`,
    }));
}

const SEVERITIES = ['error', 'warning', 'info'];

/** Errors first, then by rule and message. */
export function sorted(findings: readonly Finding[]): readonly Finding[] {
  return [...findings].sort(
    (a, b) =>
      SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity) ||
      byText(a.rule, b.rule) ||
      byText(a.message, b.message),
  );
}
