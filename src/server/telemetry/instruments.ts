import { Accumulator, type Instrument } from './accumulator';

/** Bucket boundaries in seconds. Phases take microseconds; a turn with a slow store takes seconds. */
const durationBuckets = [
  0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

/** Bucket boundaries in seconds. Usually a timer fires within the polling interval; after an outage it may be hours late. */
const latenessBuckets = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800, 3_600, 21_600, 86_400];

/** Bucket boundaries. A session has at most 20 active scenarios (2.15). */
const scenarioCountBuckets = [0, 1, 2, 3, 4, 5, 7, 10, 15, 20];

/** Bucket boundaries, as recommended by the semantic conventions for generative AI. */
const tokenCountBuckets = [1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576];

/** The attributes of a request to the model, in the order of the measurements. */
const modelAttributes = ['gen_ai.operation.name', 'gen_ai.provider.name', 'gen_ai.request.model'];

type Description = Pick<Instrument, 'name' | 'description' | 'unit'> & { readonly attributes?: readonly string[] };

const counter = (description: Description) =>
  new Accumulator({ kind: 'counter', attributes: [], boundaries: [], ...description });

const histogram = (boundaries: readonly number[], description: Description) =>
  new Accumulator({ kind: 'histogram', attributes: [], boundaries, ...description });

const duration = (name: string, attributes: readonly string[], description: string) =>
  histogram(durationBuckets, { name, description, unit: 's', attributes });

/** All instruments of the service. docs/telemetry.md documents their meaning and their attributes. */
export type Instruments = ReturnType<typeof createInstruments>;

/**
 * Creates the instruments. Their names follow the semantic conventions
 * (https://opentelemetry.io/docs/specs/semconv/general/metrics/).
 */
export function createInstruments() {
  return {
    turnDuration: duration(
      'orchestrator.turn.duration',
      ['trigger', 'replayed', 'validate_only'],
      'Duration of answered turns, from load to response.',
    ),
    turnReplays: counter({
      name: 'orchestrator.turn.replays',
      description: 'Turns answered with the stored response because their id was known (5.1).',
      unit: '{turn}',
    }),
    commitConflicts: counter({
      name: 'orchestrator.commit.conflicts',
      description: 'Turns decided again because another turn of the session was committed first (5.3).',
      unit: '{conflict}',
    }),
    lifecycleDecisions: counter({
      name: 'orchestrator.lifecycle.decisions',
      description: 'Decisions of the lifecycle phase.',
      unit: '{decision}',
      attributes: ['action', 'reason'],
    }),
    rejectedCandidates: counter({
      name: 'orchestrator.candidates.rejected',
      description: 'Candidates that were not started (2.12).',
      unit: '{candidate}',
      attributes: ['reason'],
    }),
    skippedSteps: counter({
      name: 'orchestrator.steps.skipped',
      description: 'Steps skipped because their fields were known (3.5).',
      unit: '{step}',
    }),
    relocalizations: counter({
      name: 'orchestrator.relocalizations',
      description: 'Instances moved to a recovery step (3.8).',
      unit: '{relocalization}',
    }),
    contributions: counter({
      name: 'orchestrator.contributions',
      description: 'Contributions planned for replies, by type.',
      unit: '{contribution}',
      attributes: ['type', 'deferred'],
    }),
    activeScenarios: histogram(scenarioCountBuckets, {
      name: 'orchestrator.session.active_scenarios',
      description: 'Active scenarios of a session after a turn.',
      unit: '{scenario}',
    }),
    phaseDuration: duration('orchestrator.phase.duration', ['phase'], 'Duration of a phase of a turn.'),
    lostRevisions: counter({
      name: 'orchestrator.store.lost_revisions',
      description: 'Sessions whose store no longer has a revision that this node has read or committed earlier.',
      unit: '{session}',
    }),
    timerLateness: histogram(latenessBuckets, {
      name: 'orchestrator.timers.lateness',
      description: 'Time from when a timer was due until a node fired it (section 14).',
      unit: 's',
    }),
    timerFailures: counter({
      name: 'orchestrator.timers.failures',
      description: 'Attempts to fire a timer that failed. The timer is tried again.',
      unit: '{attempt}',
      attributes: ['reason'],
    }),
    timersDue: new Accumulator({
      kind: 'up-down counter',
      name: 'orchestrator.timers.due',
      description: 'Due timers that were not fired yet.',
      unit: '{timer}',
      attributes: [],
      boundaries: [],
    }),
    timerPartitions: new Accumulator({
      kind: 'up-down counter',
      name: 'orchestrator.timers.partitions',
      description: 'Partitions whose timers this process fires.',
      unit: '{partition}',
      attributes: [],
      boundaries: [],
    }),
    storeDuration: duration(
      'orchestrator.store.duration',
      ['operation', 'outcome'],
      'Duration of an operation of the session store, including waits.',
    ),
    modelDuration: duration(
      'gen_ai.client.operation.duration',
      [...modelAttributes, 'error.type'],
      'Time that a turn waited for the model, including retries.',
    ),
    modelTokens: histogram(tokenCountBuckets, {
      name: 'gen_ai.client.token.usage',
      description: 'Tokens of prompts and completions.',
      unit: '{token}',
      attributes: [...modelAttributes, 'gen_ai.token.type'],
    }),
    modelProposals: counter({
      name: 'orchestrator.model.proposals',
      description: 'Turns that asked the model, by outcome (section 9).',
      unit: '{proposal}',
      attributes: ['outcome'],
    }),
    modelCost: counter({
      name: 'orchestrator.model.cost',
      description: 'Cost of the tokens, in the currency of the configured prices.',
      unit: '{currency}',
      attributes: ['gen_ai.request.model'],
    }),
    modelOverruled: counter({
      name: 'orchestrator.model.overruled',
      description: 'Proposed actions that the rules overruled (section 9).',
      unit: '{decision}',
      attributes: ['proposed', 'overruled_by'],
    }),
    callDuration: duration(
      'rpc.server.call.duration',
      ['rpc.system.name', 'rpc.method', 'rpc.response.status_code'],
      'Duration of a call, from its start to its status.',
    ),
    callsInFlight: new Accumulator({
      kind: 'up-down counter',
      name: 'orchestrator.calls.in_flight',
      description: 'Calls in flight, including streams.',
      unit: '{call}',
      attributes: ['rpc.method'],
      boundaries: [],
    }),
    accessFailures: counter({
      name: 'orchestrator.auth.failures',
      description: 'Calls, and turns of streams, whose authentication or authorization failed.',
      unit: '{call}',
      attributes: ['reason'],
    }),
    sizeRefusals: counter({
      name: 'orchestrator.size.refusals',
      description: 'Calls, and turns of streams, that a size limit refused.',
      unit: '{call}',
      attributes: ['limit'],
    }),
    workLimits: counter({
      name: 'orchestrator.work_limit.exceeded',
      description: 'Calls, and turns of streams, that exceed a limit on work.',
      unit: '{call}',
      attributes: ['work'],
    }),
  };
}
