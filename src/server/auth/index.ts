export { generateApiKey, hashApiKey } from './api-key';
export { parseApiKeys } from './api-keys';
export { parseClientCertificates } from './client-certificates';
export { type AcceptedCredentials, CredentialAuthenticator } from './credential-authenticator';
export { grantFields, offsetDateTime } from './grant';
