import { Duplex } from 'node:stream';
import { type Server, ServerCredentials } from '@grpc/grpc-js';

/** A connection to a server in this process, without a port. */
export interface InProcessConnection {
  /** The client's end, for HTTP/2 without TLS. */
  readonly stream: Duplex;
  /** Closes both ends. */
  close(): void;
}

export function connectInProcess(server: Server): InProcessConnection {
  const [clientEnd, serverEnd] = createDuplexPair();
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  injector.injectConnection(serverEnd);
  return {
    stream: clientEnd,
    close() {
      injector.destroy();
      clientEnd.destroy();
      serverEnd.destroy();
    },
  };
}

/** Like `duplexPair` of node:stream, which Node.js 20 does not have. */
function createDuplexPair(): readonly [Duplex, Duplex] {
  const first = new PairedDuplex();
  const second = new PairedDuplex();
  first.peer = second;
  second.peer = first;
  return [first, second];
}

/** Passes what is written to the readable side of its peer. The callback of a write waits until the peer reads. */
class PairedDuplex extends Duplex {
  peer: PairedDuplex | undefined;
  private onRead: (() => void) | undefined;

  override _read(): void {
    const { onRead } = this;
    this.onRead = undefined;
    onRead?.();
  }

  override _write(chunk: Buffer, _encoding: string, callback: () => void): void {
    this.peer?.receive(chunk, callback);
  }

  override _final(callback: () => void): void {
    this.peer?.receive(null, callback);
  }

  private receive(chunk: Buffer | null, callback: () => void): void {
    this.onRead = callback;
    const isFull = !this.push(chunk);
    if (!isFull) process.nextTick(() => this._read());
  }
}
