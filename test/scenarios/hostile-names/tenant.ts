import { expect } from 'vitest';
import { addGroup } from '../../../src/sandbox/directory.ts';
import { assign } from '../../../src/sandbox/enterprise-app.ts';
import type { Tenant } from '../../../src/sandbox/tenant.ts';
import { appleApp } from '../levels.ts';
import { everyOutput } from '../outputs.ts';
import type { Scenario } from '../run.ts';
import { CONSENT, MAIL, principalId, woodgrove } from '../tenant-builder.ts';

const ESCAPE = '\u001b';
const HOSTILE = [
  `[click me](https://evil.example) **bold** <img src=x onerror=alert(1)> @everyone #1 \`code\` | cell`,
  `=HYPERLINK("https://evil.example")${ESCAPE}[2J${ESCAPE}[31mred\u202Egnp.exe\u2066\u200B`,
  '\n::error file=policy.yaml::stolen\r\n::set-output name=x::y\n# Heading\n</details>',
];

export const scenario: Scenario = {
  tenant: hostile,
  plan: 'changes',
  outcome: 'partly applied',
  again: 'changes',
  fault: ({ method, path, tenant }) => {
    const third = (tenant?.assignments.size ?? 0) >= 3;
    if (!third || method !== 'POST' || !path.endsWith('/appRoleAssignedTo')) return undefined;
    return {
      kind: 'answer',
      status: 400,
      body: { error: { code: 'Request_BadRequest', message: `No. ${HOSTILE.join(' ')}` } },
    };
  },
  check: (run) => {
    const { text, markdown } = everyOutput(run);
    for (const output of [text, markdown]) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: that none is there is the point
      expect(output).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u200B\u202A-\u202E\u2066-\u2069]/);
      expect(output).not.toMatch(/^\s*::/m);
      expect(output).toContain('evil.example');
    }
    const rendered = markdown.replaceAll(/`[^`\n]*`/g, '');
    expect(rendered).not.toMatch(/<img|\]\(|(?<!\\)\*\*bold|(?<!\\)\*bold|^# Heading|@everyone/m);
    expect(markdown.match(/<\/details>/g)?.length).toBe(markdown.match(/<details>/g)?.length);
  },
};

function hostile(): Tenant {
  const tenant = woodgrove({
    people: ['anna', 'ben'],
    userConsent: CONSENT.none,
    app: { required: true, assigned: ['anna'], tenantWide: MAIL },
  });
  const members = ['anna', 'ben'].map((name) => principalId(tenant, name));
  HOSTILE.forEach((name, at) => {
    const { id, ...group } = addGroup(tenant, 'hostile', members, { key: String(at + 1) });
    tenant.groups.set(id, { id, ...group, displayName: name });
  });
  const app = appleApp(tenant);
  if (app === undefined) throw new Error('the sketch has an app');
  app.displayName = HOSTILE.join(' ');
  const ben = tenant.users.get(principalId(tenant, 'ben'));
  if (ben === undefined) throw new Error('the sketch has ben');
  ben.displayName = `${HOSTILE[1]}`;
  ben.userPrincipalName = `${HOSTILE[0]}@woodgrove.example`;
  assign(tenant, app, ben.id);
  return tenant;
}
