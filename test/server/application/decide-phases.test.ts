import { ProcessTurnRequest } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { defaultSettings } from '../../../src/core/model/settings';
import { defaultCompileOptions } from '../../../src/core/scenario/compile-options';
import { CompiledCatalogue } from '../../../src/server/application/compiled-catalogue';
import { decidePhases, type PhaseCommand, type PhaseDependencies } from '../../../src/server/application/decide-phases';
import { turnFromProto } from '../../../src/server/codec/wire/turn-message-codec';
import { withSpan } from '../../../src/server/ports/call';
import { type Attributes, noSpan, type Span } from '../../../src/server/ports/span';
import { UuidV5InstanceIdGenerator } from '../../../src/server/runtime/system';
import { noopMetrics } from '../../../src/server/telemetry';
import { unboundedCall } from '../../support/calls';
import { FakeClock } from '../../support/fake-clock';
import { MemoryCatalogue } from '../../support/memory-catalogue';
import { asking, refund, withCandidate } from '../../support/phases-under-test';
import { type TurnFields, turnRequest } from '../../support/request-bytes';
import { anInstance, aSession, uuid } from '../../support/session-builder';
import { silentLog } from '../../support/silent-log';

/** Records the names of the spans below it, and its own attributes. */
class RecordingSpan implements Span {
  readonly isRecording = true;
  readonly traceId = '';
  readonly spanId = '';
  readonly children: string[] = [];
  attributes: Attributes = {};
  setAttributes(attributes: Attributes): void {
    this.attributes = { ...this.attributes, ...attributes };
  }
  startChild(name: string): Span {
    this.children.push(name);
    return noSpan;
  }
  addEvent(): void {}
  addLink(): void {}
  setError(): void {}
  setFailed(): void {}
  recordException(): void {}
  setSession(): void {}
  getTraceContext(): undefined {}
  end(): void {}
}

let scenarios: MemoryCatalogue;
let deps: PhaseDependencies;
beforeEach(async () => {
  scenarios = new MemoryCatalogue();
  const compileOptions = defaultCompileOptions;
  const clock = new FakeClock();
  const catalogue = new CompiledCatalogue({
    scenarios,
    clock,
    log: silentLog,
    compileOptions,
  });
  const ids = new UuidV5InstanceIdGenerator();
  deps = {
    catalogue,
    compileOptions,
    clock,
    metrics: noopMetrics,
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

test('the spans are those of the catalogue and the four phases, without load and commit', async () => {
  const span = new RecordingSpan();
  await decidePhases(deps, createCommand(withCandidate(refund)), withSpan(unboundedCall, span));
  expect(span.children).toEqual([
    'catalogue.load',
    'orchestrator.context',
    'orchestrator.lifecycle',
    'orchestrator.transitions',
    'orchestrator.contributions',
  ]);
  expect(span.attributes).toMatchObject({
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
