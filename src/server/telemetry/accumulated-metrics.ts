import type { TurnResult } from '../../core/model/turn-result';
import type { AccessFailure, AnsweredTurn, EndMeasurement, Metrics, ModelUsage, StoreOutcome } from '../ports/metrics';
import type { Measurement } from '../ports/thread-telemetry';
import type { Accumulator } from './accumulator';
import { createInstruments, type Instruments } from './instruments';

/** Records the measurements of each instrument. */
export type InstrumentRecorders = Readonly<Record<keyof Instruments, Pick<Accumulator, 'record'>>>;

/** Computes the values of all instruments. */
export class InstrumentMetrics implements Metrics {
  readonly isEnabled = true;

  constructor(private readonly recorders: InstrumentRecorders) {}

  startTurn(): EndMeasurement<AnsweredTurn> {
    const startedAt = performance.now();
    return ({ trigger, replayed, result }) => {
      this.recorders.turnDuration.record(getSeconds(startedAt), trigger, replayed, result.validateOnly);
      if (replayed) this.recorders.turnReplays.record(1);
      else if (!result.validateOnly) countDecisions(this.recorders, result);
    };
  }

  recordCommitConflict(): void {
    this.recorders.commitConflicts.record(1);
  }

  recordLostRevision(): void {
    this.recorders.lostRevisions.record(1);
  }

  recordTimerFired(lateMs: number): void {
    this.recorders.timerLateness.record(lateMs / 1_000);
  }

  recordTimerFailure(reason: string): void {
    this.recorders.timerFailures.record(1, reason);
  }

  recordTimersDue(change: number): void {
    if (change !== 0) this.recorders.timersDue.record(change);
  }

  recordTimerPartitions(change: number): void {
    this.recorders.timerPartitions.record(change);
  }

  startPhase(phase: string): EndMeasurement<void> {
    const startedAt = performance.now();
    return () => this.recorders.phaseDuration.record(getSeconds(startedAt), phase);
  }

  startStoreOperation(operation: string): EndMeasurement<StoreOutcome> {
    const startedAt = performance.now();
    return (outcome) => this.recorders.storeDuration.record(getSeconds(startedAt), operation, outcome);
  }

  startModelRequest(model: string): EndMeasurement<ModelUsage> {
    const startedAt = performance.now();
    const { modelDuration, modelTokens, modelProposals, modelCost } = this.recorders;
    const request = ['chat', 'openai', model] as const;
    return ({ outcome, inputTokens, outputTokens, cost }) => {
      modelDuration.record(getSeconds(startedAt), ...request, outcome === 'PROPOSED' ? undefined : outcome);
      modelProposals.record(1, outcome);
      if (inputTokens + outputTokens === 0) return;
      modelTokens.record(inputTokens, ...request, 'input');
      modelTokens.record(outputTokens, ...request, 'output');
      modelCost.record(cost, model);
    };
  }

  startCall(method: string): EndMeasurement<string> {
    const startedAt = performance.now();
    const { callsInFlight, callDuration } = this.recorders;
    callsInFlight.record(1, method);
    return (status) => {
      callsInFlight.record(-1, method);
      callDuration.record(getSeconds(startedAt), 'grpc', method, status);
    };
  }

  recordWorkLimit(work: string): void {
    this.recorders.workLimits.record(1, work);
  }

  recordAccessFailure(failure: AccessFailure): void {
    this.recorders.accessFailures.record(1, failure);
  }

  recordSizeRefusal(limit: string): void {
    this.recorders.sizeRefusals.record(1, limit);
  }
}

/** Records to accumulators, whose values the readers of the SDK collect through `AccumulatorExport`. */
export class AccumulatedMetrics extends InstrumentMetrics {
  readonly instruments: Instruments;

  constructor() {
    const instruments = createInstruments();
    super(instruments);
    this.instruments = instruments;
    // Exports counters without attributes from the start, because a rate does not include the first value of a series.
    const { turnReplays, commitConflicts, lostRevisions, skippedSteps, relocalizations } = instruments;
    const counters = [turnReplays, commitConflicts, lostRevisions, skippedSteps, relocalizations];
    for (const counter of counters) counter.record(0);
  }

  /** Records a measurement that another thread has made. */
  add({ instrument, value, attributes }: Measurement): void {
    if (isInstrument(this.instruments, instrument)) this.instruments[instrument].record(value, ...attributes);
  }
}

function isInstrument(instruments: Instruments, name: string): name is keyof Instruments {
  return Object.hasOwn(instruments, name);
}

/** Counts the decisions of an applied turn, not those of a replay or of `validate_only`. */
function countDecisions(instruments: InstrumentRecorders, result: TurnResult): void {
  const { lifecycleDecisions, rejectedCandidates, transitionDecisions, plan } = result;
  for (const { action, reason, proposed, overruledBy } of lifecycleDecisions) {
    instruments.lifecycleDecisions.record(1, action, reason);
    if (proposed && overruledBy !== '') instruments.modelOverruled.record(1, proposed, overruledBy);
  }
  for (const { reason, proposed, overruledBy } of rejectedCandidates) {
    instruments.rejectedCandidates.record(1, reason);
    if (proposed && overruledBy !== '') instruments.modelOverruled.record(1, proposed, overruledBy);
  }
  for (const { skippedSteps, wasRelocalized } of transitionDecisions) {
    if (skippedSteps.length > 0) instruments.skippedSteps.record(skippedSteps.length);
    if (wasRelocalized) instruments.relocalizations.record(1);
  }
  for (const { type, deferred } of plan.contributions) instruments.contributions.record(1, type, deferred);
  instruments.activeScenarios.record(plan.activeScenarioIds.length);
}

function getSeconds(startedAt: number): number {
  return (performance.now() - startedAt) / 1_000;
}
