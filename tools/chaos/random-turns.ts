import { ProcessTurnRequest } from '../../gen/focal/orchestration/v1/orchestrator_service';
import { type Scenario, StepOutcomeKind } from '../../gen/focal/orchestration/v1/scenario';
import {
  CandidateVariable,
  ScenarioCandidate,
  ScenarioSignal,
  SignalAim,
  Situation,
  StepOutcome,
  Turn,
  TurnTrigger,
} from '../../gen/focal/orchestration/v1/turn';
import { UuidV5InstanceIdGenerator } from '../../src/server/runtime/system';
import type { SeededRandom } from './seeded-random';

/** Whose sessions they are. */
export const agent = {
  tenantId: '5f0c5b7e-7a43-4a0e-9d52-0a1f6f0c1d01',
  agentId: '5f0c5b7e-7a43-4a0e-9d52-0a1f6f0c1d02',
} as const;

const ids = new UuidV5InstanceIdGenerator();
const conversationStart = Date.UTC(2026, 0, 5, 9);
const longestPauseMs = 120_000;

/** An encoded request for a turn that nobody sent yet. */
export interface NewTurn {
  readonly turnId: string;
  readonly request: Uint8Array;
}

/** What turns can be about: read off the scenarios themselves. */
interface Topics {
  readonly scenarioIds: readonly string[];
  readonly fields: readonly string[];
  readonly intents: readonly string[];
  readonly results: readonly string[];
}

/**
 * Random turns of one session that mean something to its scenarios: they start them, two at once at times, answer and correct
 * what is asked, confirm and decline, report results, pause and cancel. Every turn is valid wherever it lands, so they may be
 * applied in any order.
 */
export class RandomTurns {
  private readonly topics: Topics;
  private readonly instanceIds: string[] = [];
  private occurredAt = conversationStart;

  constructor(
    readonly sessionId: string,
    scenarios: readonly Scenario[],
    private readonly random: SeededRandom,
  ) {
    this.topics = topicsOf(scenarios);
  }

  next(): NewTurn {
    const turnId = this.random.uuid();
    const trigger = this.trigger();
    this.occurredAt += this.random.below(longestPauseMs);
    const turn = Turn.fromPartial({
      ...agent,
      sessionId: this.sessionId,
      turnId,
      occurredAt: new Date(this.occurredAt),
      trigger,
      customerData: { customer_id: 'C-2041', open_balance: 12.5 },
      stepOutcomes: this.some(trigger === TurnTrigger.TURN_TRIGGER_MESSAGE ? 0.3 : 0.9, () => this.outcome()),
      ...(trigger === TurnTrigger.TURN_TRIGGER_MESSAGE && {
        situation: this.situation(),
        candidates: this.some(0.4, () => this.candidate(turnId)),
      }),
    });
    return { turnId, request: ProcessTurnRequest.encode(ProcessTurnRequest.fromPartial({ turn })).finish() };
  }

  private trigger(): TurnTrigger {
    if (this.random.chance(0.75)) return TurnTrigger.TURN_TRIGGER_MESSAGE;
    return this.random.chance(0.8) ? TurnTrigger.TURN_TRIGGER_TOOL_RESULTS : TurnTrigger.TURN_TRIGGER_TIMER;
  }

  private situation(): Situation {
    return Situation.fromPartial({
      message: 'What the customer wrote. '.repeat(1 + this.random.below(12)),
      language: 'en',
      canonicalIntentLabel: this.random.chance(0.3) ? this.random.pick(this.topics.intents) : 'inform',
      canonicalIntentScore: this.random.next(),
      signals: this.some(0.08, () => this.signal()),
      candidateVariables: this.some(0.6, () => this.variable()),
    });
  }

  /** Nothing, one or two. */
  private some<T>(probability: number, one: () => T): T[] {
    const found: T[] = [];
    while (found.length < 2 && this.random.chance(probability)) found.push(one());
    return found;
  }

  private candidate(turnId: string): ScenarioCandidate {
    const scenarioId = this.random.pick(this.topics.scenarioIds);
    this.instanceIds.push(ids.generateInstanceId(this.sessionId, turnId, scenarioId)); // where it starts one
    return ScenarioCandidate.fromPartial({ scenarioId, score: 0.3 + 0.7 * this.random.next(), reasoning: 'chaos' });
  }

  private variable(): CandidateVariable {
    const value = this.random.chance(0.1) ? null : `value ${this.random.below(3)}`;
    return CandidateVariable.fromPartial({ name: this.random.pick(this.topics.fields), value });
  }

  private signal(): SignalAim {
    const signals = [
      ScenarioSignal.SCENARIO_SIGNAL_START,
      ScenarioSignal.SCENARIO_SIGNAL_CONTINUE,
      ScenarioSignal.SCENARIO_SIGNAL_PAUSE,
      ScenarioSignal.SCENARIO_SIGNAL_CANCEL,
    ];
    const scenarioIds = this.random.chance(0.5) ? [this.random.pick(this.topics.scenarioIds)] : [];
    return SignalAim.fromPartial({ signal: this.random.pick(signals), scenarioIds });
  }

  /** Of the focus, or of an instance that may have started on an earlier turn. */
  private outcome(): StepOutcome {
    const kinds = [
      StepOutcomeKind.STEP_OUTCOME_KIND_CONFIRMED,
      StepOutcomeKind.STEP_OUTCOME_KIND_CONFIRMED,
      StepOutcomeKind.STEP_OUTCOME_KIND_ACTION_SUCCEEDED,
      StepOutcomeKind.STEP_OUTCOME_KIND_ACTION_SUCCEEDED,
      StepOutcomeKind.STEP_OUTCOME_KIND_DECLINED,
      StepOutcomeKind.STEP_OUTCOME_KIND_ACTION_FAILED,
    ];
    const aimed = this.instanceIds.length > 0 && this.random.chance(0.4);
    return StepOutcome.fromPartial({
      instanceId: aimed ? this.random.pick(this.instanceIds) : '',
      kind: this.random.pick(kinds),
      results: { [this.random.pick(this.topics.results)]: this.random.below(100) },
    });
  }
}

function topicsOf(scenarios: readonly Scenario[]): Topics {
  const steps = scenarios.flatMap((scenario) => scenario.steps);
  const transitions = [
    ...steps,
    ...scenarios.map(({ globalTransitions }) => ({ transitions: globalTransitions })),
  ].flatMap((owner) => owner.transitions);
  return {
    scenarioIds: scenarios.map(({ scenarioId }) => scenarioId),
    fields: distinct(steps.flatMap(({ collectsProfileFields }) => collectsProfileFields)),
    intents: distinct(transitions.map(({ intentLabel }) => intentLabel).filter((label) => label !== '')),
    results: distinct(steps.flatMap(({ toolBindings }) => toolBindings.flatMap(({ variableNames }) => variableNames))),
  };
}

function distinct(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}
