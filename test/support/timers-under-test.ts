import type { Scenario } from '../../src/core/model/scenario';
import type { SessionKey } from '../../src/core/model/session';
import type { UseCases } from '../../src/server/application/use-cases';
import { ProtoTurnCodec } from '../../src/server/codec/stored/proto-turn-codec';
import type { Clock } from '../../src/server/ports/clock';
import { noSpan } from '../../src/server/ports/span';
import type { TimerStore } from '../../src/server/ports/timer-store';
import { noopMetrics } from '../../src/server/telemetry';
import { type TimerDependencies, TimerScheduler, type TimerSettings } from '../../src/server/timers/timer-scheduler';
import { unboundedCall } from './calls';
import { aScenario } from './conversation';
import type { TurnFields } from './request-bytes';
import { uuid } from './session-builder';
import { silentLog } from './silent-log';
import { createCommand } from './turn-dependencies';

export const minute = 60_000;
const scenarioId = uuid(50);

/** A question with one reminder after 5 minutes. An hour after the last message, the scenario goes on without an answer. */
export const survey: Scenario = aScenario({
  scenarioId,
  steps: [
    {
      stepId: 'ask',
      collectsProfileFields: ['stars'],
      remindAfterMs: 5 * minute,
      to: [{ to: 'later', trigger: 'ANYTIME', afterMs: 60 * minute }, 'thanks'],
    },
    { stepId: 'thanks', templateIds: ['thanks'], isTerminal: true },
    { stepId: 'later', templateIds: ['later'], isTerminal: true },
  ],
});

export const toKey = (session: number): SessionKey => ({ tenantId: uuid(1), sessionId: uuid(1_000 + session) });

export async function putSurvey(useCases: UseCases): Promise<void> {
  const agent = { tenantId: uuid(1), agentId: uuid(2) };
  await useCases.putScenario({ agent, scenario: survey, expectedVersion: undefined }, unboundedCall);
}

let turns = 0;

/** Sends a message turn that starts the survey. */
export async function startSurvey(
  useCases: UseCases,
  session: number,
  occurredAt: number,
  fields: TurnFields = {},
): Promise<void> {
  turns += 1;
  const { tenantId, sessionId } = toKey(session);
  const turn = {
    tenantId,
    sessionId,
    turnId: uuid(100_000 + turns),
    occurredAt: new Date(occurredAt),
    candidates: [{ scenarioId, score: 0.9 }],
    ...fields,
  };
  await useCases.processTurn(createCommand(turn), unboundedCall);
}

const codec = new ProtoTurnCodec();

/** The turns of a session: for each of them its trigger, the minutes after `start`, and the types of its contributions. */
export async function listTurns(useCases: UseCases, session: number, start: number): Promise<readonly string[]> {
  const query = { key: toKey(session), afterRevision: 0, pageSize: 1_000 };
  const { items } = await useCases.listTurns(query, unboundedCall);
  return items.map(({ request, response, occurredAt }) => {
    const { trigger } = codec.decodeTurn(request, occurredAt);
    const types = codec.decodeResult(response).plan.contributions.map(({ type }) => type);
    return [trigger, (occurredAt - start) / minute, ...types].join(' ');
  });
}

export const timerSettings: TimerSettings = {
  pollIntervalMs: 1_000,
  leaseMs: 10_000,
  batchSize: 100,
  concurrency: 4,
  turnTimeoutMs: 60_000,
};

/** Creates a scheduler that only reads when `runRound` is called. */
export function createScheduler(
  { timers, useCases, clock }: { readonly timers: TimerStore; readonly useCases: UseCases; readonly clock: Clock },
  parts: Partial<TimerDependencies> = {},
  settings: Partial<TimerSettings> = {},
): TimerScheduler {
  return new TimerScheduler(
    {
      store: timers,
      fireTimer: (command, call) => useCases.fireTimer(command, call),
      hasCallers: () => false,
      holderId: 'node',
      clock,
      monotonicClock: clock,
      telemetry: { startWork: () => noSpan },
      metrics: noopMetrics,
      log: silentLog,
      warn: () => undefined,
      ...parts,
    },
    { ...timerSettings, ...settings },
  );
}

/** Runs rounds until nothing more is due. */
export async function fireAllDue(scheduler: TimerScheduler, rounds = 100): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    let hasMore = false;
    scheduler.onMoreDue(() => {
      hasMore = true;
    });
    await scheduler.runRound();
    await scheduler.waitUntilIdle();
    if (!hasMore) return;
  }
}
