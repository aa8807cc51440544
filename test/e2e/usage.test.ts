import { expect, test } from 'vitest';
import { iosmail } from './iosmail.ts';
import { flawsIn } from './world.ts';

test.concurrent.each([
  ['no command', [], /^Usage: iosmail/],
  ['an unknown command', ['valdate'], /unknown command 'valdate'\n\(Did you mean validate\?\)/],
  [
    'an unknown option',
    ['plan', '--tenants', 'x'],
    /unknown option '--tenants'\n\(Did you mean --tenant\?\)/,
  ],
  ['an option of another command', ['validate', '--sandbox'], /unknown option '--sandbox'/],
  ['an argument too many', ['validate', 'policies'], /too many arguments for 'validate'/],
  ['a value left out', ['plan', '--tenant'], /option '--tenant <names\.\.\.>' argument missing/],
  ['a format nobody knows', ['plan', '--format', 'xml'], /Allowed choices are text, json, markdown/],
  ['an apply of nothing', ['apply'], /name what to apply with '--plan <file>', or '--commit <sha>'/],
  [
    'an apply of two things',
    ['apply', '--plan', 'x', '--commit', 'y'],
    /option '--plan <file>' cannot be used with option '--commit <sha>'/,
  ],
  ['an unknown thing to ask of GitHub', ['github', 'merge'], /unknown command 'merge'/],
  ['a comment without a plan', ['github', 'comment'], /required option '--plan <file>' not specified/],
  ['a port that is no number', ['sandbox', '--port', 'https'], /A port is a number from 0 to 65535/],
  ['a port beyond all ports', ['sandbox', '--port', '65536'], /A port is a number from 0 to 65535/],
  ['an empty port', ['sandbox', '--port', ''], /A port is a number from 0 to 65535/],
])('%s is exit 64, told on standard error, with the way to the help', async (_name, argv, says) => {
  const run = await iosmail(argv);
  expect(run).toMatchObject({ code: 64, stdout: '' });
  expect(run.stderr).toMatch(says);
  if (argv.length > 0) expect(run.stderr).toMatch(/^Run `iosmail [a-z]* ?--help` for /m);
  expect(flawsIn(run)).toEqual([]);
});

test.concurrent.each([
  [['--help']],
  [['--version']],
  [['help', 'plan']],
  ...['validate', 'plan', 'apply', 'drift', 'who', 'import', 'sandbox'].map((command) => [
    [command, '--help'],
  ]),
])('%j is exit 0 on standard output', async (argv) => {
  const run = await iosmail(argv);
  expect(run).toMatchObject({ code: 0, stderr: '' });
  expect(run.stdout).toMatch(/\S/);
  if (argv.at(-1) === '--help') expect(run.stdout).toMatch(/^ {2}\$ iosmail /m);
  expect(flawsIn(run)).toEqual([]);
});
