import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { ServerCredentials } from '@grpc/grpc-js';
import type { Reloadable } from '../ports/reloadable';

/** Certificate chain, private key, and trusted authorities for client certificates, in PEM. */
export interface TlsMaterial {
  readonly cert: string;
  readonly key: string;
  /** Undefined if the server does not request client certificates. */
  readonly ca: string | undefined;
}

/**
 * Checks the contents of the certificate file, the key file, and, if configured, the file of client authorities.
 *
 * @throws Error if a file is invalid, or if the key does not match the certificate.
 */
export function readTlsMaterial([cert = '', key = '', ca]: readonly string[]): TlsMaterial {
  if (!cert.includes('-----BEGIN CERTIFICATE-----'))
    throw new Error('the certificate file does not contain a PEM certificate');
  // Node.js treats an empty string as no key, and a server without a key rejects every connection.
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(key))
    throw new Error('the key file does not contain a PEM private key');
  if (ca !== undefined && !ca.includes('-----BEGIN CERTIFICATE-----')) {
    throw new Error('the file of client authorities does not contain a PEM certificate');
  }
  createSecureContext({ cert, key, ca });
  return { cert, key, ca };
}

/**
 * Creates the TLS credentials of the server. Changed files apply to new connections; open connections are not affected. The
 * file-watching provider of grpc-js is not used, because it applies files without checking them: a key that does not match its
 * certificate would reject every connection.
 */
export function createTlsCredentials(
  material: Reloadable<TlsMaterial>,
  requiresClientCertificate: boolean,
): ServerCredentials {
  const credentials = new ReloadedCredentials(material.current, requiresClientCertificate);
  material.onChange((changed) => credentials.update(changed));
  return credentials;
}

class ReloadedCredentials extends ServerCredentials {
  constructor(material: TlsMaterial, requiresClientCertificate: boolean) {
    const requestCert = material.ca !== undefined;
    super({ requestCert, rejectUnauthorized: requestCert && requiresClientCertificate }, toContextOptions(material));
  }

  update(material: TlsMaterial): void {
    this.updateSecureContextOptions(toContextOptions(material));
  }

  override _equals(other: ServerCredentials): boolean {
    return this === other;
  }
}

function toContextOptions({ cert, key, ca }: TlsMaterial): SecureContextOptions {
  return ca === undefined ? { cert, key } : { cert, key, ca };
}
