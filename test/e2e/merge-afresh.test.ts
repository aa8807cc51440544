import { expect, test } from 'vitest';
import { APPLE_MAIL } from '../../src/core/state.ts';
import { assign } from '../../src/sandbox/enterprise-app.ts';
import { DEEP, inDeep } from '../depth.ts';
import { principalId } from '../scenarios/tenant-builder.ts';
import { FILE, GATED, OPEN, openTenant } from './gating.ts';
import { openMerging } from './merging.ts';
import { writesIn } from './world.ts';

// Nobody is stuck: whatever stopped an apply, a fresh plan leads on, under somebody's approval.

const EMPTY = { run: '', digest: '' };

/** A merged pull request; approved by rita unless told. */
async function merged({ approved }: { readonly approved: boolean }) {
  const tenant = openTenant();
  const world = await openMerging([tenant], { [FILE]: OPEN });
  const { git, github, push, pushed } = world;
  const before = await git('rev-parse', 'origin/main');
  await push('gate', { [FILE]: GATED });
  const pull = await github.openPull({ branch: 'gate', author: 'anna' });
  await pushed(pull);
  if (approved) github.review({ pull, user: 'rita', state: 'APPROVED' });
  /** Somebody was let in by hand. */
  const move = () => {
    const app = [...tenant.servicePrincipals.values()].find(({ appId }) => appId === APPLE_MAIL);
    if (app === undefined) throw new Error('There is no app.');
    assign(tenant, app, principalId(tenant, 'dora'));
  };
  const merge = async () => {
    const commit = await github.merge(pull, { method: 'squash', by: 'anna' });
    return { commit, apply: () => world.merged(commit, before) };
  };
  const replies = () =>
    [...github.hub.comments.values()].filter(({ body }) => body.includes('iosmail:apply'));
  const issue = () => [...github.hub.issues.values()][0];
  const journal = async () => {
    await git('fetch', '--quiet', 'origin');
    const lines = (await git('show', 'origin/iosmail-journal:runs.jsonl')).split('\n');
    return lines.map((line): { readonly [key: string]: unknown } => JSON.parse(line));
  };
  return { ...world, tenant, pull, move, merge, replies, issue, journal };
}

type Ended = Awaited<ReturnType<Awaited<ReturnType<typeof merged>>['dispatched']>>;
const stepOf = ({ jobs }: Ended, name: string) =>
  jobs.apply?.steps.find((step) => step.name.startsWith(name));
const AFRESH = 'Plan every tenant afresh';

/** The inputs that a text tells people to give. */
function inputsIn(text: string | null | undefined): { run: string; digest: string } {
  const [, run = '', digest = ''] =
    /- run: `(\d+)`\n- digest: `(sha256:[0-9a-f]{64})`/.exec(text ?? '') ?? [];
  return { run, digest };
}

test('a refused merge whose fresh plan cannot be made stays to be done and says why; by hand it is planned once it can', async () => {
  const world = await merged({ approved: false });
  const { sandbox, tenant, dispatched, replies, issue, journal, pull } = world;
  const { apply } = await world.merge();
  tenant.settings.tokenTenantId = '11111111-1111-4111-8111-111111111111';
  const refused = await apply();
  expect(stepOf(refused, 'Apply what')?.code).toBe(3);
  expect(replies().at(-1)?.body).toMatch(/There is no fresh plan of it: .*token/);
  expect(replies().at(-1)?.body).not.toContain('Run workflow, with');
  expect((await journal()).at(-1)).toMatchObject({ left: [{ pull: pull.number }] });

  delete tenant.settings.tokenTenantId;
  const afresh = await dispatched(EMPTY);
  const step = stepOf(afresh, AFRESH);
  expect(step?.code, `${step?.stdout}${step?.stderr}`).toBe(0);
  expect(afresh.jobs.record?.result).toBe('success');
  expect(writesIn(sandbox)).toEqual([]);
  expect((await journal()).at(-1)).toMatchObject({ by: 'all afresh', outcome: 'whole', left: [] });
  expect(replies().at(-1)).toMatchObject({ on: pull.number });
  const inputs = inputsIn(replies().at(-1)?.body);
  expect(inputs).toEqual(inputsIn(issue()?.body));

  const applied = await dispatched(inputs);
  const done = stepOf(applied, 'Apply the fresh plan');
  expect(done?.code, `${done?.stdout}${done?.stderr}`).toBe(0);
  expect(writesIn(sandbox)).toHaveLength(5);
  expect(Object.values(Object((await journal()).at(-1)?.tenants))).toMatchObject([
    { outcome: 'applied', approvedBy: ['ruth'], pull: pull.number },
  ]);
  expect(issue()?.state).toBe('closed');
});

inDeep('a stale run that is run again keeps its fresh plan: the posted digest still applies it', async () => {
  const world = await merged({ approved: true });
  const { rerun, dispatched, replies, sandbox, move } = world;
  const { apply } = await world.merge();
  move();
  const stale = await apply();
  expect(stepOf(stale, 'Apply what')?.code).toBe(4);
  const inputs = inputsIn(replies().at(-1)?.body);
  expect(inputs.digest).not.toBe('');
  await rerun(stale, { jobs: 'all' });
  const applied = stepOf(await dispatched(inputs), 'Apply the fresh plan');
  expect(applied?.code, `${applied?.stdout}${applied?.stderr}`).toBe(0);
  expect(writesIn(sandbox).length).toBeGreaterThan(0);
});

inDeep(
  'nobody but whoever started it approved a fresh plan: refused with nothing sent, and what is open stays told',
  async () => {
    const world = await merged({ approved: false });
    const { dispatched, replies, sandbox, issue, journal } = world;
    const { apply } = await world.merge();
    await apply();
    const inputs = inputsIn(replies().at(-1)?.body);
    const told = issue()?.body;
    expect(inputsIn(told)).toEqual(inputs);
    for (const approvedBy of [[], ['anna']]) {
      const refused = await dispatched(inputs, { approvedBy });
      const step = stepOf(refused, 'Apply the fresh plan');
      expect(step?.code, `${step?.stdout}${step?.stderr}`).toBe(3);
      expect(step?.stderr).toMatch(/nobody.* approved this run at the environment apply\. Nothing was sent/);
      expect(refused.jobs.record?.result).toBe('success');
    }
    const typo = { ...inputs, digest: inputs.digest.replace(/.$/, (last) => (last === '0' ? '1' : '0')) };
    const mistyped = await dispatched(typo);
    expect(stepOf(mistyped, 'Apply the fresh plan')?.stderr).toMatch(/has digest .*Nothing was sent/s);
    expect((await journal()).slice(1).map(({ outcome }) => outcome)).toEqual([
      'nothing sent',
      'nothing sent',
      'nothing sent',
    ]);
    expect(issue()?.body).toBe(told);
    expect(writesIn(sandbox)).toEqual([]);
  },
);

test.each(DEEP ? [''] : [])(
  'a rewritten default branch: all tenants are planned afresh, and the next merge is judged as ever%s',
  async () => {
    const world = await merged({ approved: true });
    const { git, dispatched, replies, sandbox, push, pushed, github } = world;
    const { apply } = await world.merge();
    await apply();
    const sent = writesIn(sandbox).length;
    expect(sent).toBe(5);
    // The tip is amended and pushed by force, with another policy in it.
    await git('fetch', '--quiet', 'origin');
    await git('checkout', '--quiet', '-B', 'main', 'origin/main');
    const who = ['-c', 'user.name=contoso', '-c', 'user.email=contoso@users.test'];
    await git(...who, 'commit', '--quiet', '--amend', '-m', 'Amended');
    await git('push', '--quiet', '--force', 'origin', 'main');
    const amended = await git('rev-parse', 'HEAD');
    const stuck = await world.merged(amended, amended);
    expect(stepOf(stuck, 'Apply what')?.stderr).toMatch(/both fields left empty/);

    world.move();
    const afresh = stepOf(await dispatched(EMPTY), AFRESH);
    expect(afresh?.code, `${afresh?.stdout}${afresh?.stderr}`).toBe(0);
    expect(writesIn(sandbox)).toHaveLength(sent);
    const applied = stepOf(await dispatched(inputsIn(replies().at(-1)?.body)), 'Apply the fresh plan');
    expect(applied?.code, `${applied?.stdout}${applied?.stderr}`).toBe(0);

    // A merge after that is judged by the rules of the beginning, and sends nothing unreviewed.
    await push('more', { [FILE]: OPEN });
    const next = await github.openPull({ branch: 'more', author: 'anna' });
    await pushed(next);
    const last = await world.merged(await github.merge(next, { method: 'squash', by: 'anna' }), amended);
    const step = stepOf(last, 'Apply what');
    expect(step?.code, step?.stderr).toBe(3);
    expect(step?.stdout).toMatch(/0 of 1 approvals count/);
  },
);

test.each(DEEP ? [''] : [])(
  'nothing differs: planned afresh it says so, tells no pull request and opens no issue%s',
  async () => {
    const world = await merged({ approved: true });
    const { dispatched, replies, issue, sandbox } = world;
    await (await world.merge()).apply();
    const told = replies().length;
    const afresh = await dispatched(EMPTY);
    const step = stepOf(afresh, AFRESH);
    expect(step?.code, `${step?.stdout}${step?.stderr}`).toBe(0);
    expect(step?.stdout).toMatch(/1 nothing to do/);
    expect(afresh.jobs.record?.result).toBe('success');
    expect(replies()).toHaveLength(told);
    expect(issue()).toBeUndefined();
    expect(writesIn(sandbox)).toHaveLength(5);
  },
);
