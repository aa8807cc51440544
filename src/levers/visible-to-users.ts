import { byText } from '../core/json.ts';
import { HIDE_TAG, isHidden } from './app.ts';
import { gateLever } from './gate.ts';

/**
 * "Visible to users?": the tag `HideApp`. A PATCH replaces the whole list, so every other tag is sent along as it is;
 * the change names the whole list, so that a tag added after the review makes the plan stale instead of vanishing.
 */
export const visibleToUsers = gateLever({
  name: 'visible-to-users',
  key: 'visibleToUsers',
  label: 'Visible to users?',
  now: (app) => !isHidden(app.tags),
  gates: () => ({}),
  group: () => 'visibility',
  value: ({ tags }, to) => {
    const others = tags.filter((tag) => !isHidden([tag]));
    const wanted = [...(to ? others : [...tags, HIDE_TAG])].sort(byText);
    return {
      before: { visible: !to, tags: [...tags].sort(byText) },
      after: { visible: to, tags: wanted },
      words: { before: to ? 'No' : 'Yes', after: to ? 'Yes' : 'No' },
      body: { tags: wanted },
    };
  },
  effects: () => [],
});
