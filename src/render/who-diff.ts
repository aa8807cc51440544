import type { Json } from '../core/json.ts';
import type { IntentChange, WhoDiff } from '../core/who-diff.ts';
import { csv } from './csv.ts';
import { paint } from './paint.ts';
import { forTerminal } from './safe.ts';
import { count } from './words.ts';

const SIGNS: { readonly [change in IntentChange['change']]: string } = {
  entered: '+',
  left: '-',
  changed: '~',
};

/** What the diff leaves out, said every time. */
const LIMIT = 'Membership of groups is not recorded in Git: who entered or left a group is not told here.';

/** What the policies of two commits want differently, for people. */
export function whoDiffText(
  { from, to, tenants, unchanged, notCompared }: WhoDiff,
  { colour }: { readonly colour: boolean },
): string {
  const { strong, good, bad, careful } = paint(colour);
  const brush = { entered: good, left: bad, changed: careful };
  const until = to === 'working directory' ? `the ${to}` : to.slice(0, 12);
  const parts = tenants.map(({ tenant, changes }) =>
    [
      strong(forTerminal(tenant.name)),
      ...changes.map((each) => {
        return `  ${brush[each.change](SIGNS[each.change])} ${each.what} ${forTerminal(each.name)}${detailOf(each)}`;
      }),
    ].join('\n'),
  );
  return `${[
    `From ${from.slice(0, 12)} to ${until}: ${count(tenants.length, 'tenant differs', 'tenants differ')}, ${unchanged} as before.`,
    ...parts,
    ...(notCompared.length === 0
      ? []
      : [`Not compared, because of errors: ${notCompared.map(forTerminal).join(', ')}.`]),
    LIMIT,
  ].join('\n\n')}\n`;
}

/** The same for spreadsheets. */
export function whoDiffCsv({ tenants }: WhoDiff): string {
  return csv(
    ['tenant', 'tenant id', 'change', 'what', 'name', 'before', 'after'],
    tenants.flatMap(({ tenant, changes }) =>
      changes.map(({ what, name, change, before, after }) => [
        tenant.name,
        tenant.id,
        change,
        what,
        name,
        valueText(before),
        valueText(after),
      ]),
    ),
  );
}

/** Both values, where there are two to compare; a setting that is new or gone has one. */
function detailOf({ what, change, before, after }: IntentChange): string {
  if (what === 'tenant' || (what !== 'setting' && change !== 'changed')) return '';
  return `  ${forTerminal(`${valueText(before)} → ${valueText(after)}`)}`;
}

function valueText(value: Json): string {
  if (value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
