import type { PeerCertificate } from 'node:tls';
import type { ClientCertificate } from '../../ports/authenticator';

/** Converts the certificate of a TLS client from the format of Node.js. */
export function toClientCertificate({ subject, subjectaltname, valid_to }: PeerCertificate): ClientCertificate {
  const names = parseAlternativeNames(subjectaltname ?? '');
  const commonName: unknown = subject?.CN; // an array if the subject has several
  return {
    commonName: typeof commonName === 'string' ? commonName : undefined,
    uris: names.flatMap(({ kind, name }) => (kind === 'URI' ? [name] : [])),
    dnsNames: names.flatMap(({ kind, name }) => (kind === 'DNS' ? [name] : [])),
    expiresAt: Date.parse(valid_to),
  };
}

interface AlternativeName {
  readonly kind: string;
  readonly name: string;
}

/**
 * Parses alternative names such as `DNS:a.test, URI:spiffe://b`. Node.js writes a name with a comma, a quote or another special
 * character as a JSON string. Returns no names for text in any other form, so that a name is never read from a part of another.
 */
function parseAlternativeNames(text: string): readonly AlternativeName[] {
  const pattern = /([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^,"]*)(?:, |$)/y;
  const names: AlternativeName[] = [];
  while (pattern.lastIndex < text.length) {
    const [, kind, name] = pattern.exec(text) ?? [];
    if (kind === undefined || name === undefined) return [];
    names.push({ kind, name: name.startsWith('"') ? String(JSON.parse(name)) : name });
  }
  return names;
}
