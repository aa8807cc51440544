// Who gains, loses and keeps access in the eight tenants, person by person, written by hand from what the tenants hold and
// what their policies ask for.
import { describe, expect, test } from 'vitest';
import { isFailed, type Person, type TenantPlan } from '../../src/core/plan.ts';
import { builtInTenants } from '../../src/sandbox/tenants.ts';
import { openWorld, policiesIn } from './world.ts';

type Expected = {
  readonly gain: readonly string[];
  readonly lose: readonly string[];
  readonly retain: readonly string[];
};

/** `people('sales', 2, 3)`: sales-002 and sales-003. */
function people(role: string, from: number, to: number, digits = 3): readonly string[] {
  return Array.from(
    { length: to - from + 1 },
    (_, at) => `${role}-${String(from + at).padStart(digits, '0')}`,
  );
}

const NOBODY: Expected = { gain: [], lose: [], retain: [] };

/** Local parts of addresses. */
const EXPECTED: { readonly [tenant: string]: Expected } = {
  // Switched on for three groups, of which one was assigned already.
  adatum: {
    ...NOBODY,
    gain: [...people('werk1', 1, 210), ...people('werk2', 1, 140), ...people('verwaltung', 1, 85)],
  },
  // Nothing about access changes, so nobody is read.
  contoso: NOBODY,
  // Everybody has it and keeps it; named are the members of the four groups, whoever was assigned and whoever consented.
  fabrikam: {
    ...NOBODY,
    retain: [
      ...people('hq', 1, 900, 4),
      ...people('field', 1, 1_200, 4),
      ...people('former', 1, 140, 4),
      ...people('it', 1, 3, 4),
    ],
  },
  // One exception ended yesterday.
  litware: {
    ...NOBODY,
    lose: ['trial-0001'],
    retain: [
      ...people('pharma', 1, 640, 4),
      ...people('lab', 1, 220, 4),
      ...people('qa', 1, 90, 4),
      ...people('trial', 2, 4, 4),
      'ceo',
      'cfo',
    ],
  },
  northwind: { ...NOBODY, gain: people('sales', 1, 11) },
  proseware: NOBODY,
  // agent-0001 is in the group as well and keeps access; agent-0200 is not, and the six guests are not either.
  tailspin: {
    gain: people('office', 1, 40, 4),
    lose: ['agent-0200', ...people('guide', 1, 6).map((name) => `${name}_partner.example#EXT#`)],
    retain: people('agent', 1, 180, 4),
  },
  // Five of the group had not consented yet; two designers are named one by one.
  wingtip: {
    ...NOBODY,
    gain: people('sales', 21, 25),
    retain: [...people('sales', 1, 20), ...people('design', 1, 2)],
  },
};

let once: Promise<ReadonlyMap<string, TenantPlan>> | undefined;

/** All tenants, planned once, by whichever test comes first. */
function planned(): Promise<ReadonlyMap<string, TenantPlan>> {
  once ??= planAll();
  return once;
}

async function planAll(): Promise<ReadonlyMap<string, TenantPlan>> {
  const plan = await openWorld(builtInTenants()).plan(await policiesIn('policies'));
  return new Map(
    plan.tenants.flatMap((tenant) => (isFailed(tenant) ? [] : [[tenant.tenant.name, tenant] as const])),
  );
}

async function tenant(name: string): Promise<TenantPlan> {
  const found = (await planned()).get(name);
  if (found === undefined) throw new Error(`${name} was not planned`);
  return found;
}

async function person(name: string, who: string): Promise<Person> {
  const { gain, lose, retain, unknown } = (await tenant(name)).impact;
  const found = [...gain, ...lose, ...retain, ...unknown].find((each) => localPart(each) === who);
  if (found === undefined) throw new Error(`nobody told of ${who}`);
  return found;
}

const localPart = ({ name }: Pick<Person, 'name'>) => name.slice(0, name.lastIndexOf('@'));

test('the eight tenants are all here', async () => {
  expect([...(await planned()).keys()].sort()).toEqual(Object.keys(EXPECTED).sort());
});

describe.each(Object.entries(EXPECTED))('%s', (name, expected) => {
  test('exactly these people gain, lose and keep access', async () => {
    const { impact } = await tenant(name);
    const told = (list: readonly Person[]) => list.map(localPart).sort();
    expect({
      gain: told(impact.gain),
      lose: told(impact.lose),
      retain: told(impact.retain),
      unknown: told(impact.unknown),
    }).toEqual({
      gain: expected.gain.toSorted(),
      lose: expected.lose.toSorted(),
      retain: expected.retain.toSorted(),
      unknown: [],
    });
  });
});

describe('why, what they are, and whether they use it', () => {
  test.each([
    ['litware', 'trial-0001', { evidence: 'seen', last: '2026-11-19' }],
    // The later of two.
    ['tailspin', 'agent-0200', { evidence: 'seen', last: '2026-11-22' }],
    ['tailspin', 'guide-001_partner.example#EXT#', { evidence: 'seen', last: '2026-11-10' }],
    // Tried, and was not let in.
    ['tailspin', 'guide-002_partner.example#EXT#', { evidence: 'none' }],
    // Longer ago than the log goes back.
    ['tailspin', 'guide-003_partner.example#EXT#', { evidence: 'none' }],
    ['tailspin', 'guide-004_partner.example#EXT#', { evidence: 'none' }],
  ])('%s: %s loses by the removal, with evidence %j', async (name, who, use) => {
    const { why, use: told } = await person(name, who);
    expect(why).toEqual(['no longer assigned directly', 'assignment required']);
    expect(told).toEqual(use);
  });

  test.each([
    ['adatum', 'werk1-001', ['enabled for users to sign in', 'admin consent granted']],
    // No assignment was required before, so that theirs is new opens nothing by itself.
    ['adatum', 'werk2-001', ['enabled for users to sign in', 'admin consent granted']],
    ['northwind', 'sales-011', ['assigned directly', 'admin consent granted']],
    ['tailspin', 'office-0007', ['member of SG-iOS-Mail-Office']],
    ['wingtip', 'sales-021', ['admin consent granted']],
  ])('%s: %s gains because of %j', async (name, who, why) => {
    const found = await person(name, who);
    expect(found.why).toEqual(why);
    expect(found.use).toBeUndefined();
  });

  test('guests are told as guests, and only they', async () => {
    const { lose, gain, retain } = (await tenant('tailspin')).impact;
    const guests = [...lose, ...gain, ...retain].filter(({ kind }) => kind?.includes('guest'));
    expect(guests.map(localPart)).toEqual(
      people('guide', 1, 6).map((name) => `${name}_partner.example#EXT#`),
    );
  });

  test('whoever is reached both ways is one person, who keeps access, with both ways', async () => {
    const found = await person('tailspin', 'agent-0001');
    expect(found.via).toEqual(['assigned directly', 'member of SG-iOS-Mail-Travel']);
    expect(found.why).toBeUndefined();
  });

  test('a deleted account loses nothing, for it has nothing', async () => {
    await expect(person('tailspin', 'agent-0999')).rejects.toThrow('nobody told');
    const { impact } = await tenant('fabrikam');
    expect(impact.retain.filter(({ name }) => name.includes('deleted-'))).toEqual([]);
  });

  test('members of nested groups get nothing', async () => {
    await expect(person('fabrikam', 'north-0001')).rejects.toThrow('nobody told');
  });
});
