import { ProcessTurnRequest } from '../../gen/focal/orchestration/v1/orchestrator_service';
import { defaultSettings, type OrchestrationSettings } from '../../src/core/model/settings';
import { defaultCompileOptions } from '../../src/core/scenario/compile-options';
import { CompiledCatalogue } from '../../src/server/application/compiled-catalogue';
import type { TurnDependencies } from '../../src/server/application/process-turn';
import type { TurnCommand } from '../../src/server/application/turn-command';
import { ProtoTurnCodec } from '../../src/server/codec/stored/proto-turn-codec';
import { turnFromProto } from '../../src/server/codec/wire/turn-message-codec';
import type { SessionStore } from '../../src/server/ports/session-store';
import { Sha256ContentHasher, UuidV5InstanceIdGenerator } from '../../src/server/runtime/system';
import { noopMetrics } from '../../src/server/telemetry';
import { aScenario, type StepDraft } from './conversation';
import { FakeClock } from './fake-clock';
import { MemoryCatalogue } from './memory-catalogue';
import { type TurnFields, turnRequest } from './request-bytes';
import { uuid } from './session-builder';
import { silentLog } from './silent-log';

export const refund = uuid(50);

const refundSteps: readonly StepDraft[] = [
  { stepId: 'order', collectsProfileFields: ['order_id'], to: ['end'] },
  { stepId: 'end', isTerminal: true },
];

/** Creates the command of a turn with the ids of `turnRequest`, unless the fields say otherwise. */
export function createCommand(turn: TurnFields, rest: Partial<TurnCommand> = {}): TurnCommand {
  const requestBytes = turnRequest(turn);
  const message = ProcessTurnRequest.decode(requestBytes).turn;
  if (!message) throw new Error('the request has no turn');
  return {
    turn: turnFromProto(message, 1_700_000_000_000),
    expectedRevision: undefined,
    validateOnly: false,
    responseView: 'BASIC',
    requestBytes,
    ...rest,
  };
}

/** Creates the dependencies of `processTurn`. The catalogue has one scenario, `refund`. */
export async function createDependencies(
  store: SessionStore,
  settings: Partial<OrchestrationSettings> = {},
  steps: readonly StepDraft[] = refundSteps,
): Promise<TurnDependencies> {
  const clock = new FakeClock();
  const scenarios = new MemoryCatalogue();
  const scenario = aScenario({
    scenarioId: refund,
    steps,
  });
  const options = { contentHash: 'hash', storedAt: 0, expectedVersion: undefined };
  await scenarios.put({ tenantId: uuid(1), agentId: uuid(2) }, scenario, options);
  return {
    store,
    catalogue: new CompiledCatalogue({
      scenarios,
      clock,
      log: silentLog,
      compileOptions: defaultCompileOptions,
    }),
    codec: new ProtoTurnCodec(),
    contentHasher: new Sha256ContentHasher(),
    ids: new UuidV5InstanceIdGenerator(),
    clock,
    metrics: noopMetrics,
    log: silentLog,
    settings: { ...defaultSettings, ...settings },
    model: undefined,
    maxResponseBytes: 4_194_304,
  };
}
