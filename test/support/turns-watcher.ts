import { OrchestratorError } from '../../src/core/model/orchestrator-error';
import {
  type SentEvent,
  type SentEvents,
  type WatchTurnsQuery,
  watchTurns,
} from '../../src/server/application/watch-turns';
import { createCall } from '../../src/server/ports/call';
import type { TurnFeed } from '../../src/server/ports/turn-feed';
import { eventually } from './eventually';
import { uuid } from './session-builder';

export interface TurnsWatcherOptions extends Partial<WatchTurnsQuery> {
  readonly pollIntervalMs?: number;
  /** Called before each response is taken. The stream waits for it. */
  readonly beforeTaking?: (sent: SentEvents) => Promise<void>;
}

/** A client of the feed of tenant 1, by default from the oldest event on. */
export class TurnsWatcher {
  readonly events: SentEvent[] = [];
  readonly responses: SentEvents[] = [];
  /** The error that ended the stream. */
  error: unknown;
  private readonly abort = new AbortController();
  private readonly ended: Promise<void>;

  constructor(
    feed: TurnFeed,
    // Longer than the timeout of a test, so that a test fails if it receives no notification.
    { pollIntervalMs = 600_000, beforeTaking = async () => undefined, ...query }: TurnsWatcherOptions = {},
  ) {
    const defaults = { tenantId: uuid(1), consumer: '', cursor: '', fromOldest: true };
    const filter = { agentId: '', scenarioId: '', reasons: [], ...query.filter };
    const call = createCall(Number.POSITIVE_INFINITY, this.abort.signal);
    const deps = { feed, watchPollIntervalMs: pollIntervalMs };
    this.ended = watchTurns(deps, { ...defaults, ...query, filter }, call, async (sent) => {
      await beforeTaking(sent);
      if (this.abort.signal.aborted) return;
      this.responses.push(sent);
      this.events.push(...sent.events);
    }).catch((error: unknown) => {
      this.error = error;
    });
  }

  /** The cursor of the last response; "" if there is none. */
  get cursor(): string {
    return this.responses.at(-1)?.cursor ?? '';
  }

  /** The turns as "session revision", and other events by their kind. */
  get texts(): readonly string[] {
    return this.events.map(describeSent);
  }

  async waitForEvents(count: number): Promise<void> {
    await eventually(async () => {
      if (this.error !== undefined) throw this.error;
      return this.events.length >= count;
    });
  }

  async waitForResponses(count: number): Promise<void> {
    await eventually(async () => {
      if (this.error !== undefined) throw this.error;
      return this.responses.length >= count;
    });
  }

  async waitForEnd(): Promise<unknown> {
    await this.ended;
    return this.error;
  }

  async stop(): Promise<void> {
    this.abort.abort(new OrchestratorError('CANCELLED', 'The test stops.'));
    await this.ended;
  }
}

export function describeSent(sent: SentEvent): string {
  if ('gap' in sent) return `gap ${sent.gap.reason} ${sent.gap.missingEvents}`;
  const { event } = sent.entry;
  const session = Number.parseInt(event.sessionId.slice(-4), 16);
  return event.kind === 'turn' ? `${session} ${event.revision}` : `${session} ${event.kind}`;
}
