import type { Attributes, Counter, Histogram, Meter, MeterProvider, UpDownCounter } from '@opentelemetry/api';
import type { TurnResult } from '../../src/core/model/turn-result';
import type {
  AccessFailure,
  AnsweredTurn,
  EndMeasurement,
  Metrics,
  ModelUsage,
  StoreOutcome,
} from '../../src/server/ports/metrics';

/** Bucket boundaries in seconds. Phases take microseconds; a turn with a slow store takes seconds. */
const durationBuckets = [
  0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

/** Bucket boundaries in seconds. */
const latenessBuckets = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 3_600, 21_600, 86_400];

/** Bucket boundaries. A session has at most 20 active scenarios (2.15). */
const scenarioCountBuckets = [0, 1, 2, 3, 4, 5, 7, 10, 15, 20];

/** Bucket boundaries, as recommended by the semantic conventions for generative AI. */
const tokenCountBuckets = [1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576];

/** All instruments of the service. docs/telemetry.md documents their meaning and their attributes. */
interface Instruments {
  readonly turnDuration: Histogram;
  readonly turnReplays: Counter;
  readonly commitConflicts: Counter;
  readonly lifecycleDecisions: Counter;
  readonly rejectedCandidates: Counter;
  readonly skippedSteps: Counter;
  readonly relocalizations: Counter;
  readonly contributions: Counter;
  readonly activeScenarios: Histogram;
  readonly phaseDuration: Histogram;
  readonly lostRevisions: Counter;
  readonly timerLateness: Histogram;
  readonly timerFailures: Counter;
  readonly timersDue: UpDownCounter;
  readonly timerPartitions: UpDownCounter;
  readonly storeDuration: Histogram;
  readonly modelDuration: Histogram;
  readonly modelTokens: Histogram;
  readonly modelProposals: Counter;
  readonly modelCost: Counter;
  readonly modelOverruled: Counter;
  readonly callDuration: Histogram;
  readonly callsInFlight: UpDownCounter;
  readonly accessFailures: Counter;
  readonly sizeRefusals: Counter;
  readonly workLimits: Counter;
}

/**
 * Creates the instruments. Their names follow the semantic conventions
 * (https://opentelemetry.io/docs/specs/semconv/general/metrics/).
 */
function createInstruments(meter: Meter): Instruments {
  const createDuration = (name: string, description: string) =>
    meter.createHistogram(name, { description, unit: 's', advice: { explicitBucketBoundaries: durationBuckets } });
  return {
    turnDuration: createDuration('orchestrator.turn.duration', 'Duration of answered turns, from load to response.'),
    turnReplays: meter.createCounter('orchestrator.turn.replays', {
      description: 'Turns answered with the stored response because their id was known (5.1).',
      unit: '{turn}',
    }),
    commitConflicts: meter.createCounter('orchestrator.commit.conflicts', {
      description: 'Turns decided again because another turn of the session was committed first (5.3).',
      unit: '{conflict}',
    }),
    lifecycleDecisions: meter.createCounter('orchestrator.lifecycle.decisions', {
      description: 'Decisions of the lifecycle phase.',
      unit: '{decision}',
    }),
    rejectedCandidates: meter.createCounter('orchestrator.candidates.rejected', {
      description: 'Candidates that were not started (2.12).',
      unit: '{candidate}',
    }),
    skippedSteps: meter.createCounter('orchestrator.steps.skipped', {
      description: 'Steps skipped because their fields were known (3.5).',
      unit: '{step}',
    }),
    relocalizations: meter.createCounter('orchestrator.relocalizations', {
      description: 'Instances moved to a recovery step (3.8).',
      unit: '{relocalization}',
    }),
    contributions: meter.createCounter('orchestrator.contributions', {
      description: 'Contributions planned for replies, by type.',
      unit: '{contribution}',
    }),
    activeScenarios: meter.createHistogram('orchestrator.session.active_scenarios', {
      description: 'Active scenarios of a session after a turn.',
      unit: '{scenario}',
      advice: { explicitBucketBoundaries: scenarioCountBuckets },
    }),
    phaseDuration: createDuration('orchestrator.phase.duration', 'Duration of a phase of a turn.'),
    lostRevisions: meter.createCounter('orchestrator.store.lost_revisions', {
      description: 'Sessions whose store no longer has a revision that this node has read or committed earlier.',
      unit: '{session}',
    }),
    timerLateness: meter.createHistogram('orchestrator.timers.lateness', {
      description: 'Time from when a timer was due until a node fired it (section 14).',
      unit: 's',
      advice: { explicitBucketBoundaries: latenessBuckets },
    }),
    timerFailures: meter.createCounter('orchestrator.timers.failures', {
      description: 'Attempts to fire a timer that failed. The timer is tried again.',
      unit: '{attempt}',
    }),
    timersDue: meter.createUpDownCounter('orchestrator.timers.due', {
      description: 'Due timers that were not fired yet.',
      unit: '{timer}',
    }),
    timerPartitions: meter.createUpDownCounter('orchestrator.timers.partitions', {
      description: 'Partitions whose timers this process fires.',
      unit: '{partition}',
    }),
    storeDuration: createDuration(
      'orchestrator.store.duration',
      'Duration of an operation of the session store, including waits.',
    ),
    modelDuration: createDuration(
      'gen_ai.client.operation.duration',
      'Time that a turn waited for the model, including retries.',
    ),
    modelTokens: meter.createHistogram('gen_ai.client.token.usage', {
      description: 'Tokens of prompts and completions.',
      unit: '{token}',
      advice: { explicitBucketBoundaries: tokenCountBuckets },
    }),
    modelProposals: meter.createCounter('orchestrator.model.proposals', {
      description: 'Turns that asked the model, by outcome (section 9).',
      unit: '{proposal}',
    }),
    modelCost: meter.createCounter('orchestrator.model.cost', {
      description: 'Cost of the tokens, in the currency of the configured prices.',
      unit: '{currency}',
    }),
    modelOverruled: meter.createCounter('orchestrator.model.overruled', {
      description: 'Proposed actions that the rules overruled (section 9).',
      unit: '{decision}',
    }),
    callDuration: createDuration('rpc.server.call.duration', 'Duration of a call, from its start to its status.'),
    callsInFlight: meter.createUpDownCounter('orchestrator.calls.in_flight', {
      description: 'Calls in flight, including streams.',
      unit: '{call}',
    }),
    accessFailures: meter.createCounter('orchestrator.auth.failures', {
      description: 'Calls, and turns of streams, whose authentication or authorization failed.',
      unit: '{call}',
    }),
    sizeRefusals: meter.createCounter('orchestrator.size.refusals', {
      description: 'Calls, and turns of streams, that a size limit refused.',
      unit: '{call}',
    }),
    workLimits: meter.createCounter('orchestrator.work_limit.exceeded', {
      description: 'Calls, and turns of streams, that exceed a limit on work.',
      unit: '{call}',
    }),
  };
}

/** The metrics of the service, recorded with the instruments of the SDK: what the accumulators of the service must be equal to. */
export class SdkMetrics implements Metrics {
  readonly isEnabled = true;
  readonly #instruments: Instruments;

  constructor(provider: MeterProvider) {
    this.#instruments = createInstruments(provider.getMeter('scenario-orchestrator'));
    // Exports counters without attributes from the start, because a rate does not include the first value of a series.
    const { turnReplays, commitConflicts, lostRevisions, skippedSteps, relocalizations } = this.#instruments;
    const counters = [turnReplays, commitConflicts, lostRevisions, skippedSteps, relocalizations];
    for (const counter of counters) counter.add(0);
  }

  startTurn(): EndMeasurement<AnsweredTurn> {
    const elapsed = startStopwatch();
    return ({ trigger, replayed, result }) => {
      this.#instruments.turnDuration.record(elapsed(), { trigger, replayed, validate_only: result.validateOnly });
      if (replayed) this.#instruments.turnReplays.add(1);
      else if (!result.validateOnly) countDecisions(this.#instruments, result);
    };
  }

  recordCommitConflict(): void {
    this.#instruments.commitConflicts.add(1);
  }

  recordLostRevision(): void {
    this.#instruments.lostRevisions.add(1);
  }

  recordTimerFired(lateMs: number): void {
    this.#instruments.timerLateness.record(lateMs / 1_000);
  }

  recordTimerFailure(reason: string): void {
    this.#instruments.timerFailures.add(1, { reason });
  }

  recordTimersDue(change: number): void {
    if (change !== 0) this.#instruments.timersDue.add(change);
  }

  recordTimerPartitions(change: number): void {
    this.#instruments.timerPartitions.add(change);
  }

  startPhase(phase: string): EndMeasurement<void> {
    const elapsed = startStopwatch();
    return () => this.#instruments.phaseDuration.record(elapsed(), { phase });
  }

  startStoreOperation(operation: string): EndMeasurement<StoreOutcome> {
    const elapsed = startStopwatch();
    return (outcome) => this.#instruments.storeDuration.record(elapsed(), { operation, outcome });
  }

  startModelRequest(model: string): EndMeasurement<ModelUsage> {
    const elapsed = startStopwatch();
    const { modelDuration, modelTokens, modelProposals, modelCost } = this.#instruments;
    const request = {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': model,
    };
    return ({ outcome, inputTokens, outputTokens, cost }) => {
      modelDuration.record(elapsed(), outcome === 'PROPOSED' ? request : { ...request, 'error.type': outcome });
      modelProposals.add(1, { outcome });
      if (inputTokens + outputTokens === 0) return;
      modelTokens.record(inputTokens, { ...request, 'gen_ai.token.type': 'input' });
      modelTokens.record(outputTokens, { ...request, 'gen_ai.token.type': 'output' });
      modelCost.add(cost, { 'gen_ai.request.model': model });
    };
  }

  startCall(method: string): EndMeasurement<string> {
    const elapsed = startStopwatch();
    const call = { 'rpc.system.name': 'grpc', 'rpc.method': method };
    this.#instruments.callsInFlight.add(1, { 'rpc.method': method });
    return (status) => {
      this.#instruments.callsInFlight.add(-1, { 'rpc.method': method });
      this.#instruments.callDuration.record(elapsed(), { ...call, 'rpc.response.status_code': status });
    };
  }

  recordWorkLimit(work: string): void {
    this.#instruments.workLimits.add(1, { work });
  }

  recordAccessFailure(failure: AccessFailure): void {
    this.#instruments.accessFailures.add(1, { reason: failure });
  }

  recordSizeRefusal(limit: string): void {
    this.#instruments.sizeRefusals.add(1, { limit });
  }
}

/** Counts the decisions of an applied turn, not those of a replay or of `validate_only`. */
function countDecisions(instruments: Instruments, result: TurnResult): void {
  const { lifecycleDecisions, rejectedCandidates, transitionDecisions, plan } = result;
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

/** Counts items by attributes. Groups them first, because every `add` makes the SDK hash the attributes. */
function addEach<T>(counter: Counter, items: readonly T[], getAttributes: (item: T) => Attributes): void {
  const groups = new Map<string, { readonly attributes: Attributes; count: number }>();
  for (const item of items) {
    const attributes = getAttributes(item);
    const key = Object.values(attributes).join(' ');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { attributes, count: 1 });
    else group.count += 1;
  }
  for (const { attributes, count } of groups.values()) counter.add(count, attributes);
}

/** Returns a function that returns the elapsed time in seconds. */
function startStopwatch(): () => number {
  const startedAt = performance.now();
  return () => (performance.now() - startedAt) / 1_000;
}
