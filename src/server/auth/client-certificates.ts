import { z } from 'zod';
import type { Authentication, ClientCertificate, Principal } from '../ports/authenticator';
import { formatExpiry } from './expiry';
import { grantFields, parseGrantEntries, parseTenantGrant } from './grant-file';

/** The principals of client certificates. The first grant that matches applies. */
export type ClientCertificateGrants = readonly CertificateGrant[];

interface CertificateGrant {
  readonly principal: Omit<Principal, 'expiresAt'>;
  matches(certificate: ClientCertificate): boolean;
}

const nameError = 'must be a string of 1 to 500 characters; * matches one label of a DNS name or one segment of a URI';
const name = z.string({ error: nameError }).min(1, { error: nameError }).max(500, { error: nameError }).optional();

const entry = z
  .strictObject({ ...grantFields, uri: name, dns: name, common_name: name })
  .refine(({ uri, dns, common_name }) => [uri, dns, common_name].filter((value) => value !== undefined).length === 1, {
    error: 'must have exactly one of uri, dns and common_name',
  });

/**
 * Parses a file of client certificates: `[[clients]]` with id, tenant, scopes and one of uri, dns, common_name.
 *
 * @throws Error with all problems. The message contains no value of the file, except ids.
 */
export function parseClientCertificates(text: string): ClientCertificateGrants {
  return parseGrantEntries(text, 'clients', entry).map((grant) => ({
    principal: {
      name: `certificate:${grant.id}`,
      tenantId: parseTenantGrant(grant.tenant),
      scopes: new Set(grant.scopes),
    },
    matches: createMatcher(grant),
  }));
}

/** Authenticates a caller by client certificate. `now` is in milliseconds since 1970. */
export function authenticateClientCertificate(
  grants: ClientCertificateGrants,
  certificate: ClientCertificate,
  now: number,
): Authentication {
  const { expiresAt } = certificate;
  // An expiry that cannot be parsed is NaN.
  if (!(expiresAt > now)) {
    const message = `The client certificate expired${formatExpiry(expiresAt)}. Connect with a valid certificate.`;
    return { kind: 'refused', failure: 'expired', message };
  }
  const grant = grants.find(({ matches }) => matches(certificate));
  if (grant === undefined) {
    const message = 'The client certificate is trusted, but none of its names has access. Ask the operator to add one.';
    return { kind: 'refused', failure: 'certificate', message };
  }
  return { kind: 'accepted', principal: { ...grant.principal, expiresAt } };
}

function createMatcher({ uri, dns, common_name: commonName }: z.infer<typeof entry>): CertificateGrant['matches'] {
  if (uri !== undefined) {
    const pattern = toPattern(uri, '/', '');
    return ({ uris }) => uris.some((candidate) => pattern.test(candidate));
  }
  if (dns !== undefined) {
    const pattern = toPattern(dns, '.', 'i');
    return ({ dnsNames }) => dnsNames.some((candidate) => pattern.test(candidate));
  }
  return (certificate) => certificate.commonName !== undefined && certificate.commonName === commonName;
}

/** Converts a name to a pattern in which `*` matches one or more characters other than the separator. */
function toPattern(text: string, separator: '/' | '.', flags: '' | 'i'): RegExp {
  const escaped = text.split('*').map((part) => part.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'));
  return new RegExp(`^${escaped.join(`[^${separator}]+`)}$`, flags);
}
