import { types } from 'node:util';
import { gunzip, type InputType, inflate, type ZlibOptions } from 'node:zlib';
import { OrchestratorError } from '../../../core/model/orchestrator-error';
import { createTooLargeError } from '../../application/too-large';

/** The compressions of gRPC that the server supports. */
const compressions = {
  gzip: { unpack: gunzip, getSize: getGzipSize },
  deflate: { unpack: inflate, getSize: getMaxSize },
} as const;

export type Compression = keyof typeof compressions;

export function isCompression(encoding: string): encoding is Compression {
  return Object.hasOwn(compressions, encoding);
}

/** Maximum factor by which DEFLATE compresses. */
const maxDeflateFactor = 1_032;
const minGzipBytes = 18;
/** The first two bytes of gzip. */
const gzipMagic = 0x1f8b;
/** Space that zlib needs after the last byte to notice the end. */
const endBytes = 64;

/**
 * Returns the number of bytes that a message may have after decompression, without decompressing it: for gzip the size in its
 * trailer, otherwise the most that its compressed bytes can contain.
 *
 * @throws OrchestratorError TOO_LARGE if the message states a size above `maxBytes`.
 */
export function predictSize(packed: Buffer, compression: Compression, maxBytes: number): number {
  const size = compressions[compression].getSize(packed);
  if (compression === 'gzip' && size > maxBytes) throw createDecompressedTooLargeError(size, maxBytes);
  return Math.min(size, getMaxSize(packed), maxBytes);
}

/**
 * Decompresses a message to at most `size` bytes. Rejects with OrchestratorError UNDECODABLE_REQUEST if it is invalid or a gzip
 * message is longer than it states, and with TOO_LARGE if it exceeds `maxBytes`.
 */
export function decompress(packed: Buffer, compression: Compression, size: number, maxBytes: number): Promise<Buffer> {
  const unpack: (
    buffer: InputType,
    options: ZlibOptions,
    callback: (error: Error | null, result: Buffer) => void,
  ) => void = compressions[compression].unpack;
  return new Promise((resolve, reject) => {
    // One chunk holds the whole message, so that zlib does not copy it.
    unpack(packed, { maxOutputLength: Math.max(size, 1), chunkSize: size + endBytes }, (error, result) => {
      if (error === null) resolve(result);
      else if (isTooLarge(error) && size === maxBytes && compression === 'deflate')
        reject(createDecompressedTooLargeError(maxBytes + 1, maxBytes)); // The rest has not been decompressed.
      else {
        const message = 'The request could not be decompressed, or is longer than its gzip trailer states.';
        reject(new OrchestratorError('UNDECODABLE_REQUEST', message, { cause: error }));
      }
    });
  });
}

function isTooLarge(error: unknown): boolean {
  return types.isNativeError(error) && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
}

/** The trailer of gzip ends with the size in 32 bits (RFC 1952). 0 for bytes that are not gzip, which zlib then rejects. */
function getGzipSize(packed: Buffer): number {
  const isGzip = packed.length >= minGzipBytes && packed.readUInt16BE(0) === gzipMagic;
  return isGzip ? packed.readUInt32LE(packed.length - 4) : 0;
}

function getMaxSize(packed: Buffer): number {
  return packed.length * maxDeflateFactor;
}

function createDecompressedTooLargeError(size: number, maxSize: number): OrchestratorError {
  return createTooLargeError({
    subject: 'The decompressed request',
    limit: 'max_message_bytes',
    size,
    maxSize,
    advice: 'Make the request smaller.',
  });
}
