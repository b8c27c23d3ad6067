import { setTimeout as sleep } from 'node:timers/promises';
import { StreamTurnResponse } from '../../gen/focal/orchestration/v1/orchestrator_service';
import { type RawCallOptions, type RawClient, type RawFailure, type RawResult, readFieldBytes } from './raw-client';
import type { SentTurn, TurnLog } from './turn-log';

const processTurnMethod = '/focal.orchestration.v1.OrchestratorService/ProcessTurn';
const streamTurnMethod = '/focal.orchestration.v1.OrchestratorService/StreamTurn';

/** Field `committed` of StreamTurnResponse. */
const committedField = 9;

/** Statuses after which a turn is retried. Any other status is a violation. */
const retryableStatuses: ReadonlySet<string> = new Set([
  'ABORTED',
  'CANCELLED',
  'DEADLINE_EXCEEDED',
  'RESOURCE_EXHAUSTED',
  'UNAVAILABLE',
]);

export interface SenderOptions extends RawCallOptions {
  /** Milliseconds after which the sender stops retrying a turn. An unacknowledged turn is a violation. */
  readonly giveUpAfterMs: number;
}

const defaultOptions: SenderOptions = { timeoutMs: 5_000, giveUpAfterMs: 120_000 };

/** Milliseconds between two attempts. The pause doubles up to the maximum. */
const initialBackoffMs = 25;
const maxBackoffMs = 400;

interface StreamedTurn {
  /** The encoded events, with the field `replayed` cleared. */
  readonly events: readonly Buffer[];
  readonly failure: RawFailure | undefined;
}

/** Sends turns and retries them like the published retry policy, but with shorter pauses. Records sends and results in the turn log. */
export class TurnSender {
  constructor(
    private readonly turnLog: TurnLog,
    private readonly options: SenderOptions = defaultOptions,
  ) {}

  /** Sends a turn once with ProcessTurn. Resolves to the failure, or to undefined if the turn is acknowledged. */
  async send(turn: SentTurn, client: RawClient): Promise<RawFailure | undefined> {
    this.turnLog.counts.sends += 1;
    return this.recordResult(turn, await client.callUnary(processTurnMethod, turn.request, this.options));
  }

  /**
   * Sends a turn with ProcessTurn until it is acknowledged, each time with the client that `pickClient` returns. Stops at a status that is
   * not retryable, or after `giveUpAfterMs`.
   */
  sendUntilAcknowledged(turn: SentTurn, pickClient: () => RawClient): Promise<void> {
    return this.retryUntilAcknowledged(turn, () => this.send(turn, pickClient()));
  }

  /** Sends a turn with StreamTurn until it is acknowledged. A retry must return the events that arrived before the stream failed. */
  async streamUntilAcknowledged(turn: SentTurn, pickClient: () => RawClient): Promise<void> {
    let received: readonly Buffer[] = [];
    await this.retryUntilAcknowledged(turn, async () => {
      const { events, failure } = await this.stream(turn, pickClient());
      const hasDifferentEvent = received.some(
        (event, index) => events[index] !== undefined && !event.equals(events[index]),
      );
      if (hasDifferentEvent)
        this.turnLog.recordViolation('replay', turn, 'got different events when it was streamed again');
      if (events.length > received.length) received = events;
      return failure;
    });
  }

  private async stream(turn: SentTurn, client: RawClient): Promise<StreamedTurn> {
    this.turnLog.counts.sends += 1;
    const { messages, failure } = await client.callServerStream(streamTurnMethod, turn.request, this.options);
    if (failure !== undefined && messages.length > 0) this.turnLog.counts.brokenStreams += 1;
    const last = messages.at(-1);
    const [response] = last === undefined ? [] : readFieldBytes(last, committedField);
    const events = messages.map(clearReplayed);
    if (last === undefined || response === undefined) {
      const cause = failure ?? { status: 'OK', details: 'the stream ended without a response' };
      return { events, failure: this.recordResult(turn, { failure: cause }) };
    }
    const { replayed } = StreamTurnResponse.decode(last);
    return { events, failure: this.recordResult(turn, { response: { bytes: Buffer.from(response), replayed } }) };
  }

  private async retryUntilAcknowledged(turn: SentTurn, attempt: () => Promise<RawFailure | undefined>): Promise<void> {
    const { giveUpAfterMs } = this.options;
    const end = Date.now() + giveUpAfterMs;
    let backoffMs = initialBackoffMs;
    for (let failure = await attempt(); failure !== undefined; failure = await attempt()) {
      if (!retryableStatuses.has(failure.status)) return;
      if (Date.now() > end) {
        const { status, details } = failure;
        this.turnLog.recordViolation(
          'status',
          turn,
          `was not acknowledged within ${giveUpAfterMs} ms: ${status}, ${details}`,
        );
        return;
      }
      await sleep(backoffMs);
      backoffMs = Math.min(2 * backoffMs, maxBackoffMs);
    }
  }

  private recordResult(turn: SentTurn, result: RawResult): RawFailure | undefined {
    if ('response' in result) {
      this.turnLog.recordResponse(turn, result.response.bytes, result.response.replayed);
      return undefined;
    }
    const { failure } = result;
    this.turnLog.recordFailure(failure.status);
    if (!retryableStatuses.has(failure.status)) {
      this.turnLog.recordViolation('status', turn, `failed: ${failure.status}, ${failure.details}`);
    }
    return failure;
  }
}

/** Clears the field `replayed`, the only field that differs in the events of a retry. */
function clearReplayed(message: Buffer): Buffer {
  return Buffer.from(StreamTurnResponse.encode({ ...StreamTurnResponse.decode(message), replayed: false }).finish());
}
