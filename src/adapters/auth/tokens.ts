// All that loads jose.
export { FetchedKeys, keysOfFile, readKeySet } from './issuer-keys';
export { JwtAuthenticator, type JwtRules } from './jwt-authenticator';
