import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { whoDiff } from '../../../src/commands/who-diff.ts';
import { whoDiffText } from '../../../src/render/who-diff.ts';
import { repository } from '../git/repository.ts';

const FILE = 'policies/tenants/contoso.yaml';
const policy = (group: string) =>
  `tenant:\n  name: contoso\n  id: 8f1c6a50-0f5c-4c2c-9c47-0d6a1c9b2e11\nassignments:\n  groups:\n    - name: ${group}\n  unlisted: remove\n`;

test('two commits are compared as they were committed, whatever lies in the working directory', async () => {
  const repo = repository();
  repo.commit({ [FILE]: policy('SG-One') });
  repo.run('tag', 'one');
  repo.commit({ [FILE]: policy('SG-Two') });
  repo.run('tag', 'two');
  writeFileSync(join(repo.folder, FILE), policy('SG-Three'));
  const moves = async (diff: string) => {
    const options = { policies: join(repo.folder, 'policies'), tenant: [], day: '2026-11-24', diff };
    const { report } = await whoDiff(options);
    const changes = report.tenants.flatMap((each) => each.changes);
    return { report, said: changes.map(({ change, name }) => `${change} ${name}`).sort() };
  };
  const forward = await moves('one..two');
  expect(forward.said).toEqual(['entered SG-Two', 'left SG-One']);
  expect(whoDiffText(forward.report, { colour: false })).toMatch(
    /^From [0-9a-f]{12} to [0-9a-f]{12}: 1 tenant differs/,
  );
  expect((await moves('two..one')).said).toEqual(['entered SG-One', 'left SG-Two']);
  expect((await moves('one..')).said).toEqual(forward.said);
  expect((await moves('one')).said).toEqual(['entered SG-Three', 'left SG-One']);
  await expect(moves('one..none')).rejects.toThrow('There is no commit none in this repository.');
  await expect(moves('one...two')).rejects.toThrow('There is no commit .two in this repository.');
});
