import { generateKeyPairSync } from 'node:crypto';
import type { JWK } from 'jose';

/** Creates keys named "faulty" that are malformed, by what is wrong with them, from a key that is not. */
export function createMalformedKeys(jwk: JWK): readonly (readonly [string, unknown])[] {
  const key = { ...jwk, kid: 'faulty' };
  const { d: _, ...weakKey } = generateKeyPairSync('rsa', { modulusLength: 1_024 }).privateKey.export({
    format: 'jwk',
  });
  return [
    ['without a key type', { ...key, kty: undefined }],
    ['with a key type that is not a string', { ...key, kty: 5 }],
    ['with an algorithm that is not a string', { ...key, alg: 256 }],
    ['with a use that is not a string', { ...key, use: ['sig'] }],
    ['with operations that are not a list', { ...key, key_ops: 'verify' }],
    ['with an operation that is repeated', { ...key, key_ops: ['verify', 'verify'] }],
    ['with ext that is not a boolean', { ...key, ext: 'true' }],
    ['with a curve that is not a string', { ...key, crv: null }],
    ['without a coordinate', { ...key, y: undefined }],
    ['with a point that is not on the curve', { ...key, y: key.x }],
    ['with a coordinate that is not base64', { ...key, x: '***' }],
    ['that is an RSA key without a modulus', { kty: 'RSA', kid: 'faulty', e: 'AQAB' }],
    ['that is an RSA key of 1,024 bits', { kty: 'RSA', kid: 'faulty', n: weakKey.n, e: weakKey.e }],
    ['that is private', { ...key, d: 'c2VjcmV0' }],
  ];
}

/** Keys named "faulty" that are valid, but not for the signature of a token, by their purpose. */
export function createOtherKeys(jwk: JWK): readonly (readonly [string, unknown])[] {
  const key = { ...jwk, kid: 'faulty' };
  return [
    ['of an unknown type', { kty: 'LATTICE', kid: 'faulty' }],
    ['that is a shared secret', { kty: 'oct', kid: 'faulty', k: 'c2VjcmV0' }],
    ['for encryption', { ...key, use: 'enc' }],
    ['for the agreement on a key', { kty: 'OKP', crv: 'X25519', kid: 'faulty', x: 'A'.repeat(43) }],
    ['with an algorithm for encryption', { ...key, alg: 'ECDH-ES' }],
    ['for other operations', { ...key, key_ops: ['deriveBits'] }],
    ['on an unknown curve', { ...key, crv: 'P-999' }],
  ];
}
