import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pastedIn } from '../../../src/commands/shown-explanation.ts';
import type { Explanation } from '../../../src/explain/explanation.ts';
import { explainText as readText } from '../../../src/explain/pasted.ts';
import { explainJson, pastedJson } from '../../../src/render/explain-json.ts';
import { explainMarkdown } from '../../../src/render/explain-markdown.ts';
import { explainText } from '../../../src/render/explain-text.ts';
import { mobileOnly } from '../../../src/sandbox/conditional-access.ts';
import { hostile } from '../render/hostile.ts';
import { expectHarmless, expectInert, markdownForm, outline } from '../render/structure.ts';
import { explained, GUEST, gateOf, idOf, setGrant, upn, woodgrove } from './woodgrove.ts';

const schema = JSON.parse(
  readFileSync(new URL('../../../schema/explain.schema.json', import.meta.url), 'utf8'),
) as object;
const isExplained = new Ajv2020({ strict: true }).compile(schema);

/** Everything foreign in an explanation: the policy file, names of accounts, groups and Conditional Access policies. */
async function withTexts(name: string): Promise<Explanation> {
  const tenant = woodgrove();
  const otto = tenant.users.get(idOf('otto'));
  if (otto) otto.displayName = name;
  for (const group of tenant.groups.values()) group.displayName = `g${name}`;
  tenant.conditionalAccess.push(mobileOnly(`p${name}`, ['block']));
  const at = { file: `f${name}.yaml`, line: 3, column: 5 };
  const origins = { '/assignments/users': at, '/consent/tenantWide': at };
  return (await explained(tenant, upn('otto'), { origins })).explanation;
}

const MARK = 'QXQ';
const dull = withTexts(MARK);

/** The same explanation with another text in every foreign place. */
async function saying(text: string): Promise<Explanation> {
  const inJson = JSON.stringify(text).slice(1, -1);
  return JSON.parse(JSON.stringify(await dull).replaceAll(MARK, () => inJson));
}

test.each(['anna', 'otto', 'nina', 'dora', 'nobody', GUEST])(
  'JSON of %s is what its schema says',
  async (name) => {
    const tenant = woodgrove();
    setGrant(tenant, '');
    const { explanation } = await explained(tenant, upn(name));
    const told: unknown = JSON.parse(explainJson(explanation));
    expect(isExplained(told), JSON.stringify(isExplained.errors)).toBe(true);
  },
);

test.each(['AADSTS50105', 'Need admin approval', 'AADSTS999999', 'nothing'])(
  'JSON of the text %j is, too',
  (text) => {
    const told: unknown = JSON.parse(pastedJson(readText(text, '0.0.0')));
    expect(isExplained(told), JSON.stringify(isExplained.errors)).toBe(true);
    expect(isExplained({ ...(told as object), more: 1 })).toBe(false);
  },
);

describe('whatever the directory and the files say', () => {
  test('text and Markdown keep their form, and JSON its values', async () => {
    const [text, markdown] = [explainText(await dull, { colour: false }), explainMarkdown(await dull)];
    await fc.assert(
      fc.asyncProperty(hostile, async (name) => {
        const explanation = await saying(name);
        const [shown, table, json] = [
          explainText(explanation, { colour: false }),
          explainMarkdown(explanation),
          explainJson(explanation),
        ];
        for (const each of [shown, table, json]) expectHarmless(each);
        expectInert(table);
        expect(outline(shown)).toEqual(outline(text));
        expect(markdownForm(table)).toEqual(markdownForm(markdown));
        expect(JSON.parse(json).person.name).toBe(name);
      }),
      { numRuns: 40 },
    );
  });

  test('every such place is reached', async () => {
    const said = JSON.stringify(await dull);
    for (const each of [`"${MARK}"`, `g${MARK}`, `p${MARK}`, `f${MARK}.yaml`]) expect(said).toContain(each);
  });

  test('a pasted text is never printed', async () => {
    await fc.assert(
      fc.asyncProperty(hostile, async (text) => {
        for (const format of ['text', 'markdown'] as const) {
          const shown = await pastedIn(
            { format, colour: false },
            `AADSTS50105 AADSTS999999 ${text}`,
            '0.0.0',
          );
          expectHarmless(shown);
          if (format === 'markdown') expectInert(shown);
        }
      }),
    );
  });
});

describe('what a person at the help desk reads', () => {
  test('it never says that somebody has access', async () => {
    for (const name of ['anna', 'ben', 'gina']) {
      const { explanation } = await explained(woodgrove(), upn(name));
      for (const shown of [explainText(explanation, { colour: false }), explainMarkdown(explanation)]) {
        expect(shown).toContain('nothing found that stops it; not known: G6');
        expect(shown).not.toMatch(/access granted|has access|can use|works/i);
      }
    }
  });

  test('the first closed gate leads, the others follow', async () => {
    const tenant = woodgrove();
    setGrant(tenant, '');
    const { explanation } = await explained(tenant, upn('otto'));
    const shown = explainText(explanation, { colour: false });
    expect(shown).toContain(
      'iPhone and iPad: stopped at G3 Assignment required? and Users and groups; also closed: G4; not known: G6',
    );
    expect(shown).toContain('Mac: stopped at G3 Assignment required? and Users and groups; also closed: G4');
    expect(shown).toContain('  as above: account, G1, G2, G3, G4, G5\n');
    expect(shown).toContain('In which order Entra looks at G2, G3 and G4 is not documented');
  });

  test('a gate that is told for one device is not told again for the other', async () => {
    const { explanation } = await explained(woodgrove(), upn('otto'));
    const shown = explainText(explanation, { colour: false });
    expect(shown.split('AADSTS50105').length).toBe(2);
    const [iPhone, mac] = explanation.devices;
    expect(iPhone && mac && gateOf(mac, 'G3')).toEqual(iPhone && gateOf(iPhone, 'G3'));
  });
});
