import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'yaml';

const TENANT = 'contoso';
const APPLE_MAIL = 'f8d98a96-0999-43f5-8af3-69971c7bb423';
const GRAPH = 'https://graph.microsoft.com/v1.0';
const MAIL = ['EAS.AccessAsUser.All', 'EWS.AccessAsUser.All'];

/**
 * Looks at one tenant with both clients, lets the other one change it, and lets the tool put it right.
 * @returns how many comparisons failed; each is told as it is made.
 */
export async function compare(stage) {
  const policy = parse(readFileSync(join(stage.root, `policies/tenants/${TENANT}.yaml`), 'utf8'));
  const { m365, iosmail } = clients(stage);
  let failed = 0;
  const agree = (what, seen, expected) => {
    const same = isDeepStrictEqual(seen, expected);
    if (!same) failed++;
    process.stdout.write(`${same ? 'ok  ' : 'FAIL'} ${what}\n`);
    if (!same)
      process.stdout.write(
        `     seen:     ${JSON.stringify(seen)}\n     expected: ${JSON.stringify(expected)}\n`,
      );
  };

  await m365.text('cli', 'config', 'set', '--key', 'disableTelemetry', '--value', 'true');
  await m365.text('cli', 'config', 'set', '--key', 'prompt', '--value', 'false');
  await m365.text(
    'login',
    '--authType',
    'secret',
    '--secret',
    stage.secret,
    '--appId',
    stage.applyId,
    '--tenant',
    policy.tenant.id,
  );
  agree('m365 signs in', (await m365('status')).appId, stage.applyId);
  agree('the tool finds nothing to do', await iosmail.changes(), []);

  const app = await m365('entra', 'enterpriseapp', 'get', '--displayName', 'Apple Internet Accounts');
  agree(
    'the app, by its name',
    [app.appId, app.accountEnabled, app.appRoleAssignmentRequired],
    [APPLE_MAIL, true, true],
  );
  const listed = await m365('entra', 'enterpriseapp', 'list', '--displayName', 'Apple Internet Accounts');
  agree(
    'the app, in a list',
    listed.map(({ id }) => id),
    [app.id],
  );
  const groups = await m365('entra', 'group', 'list');
  const named = policy.assignments.groups.map(({ name }) => name).sort();
  const idOf = (name) => groups.find(({ displayName }) => displayName === name)?.id;
  agree(
    'the groups of the policy are there',
    named.filter((name) => idOf(name) === undefined),
    [],
  );
  const assignments = () =>
    m365('request', '--url', `${GRAPH}/servicePrincipals/${app.id}/appRoleAssignedTo`);
  const before = (await assignments()).value;
  agree(
    'assigned are the groups of the policy',
    before.map(({ principalId }) => principalId).sort(),
    named.map(idOf).sort(),
  );
  const grants = async () => {
    const all = await m365('entra', 'oauth2grant', 'list', '--spObjectId', app.id);
    return all.map(({ id, consentType, scope }) => ({
      id,
      consentType,
      scopes: scope.trim().split(' ').sort(),
    }));
  };
  const granted = await grants();
  const [grant] = granted.filter(({ scopes }) => scopes.includes(MAIL[0]));
  agree('the tenant-wide grant for mail', [grant.consentType, grant.scopes], ['AllPrincipals', MAIL]);
  const refused = await stage.m365([
    'entra',
    'approleassignment',
    'list',
    '--appObjectId',
    app.id,
    '--output',
    'json',
  ]);
  agree(
    'what is not played is refused, not answered with nothing',
    [refused.code !== 0, /segment 'appRoleAssignments'/.test(refused.stdout + refused.stderr)],
    [true, true],
  );

  const [removed] = before;
  await m365.text(
    'request',
    '--method',
    'patch',
    '--url',
    `${GRAPH}/servicePrincipals/${app.id}`,
    '--content-type',
    'application/json',
    '--body',
    '{"accountEnabled":false}',
  );
  await m365.text(
    'request',
    '--method',
    'delete',
    '--url',
    `${GRAPH}/servicePrincipals/${app.id}/appRoleAssignedTo/${removed.id}`,
  );
  await m365.text('entra', 'oauth2grant', 'set', '--grantId', grant.id, '--scope', MAIL[0]);
  const expected = [
    'application/enabledForSignIn',
    `assignments/${removed.principalId}`,
    'consent/tenantWide',
  ];
  agree('what m365 changed is what the tool plans to put right', await iosmail.changes(), expected.sort());

  agree('the tool applies it', await iosmail.apply(), 0);
  const after = await m365('entra', 'enterpriseapp', 'get', '--id', APPLE_MAIL);
  agree('m365 sees the app switched on again', after.accountEnabled, true);
  agree(
    'm365 sees the group again',
    (await assignments()).value.map(({ principalId }) => principalId).sort(),
    named.map(idOf).sort(),
  );
  agree('m365 sees the grants as they were', await grants(), granted);
  agree('and the tool finds nothing to do', await iosmail.changes(), []);
  return failed;
}

/** Both clients, with answers read as JSON; a command that fails ends everything, and says why. */
function clients(stage) {
  const end = (name, args, { code, stdout, stderr }) => {
    throw new Error(`${name} ${args.join(' ')} ended with ${code}: ${stderr}${stdout.slice(0, 2000)}`);
  };
  const text = async (...args) => {
    const ended = await stage.m365(args);
    if (ended.code !== 0) end('m365', args, ended);
    return ended.stdout;
  };
  const m365 = Object.assign(async (...args) => JSON.parse(await text(...args, '--output', 'json')), {
    text,
  });
  const file = join(stage.folder, 'plan.json');
  const common = ['--policies', join(stage.root, 'policies'), '--journal', join(stage.folder, 'journal')];
  const iosmail = {
    changes: async () => {
      const args = ['plan', '--tenant', TENANT, '--format', 'json', '--out', file, ...common];
      const ended = await stage.iosmail(args);
      if (ended.code !== 0) end('iosmail', args, ended);
      const { tenants } = JSON.parse(ended.stdout);
      return tenants
        .flatMap(({ steps }) => steps.flatMap(({ changes }) => changes.map(({ setting }) => setting)))
        .sort();
    },
    apply: async () => {
      const ended = await stage.iosmail(['apply', '--plan', file, ...common], {
        AZURE_CLIENT_ID: stage.applyId,
      });
      if (ended.code !== 0) process.stdout.write(ended.stdout + ended.stderr);
      return ended.code;
    },
  };
  return { m365, iosmail };
}
