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
import { asking, withCandidate, refund } from '../../support/phases-under-test';
import { type TurnFields, turnRequest } from '../../support/request-bytes';
import { anInstance, aSession, uuid } from '../../support/session-builder';
import { silentLog } from '../../support/silent-log';

const span: TurnSpan = {
  isRecording: false,
  setAttributes: () => undefined,
  addEvent: () => undefined,
  addLink: () => undefined,
  setError: () => undefined,
};

/** Remembers the names of spans and what was said of the call. */
class HeardTelemetry implements Telemetry {
  readonly spans: string[] = [];
  said: Attributes = {};
  withSpan: Telemetry['withSpan'] = (name, work) => {
    this.spans.push(name);
    return work(span);
  };
  withSpanAsync: Telemetry['withSpanAsync'] = (name, work) => {
    this.spans.push(name);
    return work(span);
  };
  withoutSpan: Telemetry['withoutSpan'] = (work) => work();
  getActiveSpan = (): TurnSpan => ({
    ...span,
    setAttributes: (attributes) => {
      this.said = { ...this.said, ...attributes };
    },
  });
  getTraceId(): string {
    return '';
  }
  getTraceparent(): undefined {
    return undefined;
  }
}

let scenarios: MemoryCatalogue;
let telemetry: HeardTelemetry;
let deps: PhaseDependencies;
beforeEach(async () => {
  scenarios = new MemoryCatalogue();
  telemetry = new HeardTelemetry();
  const compile = defaultCompileOptions;
  const catalogue = new CompiledCatalogue({
    scenarios,
    clock: new FakeClock(),
    telemetry: noopTelemetry,
    log: silentLog,
    compile,
  });
  const ids = new UuidV5InstanceIdGenerator();
  deps = { catalogue, compile, telemetry, log: silentLog, ids, settings: defaultSettings, model: undefined };
  const agent = { tenantId: uuid(1), agentId: uuid(2) };
  await scenarios.put(agent, asking(refund), { contentHash: 'hash', storedAt: 0, expectedVersion: undefined });
});

function aCommand(turn: TurnFields, parts: Partial<PhaseCommand> = {}): PhaseCommand {
  const message = ProcessTurnRequest.decode(turnRequest(turn)).turn;
  if (!message) throw new Error('the request has no turn');
  return { turn: turnFromProto(message, 0), session: undefined, scenarios: [], relationships: [], ...parts };
}

test('the four phases are the only spans: nothing is loaded and nothing is committed', async () => {
  await decidePhases(deps, aCommand(withCandidate(refund)), unboundedCall);
  expect(telemetry.spans).toEqual(['P6.1 context', 'P6.2 lifecycle', 'P6.3 transitions', 'P6.4 contributions']);
  expect(telemetry.said).toMatchObject({
    'orchestrator.turn_id': uuid(4),
    'orchestrator.validate_only': true,
    'orchestrator.started': 1,
  });
});

test('the catalogue is read where no scenarios are sent, and left alone where any is', async () => {
  scenarios.reads();
  const inline = await decidePhases(deps, aCommand(withCandidate(refund), { scenarios: [asking(refund)] }), unboundedCall);
  expect(scenarios.reads()).toEqual([]);
  const stored = await decidePhases(deps, aCommand(withCandidate(refund)), unboundedCall);
  expect(scenarios.reads()).toEqual(['load']);
  expect(inline).toEqual(stored);
});

test('an instance of version 0 costs no read of a version', async () => {
  const session = aSession({
    instances: [anInstance({ scenarioId: refund, scenarioVersion: 0, currentStepId: 'ask' })],
  });
  scenarios.reads();
  const { session: after } = await decidePhases(deps, aCommand({}, { session }), unboundedCall);
  expect(scenarios.reads()).toEqual(['load']);
  expect(after.instances.map(({ scenarioVersion }) => scenarioVersion)).toEqual([1]);
});

test('2.16 switched off it asks nobody and tells an empty turn', async () => {
  scenarios.reads();
  const off = { ...deps, settings: { ...defaultSettings, enabled: false } };
  const { result, session } = await decidePhases(off, aCommand(withCandidate(refund)), unboundedCall);
  expect(scenarios.reads()).toEqual([]);
  expect([result.lifecycleDecisions, result.rejectedCandidates, result.revision]).toEqual([[], [], 0]);
  expect(session).toEqual(aSession());
});
