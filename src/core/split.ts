import { after, levelOf, RANK, type World } from './access.ts';
import type { GateGroup, Gates } from './assessment.ts';
import type { PersonClass } from './classes.ts';
import { type Group, safePath } from './order.ts';

/** The policy key behind each gate, in the words of the policy. */
const KEY: { readonly [group in GateGroup]: string } = {
  visibility: '`application.visibleToUsers`',
  create: '`application`',
  disable: '`application.enabledForSignIn: false`',
  enable: '`application.enabledForSignIn: true`',
  grant: '`consent.tenantWide`',
  'revoke-grant': 'the scopes removed from `consent.tenantWide`',
  'add-assignees': 'the new `assignments`',
  'remove-assignees': 'the removed `assignments`',
  'require-assignment': '`application.assignmentRequired: true`',
  'stop-requiring-assignment': '`application.assignmentRequired: false`',
  'widen-user-consent': '`consent.userConsent`',
  'narrow-user-consent': '`consent.userConsent`',
  'revoke-user-grants': '`consent.userGrants: revoke`',
};

const BOTH = { continuity: true, containment: true };

/**
 * Two pull requests that reach together what one cannot: each way is checked with the order search, both halves of it.
 * In the first way nobody loses mail in between, in the second nobody new can sign in in between.
 */
export function splitAdvice(
  before: Gates,
  groups: readonly Group[],
  classes: readonly PersonClass[],
  open: readonly World[],
): readonly string[] {
  const halves = halvings(groups).filter(([first, second]) => {
    const middle = after(
      before,
      first.flatMap((group) => group.effects),
    );
    return (
      safePath(before, first, classes, open, BOTH) !== undefined &&
      safePath(middle, second, classes, open, BOTH) !== undefined &&
      keepsMail(before, middle, groups, classes, open)
    );
  });
  const advice: string[] = [];
  const [half] = halves;
  if (half !== undefined) {
    const [first, second] = half.map((side) => side.map(({ group }) => KEY[group]).join(', '));
    advice.push(
      `Split it so that nobody loses mail: first a pull request with ${first} only (it says who can sign in meanwhile), then one with ${second}.`,
    );
  }
  if (before.exists && before.enabled && staysOn(groups) && viaDisabled(before, groups, classes, open)) {
    advice.push(
      'Split it so that nobody new gets in: first a pull request with all of this and `application.enabledForSignIn: false` (mail stops meanwhile), then one that sets it to `true` again.',
    );
  }
  return advice;
}

type Halves = readonly [readonly Group[], readonly Group[]];

/** Every way to cut the groups in two, small first halves first. */
function halvings(groups: readonly Group[]): readonly Halves[] {
  const cuts = Array.from({ length: 2 ** groups.length - 2 }, (_, index): Halves => {
    const inFirst = (position: number) => ((index + 1) & (1 << position)) !== 0;
    return [
      groups.filter((_, position) => inFirst(position)),
      groups.filter((_, position) => !inFirst(position)),
    ];
  });
  return cuts.sort(([a], [b]) => a.length - b.length);
}

function keepsMail(
  before: Gates,
  middle: Gates,
  groups: readonly Group[],
  classes: readonly PersonClass[],
  open: readonly World[],
): boolean {
  const end = after(
    before,
    groups.flatMap((group) => group.effects),
  );
  return classes.every(({ sample }) =>
    open.every((world) => {
      const [first, between, last] = [before, middle, end].map(
        (gates) => RANK[levelOf(gates, sample, world)],
      );
      return first !== RANK.has || last !== RANK.has || between === RANK.has;
    }),
  );
}

function staysOn(groups: readonly Group[]): boolean {
  return !groups.some(({ group }) => group === 'disable' || group === 'enable' || group === 'create');
}

function viaDisabled(
  before: Gates,
  groups: readonly Group[],
  classes: readonly PersonClass[],
  open: readonly World[],
): boolean {
  const off: Group = { group: 'disable', effects: [{ gate: 'enabled', to: false }] };
  const on: Group = { group: 'enable', effects: [{ gate: 'enabled', to: true }] };
  const middle = after(
    before,
    [...groups, off].flatMap((group) => group.effects),
  );
  return (
    safePath(before, [...groups, off], classes, open, BOTH) !== undefined &&
    safePath(middle, [on], classes, open, BOTH) !== undefined
  );
}
