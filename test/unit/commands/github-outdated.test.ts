import { expect, test } from 'vitest';
import { githubOutdated } from '../../../src/commands/github-outdated.ts';
import { validated } from '../../github/job.ts';
import { commented, fleet, job } from './requests.ts';
import { reviewed } from './reviewed-pulls.ts';

test('a run about an older head that comes late leaves the plan of the newer one, and its review, as they are', async () => {
  const world = await reviewed();
  const { fake, work } = world;
  const pull = await world.opened('change', { 'a.yaml': 'a\n' });
  const older = validated(fake.pull(pull.number));
  await work.commit('b.yaml', 'b\n', 'ada');
  await work.git('push', '--quiet', 'origin', 'HEAD');
  await commented(world, pull, fleet(1), 71);
  const bodies = () => [...fake.hub.comments.values()].map(({ body }) => body);
  const before = bodies();
  const { code, lines } = await githubOutdated(job(world, 72, older));
  expect(code).toBe(0);
  expect(lines.join('\n')).toContain('has a newer commit');
  expect(bodies()).toEqual(before);
});
