import type { Incident } from '../core/incident.ts';
import { paint } from './paint.ts';
import { forTerminal } from './safe.ts';

type Problem = { readonly message: string; readonly fix: string };

/** What is told of a block. */
export type BlockTold = {
  readonly tenant: { readonly name: string };
  readonly incident: Incident;
  readonly file: string;
  readonly managed: boolean;
  readonly sent:
    | { readonly kind: 'blocked' | 'not shown yet' | 'on again'; readonly created: boolean }
    | ({ readonly kind: 'failed' | 'not known' } & Problem)
    | { readonly kind: 'not confirmed' };
  readonly kept?:
    | { readonly kind: 'committed'; readonly commit: string; readonly branch: string | undefined }
    | ({ readonly kind: 'not committed'; readonly written: boolean } & Problem);
};

/** What a block did, for whoever pulled the lever, and what is left to do. */
export function blockText(told: BlockTold, { colour }: { readonly colour: boolean }): string {
  const { strong, good, bad, careful } = paint(colour);
  const name = strong(forTerminal(told.tenant.name));
  const lines = (...all: readonly string[]) => `${all.join('\n')}\n`;
  const { sent, kept } = told;
  if (sent.kind === 'not confirmed') return lines(`${name}  ${careful('NOT CONFIRMED')} · nothing was sent`);
  const elsewhere =
    '  An apply that runs elsewhere may still switch it on again: cancel it (GitHub: Actions › apply › Cancel workflow).';
  if ('message' in sent) {
    const isSure = sent.kind === 'failed';
    return lines(
      isSure
        ? `${name}  ${bad('NOT BLOCKED')} · nothing was changed, and nothing was committed`
        : `${name}  ${bad('NOT KNOWN')} · it may or may not have taken: run the same block again`,
      `  ${forTerminal(sent.message)}`,
      `  fix: ${forTerminal(sent.fix)}`,
      ...(isSure ? [] : [elsewhere, ...(kept === undefined ? [] : keptLines(told, kept))]),
    );
  }
  const done = {
    blocked: `${good('BLOCKED')} · ${sent.created ? 'the app was created, disabled' : 'sign-in is off, and reads show it'}`,
    'not shown yet': `${careful('SENT')} · accepted, but reads do not show it yet: run the same block again in a minute`,
    'on again': `${bad('ON AGAIN')} · it was off, and something switched it on again: end that first, then run the same block again`,
  };
  return lines(
    `${name}  ${done[sent.kind]}`,
    elsewhere,
    '  Whoever is signed in may stay so until their token ends, about an hour.',
    ...(kept === undefined ? [] : keptLines(told, kept)),
  );
}

function keptLines(told: BlockTold, kept: NonNullable<BlockTold['kept']>): readonly string[] {
  const { file, managed } = told;
  const name = told.tenant.name;
  const branch = `incident-${name}`;
  if (kept.kind === 'not committed') {
    return [
      `  ${told.sent.kind === 'blocked' ? 'The block stays, but it' : 'The entry'} is not in Git: ${forTerminal(kept.message)}`,
      `  fix: ${forTerminal(kept.fix)}`,
      ...(kept.written
        ? [
            `  Commit ${forTerminal(file)}: the entry is in it already. Until then an apply may switch sign-in on again.`,
          ]
        : [
            `  Add this to ${forTerminal(file)} and commit it; until then an apply may switch sign-in on again:`,
            ...entryLines(told.incident).map((line) => `    ${line}`),
          ]),
    ];
  }
  return [
    `  Committed ${kept.commit.slice(0, 12)}${kept.branch === undefined ? '' : ` on ${forTerminal(kept.branch)}`}: the incident entry in ${forTerminal(file)}.`,
    '  Until it is merged, an apply from the default branch may switch sign-in on again. Now:',
    `    git push origin HEAD:refs/heads/${branch}`,
    `    gh pr create --head ${branch} --title 'incident: block ${name}' --fill`,
    managed
      ? '  To undo it, remove the entry by a pull request: its plan restores what the policy says.'
      : '  To undo it, remove the entry by a pull request. This policy leaves sign-in unmanaged: switch it on yourself then, or add application.enabledForSignIn.',
  ];
}

/** The entry as it belongs into the file; quoted, whatever is in it. */
function entryLines({ kind, reason, by, since }: Incident): readonly string[] {
  const quoted = (text: string) => JSON.stringify(forTerminal(text));
  return [
    'incident:',
    `  kind: ${kind}`,
    `  reason: ${quoted(reason)}`,
    ...(by === undefined ? [] : [`  by: ${quoted(by)}`]),
    ...(since === undefined ? [] : [`  since: ${since}`]),
  ];
}
