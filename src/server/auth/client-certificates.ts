import { z } from 'zod';
import type { Authentication, ClientCertificate, Principal } from '../ports/authenticator';
import { grantFields, parseGrantEntries, parseTenantGrant } from './grant';

/** Whom client certificates belong to; the first that fits counts. */
export type ClientCertificateGrants = readonly CertificateGrant[];

interface CertificateGrant {
  readonly principal: Omit<Principal, 'expiresAt'>;
  fits(certificate: ClientCertificate): boolean;
}

const nameError = 'must be text of 1 to 500 characters; * stands for one label of a DNS name or one segment of a URI';
const name = z.string({ error: nameError }).min(1, { error: nameError }).max(500, { error: nameError }).optional();

const entry = z
  .strictObject({ ...grantFields, uri: name, dns: name, common_name: name })
  .refine(({ uri, dns, common_name }) => [uri, dns, common_name].filter((given) => given !== undefined).length === 1, {
    error: 'needs exactly one of uri, dns and common_name',
  });

/**
 * Reads a file that says whose client certificates are: `[[clients]]` with id, tenant, scopes and one of uri, dns, common_name.
 *
 * @throws Error with every problem.
 */
export function parseClientCertificates(text: string): ClientCertificateGrants {
  return parseGrantEntries(text, 'clients', entry).map((given) => ({
    principal: {
      name: `certificate:${given.id}`,
      tenantId: parseTenantGrant(given.tenant),
      scopes: new Set(given.scopes),
    },
    fits: matcherOf(given),
  }));
}

/** Tells whose certificate it is, at a time in milliseconds since 1970. */
export function authenticateClientCertificate(
  grants: ClientCertificateGrants,
  certificate: ClientCertificate,
  now: number,
): Authentication {
  const { expiresAt } = certificate;
  if (expiresAt <= now) {
    const at = new Date(expiresAt).toISOString();
    return {
      kind: 'refused',
      failure: 'expired',
      message: `The client certificate expired at ${at}; connect with a newer one.`,
    };
  }
  const grant = grants.find(({ fits }) => fits(certificate));
  if (grant === undefined) {
    const told = 'The client certificate is trusted, but none of its names is among those that may call.';
    return { kind: 'refused', failure: 'certificate', message: told };
  }
  return { kind: 'accepted', principal: { ...grant.principal, expiresAt } };
}

function matcherOf({ uri, dns, common_name: commonName }: z.infer<typeof entry>): CertificateGrant['fits'] {
  if (uri !== undefined) {
    const pattern = patternOf(uri, '/', '');
    return ({ uris }) => uris.some((candidate) => pattern.test(candidate));
  }
  if (dns !== undefined) {
    const pattern = patternOf(dns, '.', 'i');
    return ({ dnsNames }) => dnsNames.some((candidate) => pattern.test(candidate));
  }
  return (certificate) => certificate.commonName !== undefined && certificate.commonName === commonName;
}

/** `*` is one or more characters other than the separator; everything else stands for itself. */
function patternOf(text: string, separator: '/' | '.', flags: '' | 'i'): RegExp {
  const escaped = text.split('*').map((part) => part.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'));
  return new RegExp(`^${escaped.join(`[^${separator}]+`)}$`, flags);
}
