import type { Metadata } from '@grpc/grpc-js';

/** What HTTP/2 counts for each header besides its name and value (RFC 9113, 6.5.2). */
const PER_HEADER = 32;

/** The bytes of a call's metadata as HTTP/2 counts them, binary values before they were decoded. */
export function getMetadataSize(metadata: Metadata): number {
  let size = 0;
  for (const [name, values] of Object.entries(metadata.toJSON())) {
    for (const value of values) {
      size += PER_HEADER + name.length + (typeof value === 'string' ? value.length : Math.ceil(value.length / 3) * 4);
    }
  }
  return size;
}
