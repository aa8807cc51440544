import { notFound, ok, type Route } from './http.ts';
import type { Permission } from './hub.ts';
import { userShape } from './shapes.ts';

/** The older roles that `permission` still speaks in. */
const LEGACY: { readonly [role in Permission]: string } = {
  admin: 'admin',
  maintain: 'write',
  write: 'write',
  triage: 'read',
  read: 'read',
  none: 'none',
};

export const collaboratorRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/repos/{owner}/{repo}/collaborators/{username}/permission',
    needs: [],
    handle: (request, hub) => {
      const login = request.params.username ?? '';
      const user = hub.users.get(login.toLowerCase());
      if (user === undefined) return notFound();
      const role = user.permission;
      return ok({
        permission: LEGACY[role],
        role_name: role,
        user: {
          ...userShape(hub, user.login),
          role_name: role,
          permissions: {
            admin: role === 'admin',
            maintain: ['admin', 'maintain'].includes(role),
            push: ['admin', 'maintain', 'write'].includes(role),
            triage: !['read', 'none'].includes(role),
            pull: role !== 'none',
          },
        },
      });
    },
  },
];
