import type { Answers, ReadRequest } from '../core/request.ts';
import { APPLE_MAIL } from '../core/state.ts';
import { BrokenAnswer, booleanAt, optionalText, rowOf, rowsAt, showing, textAt, textsAt } from './answer.ts';

/** The service principal of the app, by its appId: the display name is no key. */
export const APP: ReadRequest = {
  method: 'GET',
  path: `/servicePrincipals(appId='${APPLE_MAIL}')?$select=id,appId,displayName,accountEnabled,appRoleAssignmentRequired,tags,appRoles,disabledByMicrosoftStatus`,
  shape: 'one',
  what: 'the enterprise app Apple Internet Accounts',
  permission: 'Application.Read.All',
};

export type App = {
  readonly id: string;
  readonly displayName: string;
  readonly enabled: boolean;
  readonly required: boolean;
  readonly tags: readonly string[];
  /** Names of roles that users or groups could be given; the default role means nothing once there is one. */
  readonly userRoles: readonly string[];
  readonly disabledByMicrosoft?: string;
};

/**
 * The app as it is, or `absent`.
 * A null `accountEnabled` means enabled, a null `appRoleAssignmentRequired` means not required: reading either
 * as "locked" would call an open tenant shut.
 */
export function appIn(answers: Answers): App | 'absent' {
  const answer = answers.get(APP.path);
  if (answer?.kind === 'absent') return 'absent';
  if (answer?.kind !== 'found') throw new BrokenAnswer(APP, 'an answer');
  const row = showing(
    rowOf(APP, answer.value),
    'accountEnabled',
    'appRoleAssignmentRequired',
    'tags',
    'appRoles',
  );
  const disabled = optionalText(row, 'disabledByMicrosoftStatus');
  return {
    id: textAt(row, 'id'),
    displayName: optionalText(row, 'displayName') ?? 'Apple Internet Accounts',
    enabled: booleanAt(row, 'accountEnabled', true),
    required: booleanAt(row, 'appRoleAssignmentRequired', false),
    tags: textsAt(row, 'tags'),
    userRoles: rowsAt(row, 'appRoles')
      .filter(
        (role) => booleanAt(role, 'isEnabled', true) && textsAt(role, 'allowedMemberTypes').includes('User'),
      )
      .map((role) => optionalText(role, 'displayName') ?? textAt(role, 'id')),
    ...(disabled === undefined || disabled === 'NotDisabled' ? {} : { disabledByMicrosoft: disabled }),
  };
}

/** The app's object id, once it is known to be there. */
export function appId(answers: Answers): string | undefined {
  if (answers.get(APP.path)?.kind !== 'found') return undefined;
  const app = appIn(answers);
  return app === 'absent' ? undefined : app.id;
}

/** The tag that keeps the app out of My Apps, and the one that lists it under Enterprise apps. Compared without case. */
export const HIDE_TAG = 'HideApp';
export const LISTED_TAG = 'WindowsAzureActiveDirectoryIntegratedApp';

export function isHidden(tags: readonly string[]): boolean {
  return tags.some((tag) => tag.toLowerCase() === HIDE_TAG.toLowerCase());
}
