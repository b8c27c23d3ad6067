// All that loads jose.
export { createFileJwks, parseJwks, RemoteJwks } from './jwks';
export { JwtAuthenticator, type JwtVerificationOptions } from './jwt-authenticator';
