import { guid } from './ids.ts';
import type { ConditionalAccessPolicy } from './tenant.ts';

/**
 * A Conditional Access policy for what phones and computers use beside browsers, for all users and all cloud apps.
 * @param controls what it demands; several are demanded together.
 */
export function mobileOnly(
  displayName: string,
  controls: readonly string[],
  given: Partial<Omit<ConditionalAccessPolicy, 'id' | 'displayName'>> = {},
): ConditionalAccessPolicy {
  return {
    id: guid('conditional access', displayName),
    displayName,
    state: 'enabled',
    conditions: {
      users: { includeUsers: ['All'] },
      applications: ['All'],
      clientAppTypes: ['mobileAppsAndDesktopClients'],
    },
    grantControls: { operator: 'AND', builtInControls: [...controls] },
    ...given,
  };
}
