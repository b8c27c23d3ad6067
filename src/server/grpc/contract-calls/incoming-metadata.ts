import { Metadata } from '@grpc/grpc-js';

/** Names and values that metadata can have (gRPC over HTTP/2). Names that end with `-bin` are binary there, and are left out. */
const validName = /^[0-9a-z_.-]+$/;
const validValue = /^[ -~]*$/;

/** Converts HTTP headers to the metadata of a call. Leaves out what metadata cannot have. */
export function createIncomingMetadata(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
): Metadata {
  const metadata = new Metadata();
  for (const name in headers) {
    const value = headers[name];
    if (value === undefined || name.endsWith('-bin') || !validName.test(name)) continue;
    for (const each of typeof value === 'string' ? [value] : value) {
      if (validValue.test(each)) metadata.add(name, each);
    }
  }
  return metadata;
}
