import { createHash } from 'node:crypto';

/** A version-4-shaped GUID, always the same for the same names: fixtures need ids that never move. */
export function guid(...names: readonly string[]): string {
  const bytes = createHash('sha256').update(names.join('\u0000')).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The 16 bytes of a GUID in Microsoft's order: the first three fields are little-endian. */
export function guidBytes(id: string): Buffer {
  const bytes = Buffer.from(id.replaceAll('-', ''), 'hex');
  bytes.subarray(0, 4).reverse();
  bytes.subarray(4, 6).reverse();
  bytes.subarray(6, 8).reverse();
  return bytes;
}

/**
 * The id Graph gives a delegated grant: base64url of client, resource and, for a person's own grant, the person.
 * Fact: decoded from ids seen in public reports; the service never documented it.
 */
export function grantId(clientId: string, resourceId: string, principalId: string | null): string {
  const parts = [clientId, resourceId, ...(principalId === null ? [] : [principalId])];
  return Buffer.concat(parts.map(guidBytes)).toString('base64url');
}

/** An assignment's id: 32 bytes, the principal first, the rest opaque (here a hash of principal, resource, role and time). */
export function assignmentId(principalId: string, resourceId: string, roleId: string, when: string): string {
  const rest = createHash('sha256').update(`${principalId}|${resourceId}|${roleId}|${when}`).digest();
  return Buffer.concat([guidBytes(principalId), rest.subarray(0, 16)]).toString('base64url');
}

/** A classification's id: the scope's id and one byte more. */
export function classificationId(permissionId: string): string {
  return Buffer.concat([guidBytes(permissionId), Buffer.of(1)]).toString('base64url');
}
