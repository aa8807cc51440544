import type { FailedTenant, TenantPlan } from '../core/plan.ts';
import type { AccessList, WhoReport } from '../core/who.ts';
import { paint } from './paint.ts';
import { forTerminal } from './safe.ts';
import { APP_WORDS, flagsOf, reasonWords } from './who-words.ts';
import { count, levelWords, named } from './words.ts';

/** Who can use the app, for people. Everybody is named: that is what the list is for. */
export function whoText({ tenants }: WhoReport, { colour }: { readonly colour: boolean }): string {
  const { strong, faint, bad, careful } = paint(colour);
  const head = ({ name, id }: TenantPlan['tenant']) => `${strong(forTerminal(name))} ${faint(`(${id})`)}`;
  const failed = ({ tenant, error }: FailedTenant) => [
    `${head(tenant)}  ${bad('FAILED')}`,
    `  ${forTerminal(error.message)}`,
    `  fix: ${forTerminal(error.fix)}`,
  ];
  const listed = (list: AccessList) => [
    `${head(list.tenant)}  ${summary(list)}`,
    `  ${APP_WORDS[list.app]}`,
    ...list.notes.map((note) => `  ${careful('note')}: ${forTerminal(note)}`),
    ...list.unread.map((each) => `  ${careful('unknown')}: ${forTerminal(each)}`),
    ...list.people.map((person) => {
      const flags = flagsOf(person);
      const why = person.why.map((reason) => reasonWords(reason, forTerminal)).join(', ');
      const marks = flags.length === 0 ? '' : `  ${careful(`[${flags.join('; ')}]`)}`;
      return `  ${named(person.name, forTerminal)}  ${faint(why)}${marks}`;
    }),
    `  everyone else: ${levelWords(list.everyoneElse, forTerminal)}`,
    ...asides(list),
  ];
  const parts = tenants.map((each) => (each.status === 'failed' ? failed(each) : listed(each)).join('\n'));
  return `${parts.length === 0 ? 'No tenant was read.' : parts.join('\n\n')}\n`;
}

function summary({ people, unread }: AccessList): string {
  const has = people.filter(({ access }) => access === 'has').length;
  const unsure = people.length - has;
  const least = unread.length === 0 ? '' : 'at least ';
  const more = unsure === 0 ? '' : `, ${count(unsure, 'person', 'people')} unknown`;
  return `${least}${count(has, 'person', 'people')} by name ${has === 1 ? 'has' : 'have'} access${more}`;
}

function asides({ people, without, deleted }: AccessList): readonly string[] {
  const unseen = people.filter(({ account }) => account === 'unknown').length;
  return [
    ...(without === 0
      ? []
      : [`  ${count(without, 'person is', 'people are')} assigned or consented, and not let in by it`]),
    ...(deleted === 0
      ? []
      : [
          `  ${count(deleted, 'deleted account', 'deleted accounts')} still assigned or with a consent: lets nobody in`,
        ]),
    ...(unseen === 0
      ? []
      : [
          `  whether ${count(unseen, 'account is', 'accounts are')} disabled is unknown: that takes User.Read.All`,
        ]),
  ];
}
