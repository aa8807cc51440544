import type { AccessList, Listed, Reason } from '../core/who.ts';
import { named, type Say } from './words.ts';

/** "member of SG-iOS-Mail". */
export function reasonWords(reason: Reason, say: Say): string {
  switch (reason.kind) {
    case 'assigned':
      return 'assigned directly';
    case 'member':
      return `member of ${named(reason.group.name, say)}`;
    case 'consented':
      return 'consented for themselves';
    case 'administrator':
      return 'Global Administrator, passes assignment';
  }
}

/** What is special about an account: "guest, disabled". Nothing, where nothing is. */
export function flagsOf({ guest, account, access }: Listed): readonly string[] {
  return [
    ...(access === 'unknown' ? ['access unknown'] : []),
    ...(guest === 'yes' ? ['guest'] : []),
    ...(account === 'disabled' ? ['account disabled, cannot sign in'] : []),
  ];
}

/** What the settings of the app say by themselves. */
export const APP_WORDS: { readonly [app in AccessList['app']]: string } = {
  absent: 'the enterprise app is not in this tenant',
  disabled: 'Enabled for users to sign in? is No: nobody can sign in',
  'assignment required': 'Assignment required? is Yes',
  'assignment not required': 'Assignment required? is No',
};
