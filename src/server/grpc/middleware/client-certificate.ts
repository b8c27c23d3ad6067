import type { PeerCertificate } from 'node:tls';
import type { ClientCertificate } from '../../ports/authenticator';

/** A client certificate as Node.js tells it. */
export function toClientCertificate({ subject, subjectaltname, valid_to }: PeerCertificate): ClientCertificate {
  const names = alternativeNames(subjectaltname ?? '');
  const commonName: unknown = subject?.CN; // a list where there are several
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
 * The names in `DNS:a.test, URI:spiffe://b`. Node.js writes a name with a comma, a quote or anything else that could end it as
 * JSON text. None at all where the text has another form: no name is made up from a part of another.
 */
function alternativeNames(text: string): readonly AlternativeName[] {
  const next = /([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^,"]*)(?:, |$)/y;
  const names: AlternativeName[] = [];
  while (next.lastIndex < text.length) {
    const [, kind, name] = next.exec(text) ?? [];
    if (kind === undefined || name === undefined) return [];
    names.push({ kind, name: name.startsWith('"') ? String(JSON.parse(name)) : name });
  }
  return names;
}
