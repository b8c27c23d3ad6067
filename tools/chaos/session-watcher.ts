import { TurnRecord, WatchSessionRequest } from '../../gen/focal/orchestration/v1/session_service';
import type { Ledger } from './ledger';
import { agent } from './random-turns';
import type { RawClient } from './raw-client';
import type { Violation } from './violation';
import { fieldBytes } from './wire-field';

const watchSession = '/focal.orchestration.v1.SessionService/WatchSession';
/** Fields as the contract numbers them. */
const turnField = 1;
const responseField = 5;

/** Follows one session from its first turn on, and goes on where it was when a stream ends. */
export class SessionWatcher {
  private readonly seen: { readonly revision: number; readonly turnId: string; readonly response: Uint8Array }[] = [];
  private cancel: () => void = () => undefined;
  private stopped = false;

  constructor(
    readonly sessionId: string,
    private readonly client: RawClient | undefined,
  ) {
    this.follow();
  }

  /** How many it has seen. */
  get turns(): number {
    return this.seen.length;
  }

  stop(): void {
    this.stopped = true;
    this.cancel();
  }

  /** Whether it saw every acknowledged turn of its session once, in order, with the response that its caller got. */
  check({ sessions }: Ledger): readonly Violation[] {
    const sent = sessions.get(this.sessionId);
    const where = `session ${this.sessionId}: a watcher`;
    const violations: Violation[] = [];
    const index = this.seen.findIndex(({ revision }, at) => revision !== at + 1);
    if (index !== -1)
      violations.push({
        kind: 'gap',
        text: `${where} saw revision ${this.seen[index]?.revision} as the ${index + 1}.`,
      });
    for (const { turnId, response } of this.seen) {
      if (sent?.get(turnId)?.acknowledged?.equals(response)) continue;
      violations.push({ kind: 'response', text: `${where} saw turn ${turnId} otherwise than it was answered` });
    }
    const ids = new Set(this.seen.map(({ turnId }) => turnId));
    if (ids.size < this.seen.length) violations.push({ kind: 'doubled', text: `${where} saw a turn twice` });
    const missed = [...(sent?.keys() ?? [])].filter((turnId) => !ids.has(turnId));
    if (missed.length > 0) violations.push({ kind: 'lost', text: `${where} never saw ${missed.length} turns` });
    return violations;
  }

  private follow(): void {
    if (this.stopped || this.client === undefined) return;
    const { tenantId } = agent;
    const afterRevision = this.seen.at(-1)?.revision ?? 0;
    const request = WatchSessionRequest.fromPartial({ tenantId, sessionId: this.sessionId, afterRevision });
    this.cancel = this.client.follow(watchSession, WatchSessionRequest.encode(request).finish(), {
      message: (bytes) => this.note(bytes),
      end: () => this.follow(),
    });
  }

  private note(message: Buffer): void {
    const [turn] = fieldBytes(message, turnField);
    if (turn === undefined) return;
    const { revision, turnId } = TurnRecord.decode(turn);
    const [response] = fieldBytes(turn, responseField);
    this.seen.push({ revision, turnId, response: Buffer.from(response ?? []) });
  }
}
