import { OrchestratorError } from '../../core/model/orchestrator-error';
import { createTooLargeError } from '../application/too-large';
import type { ContractCall } from '../ports/contract-calls';
import type { HttpRequest } from './http-types';

/** Reads the body of a request, decompressed. Rejects with an OrchestratorError or a CallFailure. */
export async function readBody(request: HttpRequest, call: ContractCall, maxBytes: number): Promise<Buffer> {
  const body = await collect(request, call, maxBytes);
  call.endReceiving();
  const encoding = request.headers['content-encoding'] ?? 'identity';
  return encoding === 'identity' ? body : await call.decompress(body, encoding);
}

/** Counts the bytes of a body before they are kept. Rejects above `maxBytes`. */
function collect(request: HttpRequest, call: ContractCall, maxBytes: number): Promise<Buffer> {
  const stated = Number(request.headers['content-length'] ?? 0);
  if (stated > maxBytes) return Promise.reject(createBodyTooLargeError(stated, maxBytes));
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const fail = (error: unknown): void => {
      request.pause();
      reject(error);
    };
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) return fail(createBodyTooLargeError(size, maxBytes));
      try {
        call.countBytes(chunk.length);
      } catch (error) {
        return fail(error);
      }
      chunks.push(chunk);
    });
    request.once('end', () => {
      const [first] = chunks;
      resolve(chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks));
    });
    request.once('error', (cause) =>
      reject(new OrchestratorError('CANCELLED', 'The client canceled the call.', { cause })),
    );
    request.once('aborted', () => reject(new OrchestratorError('CANCELLED', 'The client canceled the call.')));
    call.signal.addEventListener('abort', () => fail(call.signal.reason), { once: true });
  });
}

/** Counts the chunks of a body that is read by others. Throws like `readBody`. */
export async function* countBody(
  body: AsyncIterable<Uint8Array>,
  call: ContractCall,
  maxBytes: number,
): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maxBytes) throw call.toFailure(createBodyTooLargeError(size, maxBytes));
    call.countBytes(chunk.length);
    yield chunk;
  }
}

function createBodyTooLargeError(size: number, maxSize: number): OrchestratorError {
  const subject = 'The body of the request';
  return createTooLargeError({ subject, limit: 'max_message_bytes', size, maxSize, advice: 'Send a smaller request.' });
}
