import type { AccessList, WhoReport } from '../core/who.ts';
import { csv } from './csv.ts';
import { reasonWords } from './who-words.ts';
import { levelWords } from './words.ts';

const HEADER = ['tenant', 'tenant id', 'kind', 'name', 'id', 'access', 'why', 'guest', 'account'];
const plain = (text: string) => text;

/**
 * Who can use the app, for spreadsheets: a row for every person, one for everyone else, one for each source that could
 * not be read, one for a tenant that failed.
 */
export function whoCsv({ tenants }: WhoReport): string {
  return csv(
    HEADER,
    tenants.flatMap((each) => {
      const { name, id } = each.tenant;
      const rows =
        each.status === 'failed'
          ? [['failed', '', '', 'unknown', `${each.error.message} ${each.error.fix}`]]
          : rowsOf(each);
      return rows.map((row) => [name, id, ...row, ...HEADER.slice(row.length + 2).map(() => '')]);
    }),
  );
}

function rowsOf({ people, everyoneElse, unread, notes }: AccessList): readonly (readonly string[])[] {
  return [
    ...people.map(({ name, id, access, why, guest, account }) => [
      'person',
      name,
      id,
      levelWords(access, plain),
      why.map((reason) => reasonWords(reason, plain)).join('; '),
      guest,
      account,
    ]),
    ['everyone else', '', '', levelWords(everyoneElse, plain)],
    ...unread.map((each) => ['not read', '', '', 'unknown', each]),
    ...notes.map((each) => ['note', '', '', '', each]),
  ];
}
