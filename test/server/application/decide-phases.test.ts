import { ProcessTurnRequest } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { defaultSettings } from '../../../src/core/model/settings';
import { defaultCompileOptions } from '../../../src/core/scenario/compile-options';
import { CompiledCatalogue } from '../../../src/server/application/compiled-catalogue';
import { decidePhases, type PhaseCommand, type PhaseDependencies } from '../../../src/server/application/decide-phases';
import { turnFromProto } from '../../../src/server/codec/wire/turn-message-codec';
import type { Attributes, Telemetry, TurnSpan } from '../../../src/server/ports/telemetry';
import { UuidV5InstanceIdGenerator } from '../../../src/server/runtime/system';
import { noopTelemetry } from '../../../src/server/telemetry';
import { unboundedCall } from '../../support/calls';
import { FakeClock } from '../../support/fake-clock';
import { MemoryCatalogue } from '../../support/memory-catalogue';
import { asking, refund, withCandidate } from '../../support/phases-under-test';
import { type TurnFields, turnRequest } from '../../support/request-bytes';
import { anInstance, aSession, uuid } from '../../support/session-builder';
import { silentLog } from '../../support/silent-log';

const noopSpan: TurnSpan = {
  isRecording: false,
  setAttributes: () => undefined,
  addEvent: () => undefined,
  addLink: () => undefined,
  setError: () => undefined,
};

/** Records the names of spans and the attributes of the active span. */
class RecordingTelemetry implements Telemetry {
  readonly spans: string[] = [];
  attributes: Attributes = {};
  withSpan: Telemetry['withSpan'] = (name, work) => {
    this.spans.push(name);
    return work(noopSpan);
  };
  withSpanAsync: Telemetry['withSpanAsync'] = (name, work) => {
    this.spans.push(name);
    return work(noopSpan);
  };
  withRequestSpan: Telemetry['withRequestSpan'] = (name, _getCaller, work) => {
    this.spans.push(name);
    return work(noopSpan);
  };
  withSession: Telemetry['withSession'] = (_sessionId, work) => work();
  withoutSpan: Telemetry['withoutSpan'] = (work) => work();
  getActiveSpan = (): TurnSpan => ({
    ...noopSpan,
    setAttributes: (attributes) => {
      this.attributes = { ...this.attributes, ...attributes };
    },
  });
  getTraceId(): string {
    return '';
  }
  getTraceContext(): undefined {
    return undefined;
  }
}

let scenarios: MemoryCatalogue;
let telemetry: RecordingTelemetry;
let deps: PhaseDependencies;
beforeEach(async () => {
  scenarios = new MemoryCatalogue();
  telemetry = new RecordingTelemetry();
  const compileOptions = defaultCompileOptions;
  const clock = new FakeClock();
  const catalogue = new CompiledCatalogue({
    scenarios,
    clock,
    telemetry: noopTelemetry,
    log: silentLog,
    compileOptions,
  });
  const ids = new UuidV5InstanceIdGenerator();
  deps = {
    catalogue,
    compileOptions,
    clock,
    telemetry,
    log: silentLog,
    ids,
    settings: defaultSettings,
    model: undefined,
  };
  const agent = { tenantId: uuid(1), agentId: uuid(2) };
  await scenarios.put(agent, asking(refund), { contentHash: 'hash', storedAt: 0, expectedVersion: undefined });
});

function createCommand(turn: TurnFields, parts: Partial<PhaseCommand> = {}): PhaseCommand {
  const message = ProcessTurnRequest.decode(turnRequest(turn)).turn;
  if (!message) throw new Error('the request has no turn');
  return {
    turn: turnFromProto(message, 0),
    session: undefined,
    scenarios: [],
    relationships: [],
    fields: [],
    ...parts,
  };
}

test('the spans are those of the four phases, without load and commit', async () => {
  await decidePhases(deps, createCommand(withCandidate(refund)), unboundedCall);
  expect(telemetry.spans).toEqual([
    'orchestrator.context',
    'orchestrator.lifecycle',
    'orchestrator.transitions',
    'orchestrator.contributions',
  ]);
  expect(telemetry.attributes).toMatchObject({
    'orchestrator.turn_id': uuid(4),
    'orchestrator.validate_only': true,
    'orchestrator.started': 1,
  });
});

test('the catalogue is read only if the request has no scenarios', async () => {
  scenarios.takeReads();
  const inline = await decidePhases(
    deps,
    createCommand(withCandidate(refund), { scenarios: [asking(refund)] }),
    unboundedCall,
  );
  expect(scenarios.takeReads()).toEqual([]);
  const stored = await decidePhases(deps, createCommand(withCandidate(refund)), unboundedCall);
  expect(scenarios.takeReads()).toEqual(['load']);
  expect(inline.explain()).toEqual(stored.explain());
  expect(inline.session).toEqual(stored.session);
});

test('an instance of version 0 needs no read of a version', async () => {
  const session = aSession({
    instances: [anInstance({ scenarioId: refund, scenarioVersion: 0, currentStepId: 'ask' })],
  });
  scenarios.takeReads();
  const { session: after } = await decidePhases(deps, createCommand({}, { session }), unboundedCall);
  expect(scenarios.takeReads()).toEqual(['load']);
  expect(after.instances.map(({ scenarioVersion }) => scenarioVersion)).toEqual([1]);
});

test('2.16: with orchestration disabled the result is empty and the catalogue is not read', async () => {
  scenarios.takeReads();
  const off = { ...deps, settings: { ...defaultSettings, enabled: false } };
  const { result, session } = await decidePhases(off, createCommand(withCandidate(refund)), unboundedCall);
  expect(scenarios.takeReads()).toEqual([]);
  expect([result.lifecycleDecisions, result.rejectedCandidates, result.revision]).toEqual([[], [], 0]);
  expect(session).toEqual(aSession());
});
