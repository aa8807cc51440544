// The parts of Microsoft's Graph SDK in use. It is CommonJS: imported by name here, and this module is imported
// only when a tenant is talked to, because a bundler gives a dynamic import of CommonJS no names.
export { AuthenticationHandler, Client, ResponseType } from '@microsoft/microsoft-graph-client';
