import type { Answers, ReadRequest } from '../core/request.ts';
import { EXCHANGE_ONLINE } from '../core/state.ts';
import { booleanAt, rowOf, rowsAt, showing, textAt } from './answer.ts';

/** Office 365 Exchange Online, the API whose scopes the app needs; the ids of scopes are read, never assumed. */
export const EXCHANGE: ReadRequest = {
  method: 'GET',
  path: `/servicePrincipals(appId='${EXCHANGE_ONLINE}')?$select=id,appId,oauth2PermissionScopes`,
  shape: 'one',
  what: 'Office 365 Exchange Online and its permissions',
  permission: 'Application.Read.All',
};

export type Exchange = {
  readonly id: string;
  /** Id of each delegated permission that is switched on, by its name. */
  readonly scopes: ReadonlyMap<string, string>;
};

/** Exchange Online in the tenant; undefined when it is absent or was not readable. */
export function exchangeIn(answers: Answers): Exchange | undefined {
  const answer = answers.get(EXCHANGE.path);
  if (answer?.kind !== 'found') return undefined;
  const row = showing(rowOf(EXCHANGE, answer.value), 'oauth2PermissionScopes');
  const scopes = rowsAt(row, 'oauth2PermissionScopes').filter((scope) => booleanAt(scope, 'isEnabled', true));
  return {
    id: textAt(row, 'id'),
    scopes: new Map(scopes.map((scope) => [textAt(scope, 'value'), textAt(scope, 'id')])),
  };
}
