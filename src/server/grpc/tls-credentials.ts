import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { ServerCredentials } from '@grpc/grpc-js';
import type { Reloadable } from '../ports/reloadable';

/** What the server shows of itself, and whom it trusts to sign client certificates. PEM. */
export interface TlsMaterial {
  readonly cert: string;
  readonly key: string;
  /** undefined: clients are not asked for a certificate. */
  readonly ca: string | undefined;
}

/**
 * Certificate chain, private key and, where there is one, authorities of client certificates, of the texts of their files.
 *
 * @throws Error where they cannot be used, or do not belong together.
 */
export function readTlsMaterial([cert = '', key = '', ca]: readonly string[]): TlsMaterial {
  if (!cert.includes('-----BEGIN CERTIFICATE-----'))
    throw new Error('the certificate file holds no certificate in PEM');
  // Node.js takes an empty text for none, and a server without a key turns everybody away.
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(key)) throw new Error('the key file holds no private key in PEM');
  if (ca !== undefined && !ca.includes('-----BEGIN CERTIFICATE-----')) {
    throw new Error('the file of client authorities holds no certificate in PEM');
  }
  createSecureContext({ cert, key, ca });
  return { cert, key, ca };
}

/**
 * TLS for the server. New connections get what the files say by then, those that are open go on. (grpc-js has a provider that
 * watches files, which hands on whatever it reads: a key that does not fit its certificate would shut everybody out.)
 */
export function tlsCredentials(
  material: Reloadable<TlsMaterial>,
  requireClientCertificate: boolean,
): ServerCredentials {
  const credentials = new ReloadedCredentials(material.current, requireClientCertificate);
  material.onChange((changed) => credentials.use(changed));
  return credentials;
}

class ReloadedCredentials extends ServerCredentials {
  constructor(material: TlsMaterial, requireClientCertificate: boolean) {
    const asksClients = material.ca !== undefined;
    super(
      { requestCert: asksClients, rejectUnauthorized: asksClients && requireClientCertificate },
      contextOf(material),
    );
  }

  use(material: TlsMaterial): void {
    this.updateSecureContextOptions(contextOf(material));
  }

  override _equals(other: ServerCredentials): boolean {
    return this === other;
  }
}

function contextOf({ cert, key, ca }: TlsMaterial): SecureContextOptions {
  return ca === undefined ? { cert, key } : { cert, key, ca };
}
