import pkg from '../package.json' with { type: 'json' };

// The set-up action, and the command it puts on the PATH, in one file. Without arguments: the action. With any: the
// command; the word `cli`, which lets the shim call it without arguments of its own, is taken away.

const { argv, env, execPath, stdout } = process;

if (argv.length <= 2) {
  const { setUp } = await import('./commands/set-up.ts');
  const failed = await setUp({ env, node: execPath, file: argv[1] ?? '', version: pkg.version });
  if (failed !== undefined) {
    stdout.write(`::error::${failed.message} ${failed.fix}\n`);
    process.exitCode = 1;
  }
} else {
  if (argv[2] === 'cli') argv.splice(2, 1);
  await import('./cli.ts');
}
