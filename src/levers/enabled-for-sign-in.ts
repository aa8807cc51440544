import { gateLever } from './gate.ts';

/** "Enabled for users to sign in?": off, nobody signs in to the app, assigned or not. */
export const enabledForSignIn = gateLever({
  name: 'enabled-for-sign-in',
  key: 'enabledForSignIn',
  label: 'Enabled for users to sign in?',
  now: (app) => app.enabled,
  gates: (app) => ({ enabled: app.enabled }),
  group: (to) => (to ? 'enable' : 'disable'),
  value: (app, to) => ({ before: app.enabled, after: to, body: { accountEnabled: to } }),
  effects: (to) => [{ gate: 'enabled', to }],
});
