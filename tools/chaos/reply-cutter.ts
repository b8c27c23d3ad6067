import type { ReplyJudge } from './tcp-proxy';

const frameHeader = 9;
const headersFrame = 1;

/** Type of each HTTP/2 frame of a server, as its bytes come in (RFC 9113, 4.1). */
class FrameTypes {
  private rest = Buffer.alloc(0);
  private skip = 0;

  /** The types of the frames that begin in this chunk. */
  next(chunk: Buffer): readonly number[] {
    const bytes = Buffer.concat([this.rest, chunk]);
    const types: number[] = [];
    let at = Math.min(this.skip, bytes.length);
    this.skip -= at;
    while (this.skip === 0 && at + frameHeader <= bytes.length) {
      types.push(bytes.readUInt8(at + 3));
      const end = at + frameHeader + bytes.readUIntBE(at, 3);
      at = Math.min(end, bytes.length);
      this.skip = end - at;
    }
    this.rest = Buffer.from(bytes.subarray(at));
    return types;
  }
}

/** Cuts connections at the very moment at which an answer comes, one for each time that it is armed. */
export class ReplyCutter {
  /** Answers that were cut. */
  cuts = 0;
  private armed = false;

  /** The next answer does not arrive. */
  arm(): void {
    this.armed = true;
  }

  /** For the connection of a gRPC client: the response's headers leave a server when it has its answer. */
  readonly ofGrpc = (): ReplyJudge => {
    const frames = new FrameTypes();
    return (chunk) => this.judge(frames.next(chunk).includes(headersFrame));
  };

  /** For the connection of a node to Redis: only a commit is answered with an integer, maybe behind another reply. */
  readonly ofRedis = (): ReplyJudge => (chunk) => this.judge(chunk[0] === ':'.charCodeAt(0) || chunk.includes('\r\n:'));

  private judge(isAnswer: boolean): 'pass' | 'cut' {
    if (!this.armed || !isAnswer) return 'pass';
    this.armed = false;
    this.cuts += 1;
    return 'cut';
  }
}
