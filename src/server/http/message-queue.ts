import type { MessageSink } from '../ports/contract-calls';

interface QueuedMessage {
  readonly message: Uint8Array;
  readonly onSent: () => void;
}

/** Passes the messages of a stream to a reader. The sender continues when the reader asks for the message after it. */
export class MessageQueue implements MessageSink {
  private readonly messages: QueuedMessage[] = [];
  private hasEnded = false;
  private failure: unknown;
  private wake: () => void = () => undefined;

  send(message: Uint8Array, onSent: () => void): void {
    this.messages.push({ message, onSent });
    this.wake();
  }

  /** Ends the messages when the work has ended, with its error. */
  endWith(work: Promise<void>): void {
    const end = (): void => {
      this.hasEnded = true;
      this.wake();
    };
    work.then(end, (failure: unknown) => {
      this.failure = failure;
      end();
    });
  }

  /** Reads the messages in order. A sender does not wait for a reader that has left. */
  async *read(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) {
        const next = this.messages.shift();
        if (next !== undefined) {
          yield next.message;
          next.onSent();
        } else if (this.hasEnded) break;
        else
          await new Promise<void>((resolve) => {
            this.wake = resolve;
          });
      }
    } finally {
      for (const { onSent } of this.messages) onSent();
    }
    if (this.failure !== undefined) throw this.failure;
  }
}
