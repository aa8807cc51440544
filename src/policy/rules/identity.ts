import type { Rule } from './subject.ts';

/** tenant-name-is-not-file-name: the file name is how people and `--tenant` find a tenant. */
export const nameIsFileName: Rule = ({ name, desired, at }) =>
  desired.tenant.name === name
    ? []
    : [
        {
          rule: 'tenant-name-is-not-file-name',
          severity: 'error',
          message: `The tenant is named \`${desired.tenant.name}\`, its file \`${name}.yaml\`.`,
          fix: 'Make the two names equal.',
          at: at('/tenant/name'),
        },
      ];
