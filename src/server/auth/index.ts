export { generateApiKey, hashApiKey, parseApiKeys } from './api-keys';
export { parseClientCertificates } from './client-certificates';
export { CredentialAuthenticator } from './credential-authenticator';
export { grantFields } from './grant-file';
