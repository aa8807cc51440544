// Builds dist/: the command as one ESM chunk graph, split so that a run loads only what it uses; and the action as one
// file, because that is what a repository that uses it gets.
import { rmSync } from 'node:fs';
import { build } from 'esbuild';

const common = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  // Some dependencies are CommonJS and call require() for Node's own modules.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  logLevel: 'warning',
};

rmSync('dist', { recursive: true, force: true });
await build({
  ...common,
  entryPoints: { cli: 'src/cli.ts' },
  outdir: 'dist',
  splitting: true,
  sourcemap: true,
  legalComments: 'linked',
});
await build({
  ...common,
  entryPoints: ['src/action.ts'],
  outfile: 'dist/action.mjs',
  splitting: false,
  minify: true,
  legalComments: 'eof',
});
