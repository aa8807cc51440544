/**
 * What lets Git push with the token of a job, for one call: no file holds it, and no command line shows it.
 * Empty where there is no token: then whatever Git is configured with counts.
 */
export function pushEnv(env: NodeJS.ProcessEnv): { readonly [name: string]: string } {
  const { GITHUB_TOKEN: token, GITHUB_SERVER_URL: server = 'https://github.com' } = env;
  if (!token) return {};
  const basic = Buffer.from(`x-access-token:${token}`).toString('base64');
  return {
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: `http.${server.replace(/\/+$/, '')}/.extraheader`,
    GIT_CONFIG_VALUE_0: `AUTHORIZATION: basic ${basic}`,
  };
}
