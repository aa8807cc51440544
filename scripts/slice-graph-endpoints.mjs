// Writes test/fixtures/graph-endpoints.json: what @microsoft/teams.graph-endpoints, which Microsoft generates from the
// OpenAPI document of Graph v1.0, says about the paths that are used here: methods, query options, headers, and the
// properties of what goes in and out, with the operators each can be filtered by. A second opinion beside
// test/fixtures/graph/openapi.json, which was cut from another document.
//
// To renew it, fetch the package without making it a dependency (it is 40 MB) and slice it; none of its code is run:
//   folder=$(mktemp -d) && npm pack --silent --pack-destination "$folder" @microsoft/teams.graph-endpoints@2.1.0
//   tar xzf "$folder"/*.tgz -C "$folder" && node scripts/slice-graph-endpoints.mjs "$folder/package"
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Every path below these, as far as the second expression does not shut it out. */
const ROOTS =
  /^\/(auditLogs\/(directoryAudits|signIns)|directory\/deletedItems|directoryObjects\/getByIds|directoryRoles|groups|oauth2PermissionGrants|identity\/conditionalAccess\/(evaluate|policies)|policies\/(authorizationPolicy|identitySecurityDefaultsEnforcementPolicy|permissionGrantPolicies)|servicePrincipals|subscribedSkus|users)(?=$|[/(])/;
const USED =
  /^\/[\w/]+?(\(\w+='\{\w+\}'\))?(\/\{[\w-]+\})?(\/(appRoleAssignedTo|appRoleAssignments|oauth2PermissionGrants|delegatedPermissionClassifications|includes|excludes|members|transitiveMembers|memberOf|transitiveMemberOf)(\/\{[\w-]+\})?)?(\/graph\.(user|group|servicePrincipal))?(\/\$count)?$/;

/** Types whose properties are kept. */
const TYPES = [
  'appRoleAssignment',
  'authorizationPolicy',
  'conditionalAccessPolicy',
  'defaultUserRolePermissions',
  'directoryAudit',
  'delegatedPermissionClassification',
  'directoryObject',
  'directoryRole',
  'entity',
  'group',
  'identitySecurityDefaultsEnforcementPolicy',
  'licenseUnitsDetail',
  'oAuth2PermissionGrant',
  'permissionGrantConditionSet',
  'permissionGrantPolicy',
  'policyBase',
  'servicePlanInfo',
  'servicePrincipal',
  'signIn',
  'subscribedSku',
  'user',
];

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  process.stderr.write('Name the unpacked package: node scripts/slice-graph-endpoints.mjs FOLDER\n');
  process.exit(2);
}
const lines = readFileSync(join(folder, 'dist/types/types.d.ts'), 'utf8').split('\n');
const [types, operations] = ['components', 'operations'].map((name) =>
  lines.indexOf(`export interface ${name} {`),
);
const starts = new Map(
  lines.flatMap((line, at) => {
    const [, name] = /^ {4}'?([^'"]+)'?: \{$/.exec(at > operations ? line : '') ?? [];
    return name === undefined ? [] : [[name, at]];
  }),
);

/** What a `path` with a `method` takes and gives. */
function operation(name) {
  const start = starts.get(name);
  const text = lines.slice(start, lines.indexOf('    };', start)).join('\n');
  const part = (from, to) =>
    new RegExp(`\\n +'?${from}'?\\??: ([^]*?)\\n {8,12}'?${to}`).exec(text)?.[1] ?? '';
  const names = (block) => [...block.matchAll(/^ {16}'?([$\w-]+)'?\??:/gm)].map(([, each]) => each);
  const type = (block) => /\['microsoft\.graph\.(\w+?)(?:CollectionResponse)?'\]/.exec(block)?.[1];
  return {
    query: names(part('query', 'header')),
    header: names(part('header', 'path')),
    // The parameters of an action are no type of their own.
    takes: type(/'application\/json': components\[.*/.exec(part('requestBody', 'responses'))?.[0] ?? ''),
    gives: type(text.slice(text.indexOf('\n        responses: '))),
  };
}

/** The properties of a type: what they are made of, and how they can be filtered. */
function properties(name) {
  const start = lines.findIndex(
    (line, at) => at > types && line.startsWith(`        'microsoft.graph.${name}': `),
  );
  if (start < 0) throw new Error(`There is no type ${name} in this package.`);
  const end = lines.findIndex((line, at) => at >= start && /^ {8}\S.*;$/.test(line));
  const base = /components\['schemas'\]\['microsoft\.graph\.(\w+)'\]/.exec(lines[start])?.[1];
  const found = {};
  let said = '';
  for (const line of lines.slice(start + 1, end)) {
    const [, property, is] = /^ {12}(?:readonly )?(\w+)\??: (.*)$/.exec(line) ?? [];
    if (property === undefined) {
      if (/^ {12}(?: |\/)\*/.test(line)) said += line;
      continue;
    }
    const of = TYPES.find((each) => is.includes(`'microsoft.graph.${each}'`));
    const filter = /Supports \$filter \(([^)]*)\)/
      .exec(said)?.[1]
      ?.match(/\b(eq|ne|not|ge|le|in|startsWith)\b/g);
    found[property] = { ...(of ? { of } : {}), ...(filter ? { filter } : {}) };
    said = '';
  }
  return { ...(base && TYPES.includes(base) ? { base } : {}), properties: found };
}

const paths = {};
let path;
for (const line of lines.slice(0, types)) {
  path = /^ {4}(['"])(\/.*)\1: \{$/.exec(line)?.[2] ?? path;
  const [, method, name] = /^ {8}(get|post|patch|put|delete): operations\['(.*)'\];$/.exec(line) ?? [];
  if (method !== undefined && ROOTS.test(path) && USED.test(path))
    paths[`${method.toUpperCase()} ${path}`] = operation(name);
}
const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
const rows = (each) =>
  Object.entries(each).map(([key, value]) => `    ${JSON.stringify(key)}: ${JSON.stringify(value)}`);
const text = `{
  "from": ${JSON.stringify(`${name} ${version}`)},
  "operations": {
${rows(paths).join(',\n')}
  },
  "types": {
${rows(Object.fromEntries(TYPES.map((each) => [each, properties(each)]))).join(',\n')}
  }
}
`;
writeFileSync(new URL('../test/fixtures/graph-endpoints.json', import.meta.url), text);
process.stdout.write(`${rows(paths).length} operations and ${TYPES.length} types of ${name} ${version}\n`);
