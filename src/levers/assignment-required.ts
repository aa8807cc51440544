import { gateLever } from './gate.ts';

/** "Assignment required?": on, only assigned people sign in, and nobody can consent for themselves any more. */
export const assignmentRequired = gateLever({
  name: 'assignment-required',
  key: 'assignmentRequired',
  label: 'Assignment required?',
  now: (app) => app.required,
  gates: (app) => ({ required: app.required }),
  group: (to) => (to ? 'require-assignment' : 'stop-requiring-assignment'),
  value: (app, to) => ({ before: app.required, after: to, body: { appRoleAssignmentRequired: to } }),
  effects: (to) => [{ gate: 'required', to }],
});
