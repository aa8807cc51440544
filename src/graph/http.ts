// The parts of undici in use; like the SDK it is CommonJS, imported by name here and dynamically elsewhere.
export { Agent, EnvHttpProxyAgent, fetch } from 'undici';
