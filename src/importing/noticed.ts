import type { Finding } from '../core/finding.ts';
import type { Answers, ReadRequest } from '../core/request.ts';
import { APPLE_MAIL } from '../core/state.ts';
import { optionalText, rowsOf } from '../levers/answer.ts';
import { appId } from '../levers/app.ts';
import { allGrants, grantsIn } from '../levers/grants.ts';
import type { Draft } from './draft.ts';

/**
 * What an administrator should know about a tenant before the policy is relied on. Names in it are as the directory
 * has them. @param namesakes the read that finds apps by the names Apple Mail has.
 */
export function noticed(draft: Draft, answers: Answers, namesakes: ReadRequest): readonly Finding[] {
  const { assigned, application } = draft;
  const groups = assigned.groups === 'unmanaged' ? [] : assigned.groups;
  const users = assigned.users === 'unmanaged' ? [] : assigned.users;
  return [
    ...(draft.app === 'absent'
      ? [info('app-absent', 'The enterprise app is not in this tenant: nothing about it is managed yet.')]
      : []),
    ...(application.enabledForSignIn === false
      ? [info('app-disabled', 'The app is disabled for sign-in: nobody can use it, whoever is assigned.')]
      : []),
    info('consent-mode', `User consent settings: ${draft.userConsentNow}.`),
    ...(draft.userConsent === 'unmanaged'
      ? [
          warning(
            'consent-left-alone',
            'The user consent settings are unknown, or none that a policy can name: they are left alone.',
            'Grant Policy.Read.All and Policy.Read.PermissionGrant to the plan identity and import again, or leave them unmanaged.',
          ),
        ]
      : []),
    ...grants(answers),
    ...rowsOf(answers, namesakes)
      .filter((row) => optionalText(row, 'appId')?.toLowerCase() !== APPLE_MAIL)
      .map((row) =>
        warning(
          'look-alike-app',
          `Another app is called ${optionalText(row, 'displayName')} (appId ${optionalText(row, 'appId')}): it is not Apple Mail, and is not touched.`,
          'Look at it under Enterprise apps, and delete it there if nobody needs it.',
        ),
      ),
    ...groups
      .filter(({ nested }) => nested > 0)
      .map(({ name, id, nested }) =>
        warning(
          'nested-members',
          `${nested} ${nested === 1 ? 'group is' : 'groups are'} nested in ${name} (${id}): their members get nothing, only direct members do.`,
          'List the nested groups too if their members should have access.',
        ),
      ),
    ...assigned.deleted.map(({ type, name, id }) =>
      warning(
        'deleted-principal',
        `The ${type.toLowerCase()} ${name} (${id}) is deleted but still assigned; it lets nobody in and is left alone.`,
        'Remove it in the Entra admin centre (Users and groups) if it bothers you.',
      ),
    ),
    ...assigned.unlistable.map(({ type, name, id }) =>
      warning(
        'not-listable',
        `The ${type.toLowerCase()} ${name} (${id}) is assigned, but no entry of a policy can stand for it; unlisted: keep leaves it assigned.`,
        'Assign a security group, or a user with a plain user principal name, instead.',
      ),
    ),
    ...users
      .filter(({ guest }) => guest)
      .map(({ upn }) => info('guest-assigned', `${upn} is a guest and has no mailbox in this tenant.`)),
  ];
}

function grants(answers: Answers): readonly Finding[] {
  const id = appId(answers);
  const found = id === undefined ? undefined : grantsIn(answers, [allGrants(id)]);
  if (found === undefined || 'kind' in found) return [];
  const own = new Set(found.flatMap(({ person }) => person ?? []));
  if (own.size === 0) return [];
  return [
    info(
      'left-over-grants',
      `${own.size} ${own.size === 1 ? 'person has' : 'people have'} a grant of their own, from consenting once; they stay as they are.`,
    ),
  ];
}

function info(rule: string, message: string): Finding {
  return { rule, severity: 'info', message };
}

function warning(rule: string, message: string, fix: string): Finding {
  return { rule, severity: 'warning', message, fix };
}
