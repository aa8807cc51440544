import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { Incident } from '../../../src/core/incident.ts';
import { withIncident } from '../../../src/policy/incident-entry.ts';

const INCIDENT: Incident = {
  kind: 'blocked',
  reason: 'INC-204 stolen devices',
  by: 'ada@x.example',
  since: '2026-11-24',
};
const ENTRY = `incident:
  kind: blocked
  reason: INC-204 stolen devices
  by: ada@x.example
  since: 2026-11-24
`;

describe('a new entry is the end of the file, and every other byte stays', () => {
  test.each([
    ['comments and blank lines', '# why\n\ntenant: # the one\n  name: contoso\n\n# the end\n'],
    ['no last line end', 'tenant:\n  name: contoso'],
    ['a flow mapping inside', 'tenant: {name: contoso,   id: "1"}\n'],
    ['a document start', '---\ntenant:\n  name: contoso\n'],
    ['long lines', `tenant:\n  name: contoso # ${'x'.repeat(200)}\n`],
  ])('%s', (_what, text) => {
    expect(withIncident(text, INCIDENT)).toBe(`${text.replace(/\n?$/, '\n')}${ENTRY}`);
  });

  test('CRLF stays CRLF', () => {
    expect(withIncident('tenant:\r\n  name: contoso\r\n', INCIDENT)).toBe(
      `tenant:\r\n  name: contoso\r\n${ENTRY.replaceAll('\n', '\r\n')}`,
    );
  });
});

test('an entry that is there is replaced where it stands, with the comments around it', () => {
  const text = `tenant:
  name: contoso # the one
# before
incident:
  kind: frozen
  reason: CHG-1
  since: 2026-11-01
# after
safety:
  settle: 0 # none
`;
  const edited = withIncident(text, INCIDENT) ?? '';
  expect(parse(edited)).toEqual({ ...parse(text), incident: INCIDENT });
  for (const comment of ['# the one', '# before', '# after', '# none']) expect(edited).toContain(comment);
  expect(edited.indexOf('incident:')).toBeLessThan(edited.indexOf('safety:'));
});

test('a file in one flow mapping, or with an end mark, says the same and more', () => {
  for (const text of ['{tenant: {name: contoso}}\n', 'tenant:\n  name: contoso\n...\n'])
    expect(parse(withIncident(text, INCIDENT) ?? '')).toEqual({
      tenant: { name: 'contoso' },
      incident: INCIDENT,
    });
});

test.each([['tenant: ['], ['- a list\n'], [''], ['just text\n']])('%j is no policy to edit', (text) => {
  expect(withIncident(text, INCIDENT)).toBeUndefined();
});

test('whatever the reason is, it is only the reason', () => {
  const reason = fc.oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }),
    fc.string({ unit: fc.constantFrom(...':#-\n\r\t "\'{}[]&*!|>%@`a'), minLength: 1, maxLength: 20 }),
  );
  fc.assert(
    fc.property(reason, (text) => {
      const edited = withIncident('tenant:\n  name: contoso\n', { kind: 'blocked', reason: text });
      expect(parse(edited ?? '')).toEqual({
        tenant: { name: 'contoso' },
        incident: { kind: 'blocked', reason: text },
      });
    }),
  );
});
