import { type Attributes, type Counter, metrics } from '@opentelemetry/api';
import type { TurnResult } from '../../core/model/turn-result';
import type { AccessFailure, AnsweredTurn, EndMeasurement, Metrics, ModelUsage, StoreOutcome } from '../ports/metrics';
import { createInstruments, type Instruments } from './instruments';

/** Counts with the instruments of the global meter provider. */
export class OtelMetrics implements Metrics {
  readonly isEnabled = true;
  readonly #instruments: Instruments = createInstruments(metrics.getMeter('scenario-orchestrator'));

  /** Counters without attributes are there from the beginning: one that begins with its first count hides it from a rate. */
  constructor() {
    const { turnReplays, commitConflicts, skippedSteps, relocalizations } = this.#instruments;
    for (const counter of [turnReplays, commitConflicts, skippedSteps, relocalizations]) counter.add(0);
  }

  startTurn(): EndMeasurement<AnsweredTurn> {
    const elapsed = stopwatch();
    return ({ trigger, replayed, result }) => {
      this.#instruments.turnDuration.record(elapsed(), { trigger, replayed, validate_only: result.validateOnly });
      if (replayed) this.#instruments.turnReplays.add(1);
      else if (!result.validateOnly) countDecisions(this.#instruments, result);
    };
  }

  recordCommitConflict(): void {
    this.#instruments.commitConflicts.add(1);
  }

  startPhase(phase: string): EndMeasurement<void> {
    const elapsed = stopwatch();
    return () => this.#instruments.phaseDuration.record(elapsed(), { phase });
  }

  startStoreOperation(operation: string): EndMeasurement<StoreOutcome> {
    const elapsed = stopwatch();
    return (outcome) => this.#instruments.storeDuration.record(elapsed(), { operation, outcome });
  }

  startModelRequest(model: string): EndMeasurement<ModelUsage> {
    const elapsed = stopwatch();
    const { modelDuration, modelTokens, modelProposals, modelCost } = this.#instruments;
    const asked = { 'gen_ai.operation.name': 'chat', 'gen_ai.provider.name': 'openai', 'gen_ai.request.model': model };
    return ({ outcome, inputTokens, outputTokens, cost }) => {
      modelDuration.record(elapsed(), outcome === 'PROPOSED' ? asked : { ...asked, 'error.type': outcome });
      modelProposals.add(1, { outcome });
      if (inputTokens + outputTokens === 0) return;
      modelTokens.record(inputTokens, { ...asked, 'gen_ai.token.type': 'input' });
      modelTokens.record(outputTokens, { ...asked, 'gen_ai.token.type': 'output' });
      modelCost.add(cost, { 'gen_ai.request.model': model });
    };
  }

  startCall(method: string): EndMeasurement<string> {
    const elapsed = stopwatch();
    const call = { 'rpc.system.name': 'grpc', 'rpc.method': method };
    this.#instruments.callsInFlight.add(1, { 'rpc.method': method });
    return (status) => {
      this.#instruments.callsInFlight.add(-1, { 'rpc.method': method });
      this.#instruments.callDuration.record(elapsed(), { ...call, 'rpc.response.status_code': status });
    };
  }

  recordAccessFailure(failure: AccessFailure): void {
    this.#instruments.accessFailures.add(1, { reason: failure });
  }
}

/** Only of turns that were applied: a turn that is looked at, or answered again, decides nothing. */
function countDecisions(instruments: Instruments, result: TurnResult): void {
  const { lifecycleDecisions, rejectedCandidates, transitionDecisions, plan } = result;
  // Equal ones at once: the SDK makes a key of the attributes on each call.
  addEach(instruments.lifecycleDecisions, lifecycleDecisions, ({ action, reason }) => ({ action, reason }));
  addEach(instruments.rejectedCandidates, rejectedCandidates, ({ reason }) => ({ reason }));
  for (const { proposed, overruledBy } of [...lifecycleDecisions, ...rejectedCandidates]) {
    if (proposed && overruledBy !== '') instruments.modelOverruled.add(1, { proposed, overruled_by: overruledBy });
  }
  for (const { skippedSteps, wasRelocalized } of transitionDecisions) {
    if (skippedSteps.length > 0) instruments.skippedSteps.add(skippedSteps.length);
    if (wasRelocalized) instruments.relocalizations.add(1);
  }
  addEach(instruments.contributions, plan.contributions, ({ type, deferred }) => ({ type, deferred }));
  instruments.activeScenarios.record(plan.activeScenarioIds.length);
}

/** Counts each item under its attributes, with one call for those that have the same. */
function addEach<T>(counter: Counter, items: readonly T[], attributesOf: (item: T) => Attributes): void {
  const counted = new Map<string, { readonly attributes: Attributes; count: number }>();
  for (const item of items) {
    const attributes = attributesOf(item);
    const key = Object.values(attributes).join(' ');
    const same = counted.get(key);
    if (same === undefined) counted.set(key, { attributes, count: 1 });
    else same.count += 1;
  }
  for (const { attributes, count } of counted.values()) counter.add(count, attributes);
}

/** Tells the seconds since it was made. */
function stopwatch(): () => number {
  const begun = performance.now();
  return () => (performance.now() - begun) / 1_000;
}
