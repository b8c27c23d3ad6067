import {
  AcknowledgeTurnsRequest,
  type FeedEvent,
  WatchTurnsRequest,
  WatchTurnsResponse,
} from '../../gen/focal/orchestration/v1/feed';
import type { Violation } from './experiment';
import { agent } from './random-turns';
import type { RawClient } from './raw-client';
import type { SeededRandom } from './seeded-random';
import type { TurnLog } from './turn-log';

const watchTurnsMethod = '/focal.orchestration.v1.SessionService/WatchTurns';
const acknowledgeMethod = '/focal.orchestration.v1.SessionService/AcknowledgeTurns';
const callTimeoutMs = 20_000;
const retryPauseMs = 50;

/** Probability that a response with events is acknowledged, and that the stream is canceled after one. */
const acknowledgeProbability = 0.5;
const cancelProbability = 0.05;

/** A consumer of the feed from its first event on. Its streams are opened again on random nodes when they end. */
export class FeedConsumer {
  repeatCount = 0;
  streamCount = 0;
  acknowledgmentCount = 0;
  /** The ids of the turns by event, in the order of their first arrival. */
  private readonly turns = new Map<
    string,
    { readonly sessionId: string; readonly revision: number; readonly turnId: string }
  >();
  private readonly violations: Violation[] = [];
  private cancel: () => void = () => undefined;
  private isStopped = false;

  constructor(
    private readonly name: string,
    private readonly clients: readonly RawClient[],
    private readonly random: SeededRandom,
  ) {
    this.subscribe();
  }

  /** The number of different turns that were received. */
  get turnCount(): number {
    return this.turns.size;
  }

  stop(): void {
    this.isStopped = true;
    this.cancel();
  }

  /** Finds turns that were missed, received out of order, or received with different ids. */
  findViolations({ sessions }: TurnLog): readonly Violation[] {
    const revisions = new Map<string, number>();
    const received = new Set<string>();
    for (const { sessionId, revision, turnId } of this.turns.values()) {
      const expected = (revisions.get(sessionId) ?? 0) + 1;
      if (revision !== expected)
        this.report('gap', `revision ${revision} of session ${sessionId} instead of ${expected}`);
      revisions.set(sessionId, revision);
      if (received.has(turnId)) this.report('duplicate', `turn ${turnId} with two ids`);
      received.add(turnId);
    }
    for (const [sessionId, sent] of sessions) {
      const missed = [...sent.keys()].filter((turnId) => !received.has(turnId)).length;
      if (missed > 0) this.report('lost', `not ${missed} turns of session ${sessionId}`);
    }
    return this.violations;
  }

  private report(kind: Violation['kind'], text: string): void {
    this.violations.push({ kind, text: `consumer ${this.name} received ${text}` });
  }

  private subscribe(): void {
    if (this.isStopped) return;
    this.streamCount += 1;
    const client = this.random.pick(this.clients);
    const request = WatchTurnsRequest.fromPartial({ tenantId: agent.tenantId, consumer: this.name, fromOldest: true });
    this.cancel = client.subscribe(watchTurnsMethod, WatchTurnsRequest.encode(request).finish(), {
      onMessage: (bytes) => this.receive(client, WatchTurnsResponse.decode(bytes)),
      onEnd: () => setTimeout(() => this.subscribe(), retryPauseMs),
    });
  }

  private receive(client: RawClient, { events, cursor }: WatchTurnsResponse): void {
    if (this.isStopped) return;
    for (const event of events) this.record(event);
    if (events.length > 0 && this.random.nextBoolean(acknowledgeProbability)) void this.acknowledge(client, cursor);
    if (events.length === 0 || !this.random.nextBoolean(cancelProbability)) return;
    this.cancel();
    this.subscribe();
  }

  private record({ id, event }: FeedEvent): void {
    if (event?.$case !== 'turn') {
      this.report('gap', `an event of the kind ${event?.$case}`);
      return;
    }
    const { sessionId, revision, turnId } = event.value;
    const known = this.turns.get(id);
    if (known !== undefined) this.repeatCount += 1;
    if (known !== undefined && known.turnId !== turnId)
      this.report('response', `turns ${known.turnId} and ${turnId} as ${id}`);
    if (known === undefined) this.turns.set(id, { sessionId, revision, turnId });
  }

  /** A failed acknowledgment only means that events are sent again. */
  private async acknowledge(client: RawClient, cursor: string): Promise<void> {
    const request = { tenantId: agent.tenantId, consumer: this.name, cursor };
    const bytes = AcknowledgeTurnsRequest.encode(request).finish();
    const result = await client.callUnary(acknowledgeMethod, bytes, { timeoutMs: callTimeoutMs });
    if ('response' in result) this.acknowledgmentCount += 1;
  }
}
