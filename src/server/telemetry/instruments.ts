import type { Counter, Histogram, Meter, UpDownCounter } from '@opentelemetry/api';

/** Upper bounds in seconds; a phase takes microseconds, a turn behind a slow store seconds. */
const durations = [
  0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
];

/** Upper bounds of a number of scenarios; a session holds twenty active ones at most (2.15). */
const scenarioCounts = [0, 1, 2, 3, 4, 5, 7, 10, 15, 20];

/** Upper bounds of tokens, as the conventions for generative AI advise. */
const tokenCounts = [1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576];

/** Every instrument of the service; docs/telemetry.md tells what each means and which attributes it has. */
export interface Instruments {
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
  readonly storeDuration: Histogram;
  readonly modelDuration: Histogram;
  readonly modelTokens: Histogram;
  readonly modelProposals: Counter;
  readonly modelCost: Counter;
  readonly modelOverruled: Counter;
  readonly callDuration: Histogram;
  readonly callsInFlight: UpDownCounter;
  readonly accessFailures: Counter;
}

/** Makes the instruments, named as the semantic conventions have it (https://opentelemetry.io/docs/specs/semconv/general/metrics/). */
export function createInstruments(meter: Meter): Instruments {
  const seconds = (name: string, description: string) =>
    meter.createHistogram(name, { description, unit: 's', advice: { explicitBucketBoundaries: durations } });
  return {
    turnDuration: seconds('orchestrator.turn.duration', 'Time from load to answer of a turn that was answered.'),
    turnReplays: meter.createCounter('orchestrator.turn.replays', {
      description: 'Turns answered with what was stored, since their id was known (5.1).',
      unit: '{turn}',
    }),
    commitConflicts: meter.createCounter('orchestrator.commit.conflicts', {
      description: 'Turns decided again, since another one of the session was committed first (5.3).',
      unit: '{conflict}',
    }),
    lifecycleDecisions: meter.createCounter('orchestrator.lifecycle.decisions', {
      description: 'Lifecycle decisions of P6.2.',
      unit: '{decision}',
    }),
    rejectedCandidates: meter.createCounter('orchestrator.candidates.rejected', {
      description: 'Candidates that did not start (2.12).',
      unit: '{candidate}',
    }),
    skippedSteps: meter.createCounter('orchestrator.steps.skipped', {
      description: 'Steps left without having been asked (3.5).',
      unit: '{step}',
    }),
    relocalizations: meter.createCounter('orchestrator.relocalizations', {
      description: 'Instances moved to a recovery step (3.8).',
      unit: '{relocalization}',
    }),
    contributions: meter.createCounter('orchestrator.contributions', {
      description: 'Contributions of P6.4.',
      unit: '{contribution}',
    }),
    activeScenarios: meter.createHistogram('orchestrator.session.active_scenarios', {
      description: 'Active scenarios of a session after a turn.',
      unit: '{scenario}',
      advice: { explicitBucketBoundaries: scenarioCounts },
    }),
    phaseDuration: seconds('orchestrator.phase.duration', 'Time of one part of a turn: a phase, the load, the commit.'),
    storeDuration: seconds('orchestrator.store.duration', 'Time of one operation of a store, its waiting included.'),
    modelDuration: seconds(
      'gen_ai.client.operation.duration',
      'Time that a turn waited for the model, retries included.',
    ),
    modelTokens: meter.createHistogram('gen_ai.client.token.usage', {
      description: 'Tokens of prompts and answers.',
      unit: '{token}',
      advice: { explicitBucketBoundaries: tokenCounts },
    }),
    modelProposals: meter.createCounter('orchestrator.model.proposals', {
      description: 'Turns that asked the model, by what came of it (section 9).',
      unit: '{proposal}',
    }),
    modelCost: meter.createCounter('orchestrator.model.cost', {
      description: 'Cost of the tokens by the configured prices, in their currency.',
      unit: '{currency}',
    }),
    modelOverruled: meter.createCounter('orchestrator.model.overruled', {
      description: 'Actions that the model proposed and the rules overruled (section 9).',
      unit: '{decision}',
    }),
    callDuration: seconds('rpc.server.call.duration', 'Time of a call, from its beginning to its status.'),
    callsInFlight: meter.createUpDownCounter('orchestrator.calls.in_flight', {
      description: 'Calls that have begun and have no status yet, streams included.',
      unit: '{call}',
    }),
    accessFailures: meter.createCounter('orchestrator.auth.failures', {
      description: 'Calls, and turns of streams, refused for who calls.',
      unit: '{call}',
    }),
  };
}
