export { apiKeyHash, newApiKey } from './api-key';
export { readApiKeys } from './api-keys';
export { readClientCertificates } from './client-certificates';
export { type AcceptedCredentials, CredentialAuthenticator } from './credential-authenticator';
export { grantFields, moment } from './grant';
