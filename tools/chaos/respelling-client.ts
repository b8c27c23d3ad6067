import { type RawCallOptions, RawClient, type RawResult, type RawStream } from './raw-client';
import type { SeededRandom } from './seeded-random';

const uuidPattern = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

/** A client that sends every UUID of every request in a random mix of capitals and small letters, each time in another one. */
export class RespellingClient extends RawClient {
  /** Number of UUIDs that were sent with at least one capital letter. */
  respelledCount = 0;

  constructor(
    port: number,
    private readonly random: SeededRandom,
  ) {
    super(port);
  }

  override callUnary(method: string, request: Uint8Array, options: RawCallOptions): Promise<RawResult> {
    return super.callUnary(method, this.respell(request), options);
  }

  override callServerStream(method: string, request: Uint8Array, options: RawCallOptions): Promise<RawStream> {
    return super.callServerStream(method, this.respell(request), options);
  }

  /** A UUID in an encoded message is ASCII text, and its spelling does not change its length. */
  private respell(request: Uint8Array): Uint8Array {
    const text = Buffer.from(request).toString('latin1');
    const respelled = text.replace(uuidPattern, (uuid) => {
      const mixed = uuid.replace(/[a-f]/g, (letter) => (this.random.nextBoolean(0.5) ? letter.toUpperCase() : letter));
      if (mixed !== uuid) this.respelledCount += 1;
      return mixed;
    });
    return Buffer.from(respelled, 'latin1');
  }
}
