import { setTimeout as sleep } from 'node:timers/promises';
import { StreamTurnResponse } from '../../gen/focal/orchestration/v1/orchestrator_service';
import type { Ledger, SentTurn } from './ledger';
import type { RawCallOptions, RawClient, RawFailure, RawOutcome } from './raw-client';
import { fieldBytes } from './wire-field';

const processTurn = '/focal.orchestration.v1.OrchestratorService/ProcessTurn';
const streamTurn = '/focal.orchestration.v1.OrchestratorService/StreamTurn';

/** Field `committed` of StreamTurnResponse. */
const committedField = 9;

/** Statuses after which the same turn may be sent again, and is; any other is a violation. */
const retried: ReadonlySet<string> = new Set([
  'ABORTED',
  'CANCELLED',
  'DEADLINE_EXCEEDED',
  'RESOURCE_EXHAUSTED',
  'UNAVAILABLE',
]);

/** How patient a caller is. */
export interface SenderOptions extends RawCallOptions {
  /** Milliseconds after which the caller stops trying, which is a violation. */
  readonly patienceMs: number;
}

/** What came of a stream, the events as they are whether it is the first time or not. */
interface StreamedTurn {
  readonly events: readonly Buffer[];
  readonly failure: RawFailure | undefined;
}

const patient: SenderOptions = { timeoutMs: 5_000, patienceMs: 120_000 };

/** Milliseconds between two tries: at first, and doubled each time up to the longest. */
const firstPauseMs = 25;
const longestPauseMs = 400;

/** Sends turns to nodes as the published retry policy says, only more often, and keeps the ledger. */
export class TurnSender {
  constructor(
    private readonly ledger: Ledger,
    private readonly options: SenderOptions = patient,
  ) {}

  /** Sends a turn once. Resolves to why there is no answer, or undefined. */
  async send(turn: SentTurn, client: RawClient): Promise<RawFailure | undefined> {
    this.ledger.counts.sends += 1;
    return this.settle(turn, await client.unary(processTurn, turn.request, this.options));
  }

  /** Sends a turn until it is answered, each time to the node that is picked for it. */
  deliver(turn: SentTurn, pick: () => RawClient): Promise<void> {
    return this.untilAnswered(turn, () => this.send(turn, pick()));
  }

  /** The same as a stream. What came before a stream broke must come again. */
  async deliverStream(turn: SentTurn, pick: () => RawClient): Promise<void> {
    let seen: readonly Buffer[] = [];
    await this.untilAnswered(turn, async () => {
      const { events, failure } = await this.stream(turn, pick());
      const differs = seen.some((event, index) => events[index] !== undefined && !event.equals(events[index]));
      if (differs) this.ledger.note('replay', turn, 'has other events when streamed again');
      if (events.length > seen.length) seen = events;
      return failure;
    });
  }

  private async stream(turn: SentTurn, client: RawClient): Promise<StreamedTurn> {
    this.ledger.counts.sends += 1;
    const { messages, failure } = await client.serverStream(streamTurn, turn.request, this.options);
    if (failure !== undefined && messages.length > 0) this.ledger.counts.brokenStreams += 1;
    const last = messages.at(-1);
    const [response] = last === undefined ? [] : fieldBytes(last, committedField);
    const events = messages.map(withoutReplayed);
    if (last === undefined || response === undefined) {
      const why = failure ?? { status: 'OK', details: 'the stream ended without its response' };
      return { events, failure: this.settle(turn, { failure: why }) };
    }
    const answer = { bytes: Buffer.from(response), replayed: StreamTurnResponse.decode(last).replayed };
    return { events, failure: this.settle(turn, { answer }) };
  }

  private async untilAnswered(turn: SentTurn, attempt: () => Promise<RawFailure | undefined>): Promise<void> {
    const end = Date.now() + this.options.patienceMs;
    let pauseMs = firstPauseMs;
    for (let failure = await attempt(); failure !== undefined; failure = await attempt()) {
      if (!retried.has(failure.status)) return;
      if (Date.now() > end) {
        const { status, details } = failure;
        this.ledger.note('status', turn, `was not answered in ${this.options.patienceMs} ms: ${status}, ${details}`);
        return;
      }
      await sleep(pauseMs);
      pauseMs = Math.min(2 * pauseMs, longestPauseMs);
    }
  }

  private settle(turn: SentTurn, outcome: RawOutcome): RawFailure | undefined {
    if ('answer' in outcome) {
      this.ledger.noteAnswer(turn, outcome.answer.bytes, outcome.answer.replayed);
      return undefined;
    }
    const { failure } = outcome;
    this.ledger.noteFailure(failure.status);
    if (!retried.has(failure.status)) this.ledger.note('status', turn, `failed: ${failure.status}, ${failure.details}`);
    return failure;
  }
}

/** An event as it is whether it is sent for the first time or again. */
function withoutReplayed(message: Buffer): Buffer {
  return Buffer.from(StreamTurnResponse.encode({ ...StreamTurnResponse.decode(message), replayed: false }).finish());
}
