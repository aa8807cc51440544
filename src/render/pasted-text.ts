import { GATE_TITLES, type GateName } from '../explain/explanation.ts';
import type { Pasted } from '../explain/pasted.ts';
import type { Say } from './words.ts';

/** One thing a pasted text says: a headline and what follows from it. */
type Told = { readonly title: string; readonly lines: readonly string[] };

const LOOK_UP = 'https://login.microsoftonline.com/error?code=';

/** What a pasted text says, in parts; nothing known is said to be so. `say`: for what comes from the text itself. */
function toldOf({ codes, phrases, strange, otherApp }: Pasted, say: Say): readonly Told[] {
  const parts: readonly Told[] = [
    ...codes.map(({ code, name, sees, means, gate, fix }) => ({
      title: `AADSTS${code} ${name}`,
      lines: [`The person sees: ${sees}`, `It means: ${means}`, `Gate: ${gateOf(gate)}`, `Fix: ${fix}`],
    })),
    ...phrases.map(({ name, means, gate, fix }) => ({
      title: `“${name}”`,
      lines: [`It means: ${means}`, `Gate: ${gateOf(gate)}`, `Fix: ${fix}`],
    })),
    ...strange.map((code) => ({
      title: `AADSTS${code}`,
      lines: ['This code is not known here.', `Microsoft describes it at ${say(`${LOOK_UP}${code}`)}`],
    })),
    ...(otherApp === undefined
      ? []
      : [
          {
            title: 'Another app',
            lines: [`The text names the app ${say(otherApp)}, which is not Apple Internet Accounts.`],
          },
        ]),
  ];
  return codes.length + phrases.length + strange.length > 0 ? parts : [NOTHING, ...parts];
}

const NOTHING: Told = {
  title: 'Nothing known in this text',
  lines: [
    'There is no AADSTS code and no known phrase in it.',
    'Fix: ask for the whole text, with its code, or walk the gates: iosmail explain USER.',
  ],
};

function gateOf(gate: GateName | 'G7' | 'none'): string {
  if (gate === 'none') return 'none, a step of a normal sign-in';
  return gate === 'account' ? GATE_TITLES.account : `${gate} ${GATE_TITLES[gate]}`;
}

/** For a terminal or a log. */
export function pastedText(pasted: Pasted, say: Say): string {
  const parts = toldOf(pasted, say).map(({ title, lines }) =>
    [title, ...lines.map((line) => `  ${line}`)].join('\n'),
  );
  return `${parts.join('\n\n')}\n`;
}

/** For a ticket or a comment. */
export function pastedMarkdown(pasted: Pasted, say: Say): string {
  const parts = toldOf(pasted, say).map(({ title, lines }) =>
    [`**${title}**`, '', ...lines.map((line) => `- ${line}`)].join('\n'),
  );
  return `${parts.join('\n\n')}\n`;
}
