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

/** The tenant and agent of all sessions. */
export const agent = {
  tenantId: '5f0c5b7e-7a43-4a0e-9d52-0a1f6f0c1d01',
  agentId: '5f0c5b7e-7a43-4a0e-9d52-0a1f6f0c1d02',
} as const;

const instanceIdGenerator = new UuidV5InstanceIdGenerator();
const conversationStart = Date.UTC(2026, 0, 5, 9);
const maxPauseMs = 120_000;

export interface NewTurn {
  readonly turnId: string;
  /** Encoded ProcessTurnRequest. */
  readonly request: Uint8Array;
}

/** The ids and names of the scenarios that a turn can refer to. */
interface Vocabulary {
  readonly scenarioIds: readonly string[];
  readonly fields: readonly string[];
  readonly intents: readonly string[];
  readonly results: readonly string[];
}

/**
 * Creates random turns of one session. They start, pause and cancel scenarios, give and correct values, confirm, decline and report
 * results. Each turn is valid in every state of the session, so the turns may be applied in any order.
 */
export class RandomTurns {
  private readonly vocabulary: Vocabulary;
  private readonly instanceIds: string[] = [];
  private occurredAt = conversationStart;

  constructor(
    readonly sessionId: string,
    scenarios: readonly Scenario[],
    private readonly random: SeededRandom,
  ) {
    this.vocabulary = collectVocabulary(scenarios);
  }

  next(): NewTurn {
    const turnId = this.random.nextUuid();
    const trigger = this.pickTrigger();
    this.occurredAt += this.random.nextInt(maxPauseMs);
    const turn = Turn.fromPartial({
      ...agent,
      sessionId: this.sessionId,
      turnId,
      occurredAt: new Date(this.occurredAt),
      trigger,
      customerData: { customer_id: 'C-2041', open_balance: 12.5 },
      stepOutcomes: this.createUpToTwo(trigger === TurnTrigger.TURN_TRIGGER_MESSAGE ? 0.3 : 0.9, () =>
        this.createOutcome(),
      ),
      ...(trigger === TurnTrigger.TURN_TRIGGER_MESSAGE && {
        situation: this.createSituation(),
        candidates: this.createUpToTwo(0.4, () => this.createCandidate(turnId)),
      }),
    });
    return { turnId, request: ProcessTurnRequest.encode(ProcessTurnRequest.fromPartial({ turn })).finish() };
  }

  private pickTrigger(): TurnTrigger {
    if (this.random.nextBoolean(0.75)) return TurnTrigger.TURN_TRIGGER_MESSAGE;
    return this.random.nextBoolean(0.8) ? TurnTrigger.TURN_TRIGGER_TOOL_RESULTS : TurnTrigger.TURN_TRIGGER_TIMER;
  }

  private createSituation(): Situation {
    return Situation.fromPartial({
      message: 'What the customer wrote. '.repeat(1 + this.random.nextInt(12)),
      language: 'en',
      canonicalIntentLabel: this.random.nextBoolean(0.3) ? this.random.pick(this.vocabulary.intents) : 'inform',
      canonicalIntentScore: this.random.next(),
      signals: this.createUpToTwo(0.08, () => this.createSignal()),
      candidateVariables: this.createUpToTwo(0.6, () => this.createVariable()),
    });
  }

  private createUpToTwo<T>(probability: number, create: () => T): T[] {
    const elements: T[] = [];
    while (elements.length < 2 && this.random.nextBoolean(probability)) elements.push(create());
    return elements;
  }

  private createCandidate(turnId: string): ScenarioCandidate {
    const scenarioId = this.random.pick(this.vocabulary.scenarioIds);
    this.instanceIds.push(instanceIdGenerator.generateInstanceId(this.sessionId, turnId, scenarioId)); // The instance exists only if the scenario starts.
    return ScenarioCandidate.fromPartial({ scenarioId, score: 0.3 + 0.7 * this.random.next(), reasoning: 'chaos' });
  }

  private createVariable(): CandidateVariable {
    const value = this.random.nextBoolean(0.1) ? null : `value ${this.random.nextInt(3)}`;
    return CandidateVariable.fromPartial({ name: this.random.pick(this.vocabulary.fields), value });
  }

  private createSignal(): SignalAim {
    const signals = [
      ScenarioSignal.SCENARIO_SIGNAL_START,
      ScenarioSignal.SCENARIO_SIGNAL_CONTINUE,
      ScenarioSignal.SCENARIO_SIGNAL_PAUSE,
      ScenarioSignal.SCENARIO_SIGNAL_CANCEL,
    ];
    const scenarioIds = this.random.nextBoolean(0.5) ? [this.random.pick(this.vocabulary.scenarioIds)] : [];
    return SignalAim.fromPartial({ signal: this.random.pick(signals), scenarioIds });
  }

  /** Creates an outcome for the instance in focus, or for an instance that an earlier turn may have started. */
  private createOutcome(): StepOutcome {
    const kinds = [
      StepOutcomeKind.STEP_OUTCOME_KIND_CONFIRMED,
      StepOutcomeKind.STEP_OUTCOME_KIND_CONFIRMED,
      StepOutcomeKind.STEP_OUTCOME_KIND_ACTION_SUCCEEDED,
      StepOutcomeKind.STEP_OUTCOME_KIND_ACTION_SUCCEEDED,
      StepOutcomeKind.STEP_OUTCOME_KIND_DECLINED,
      StepOutcomeKind.STEP_OUTCOME_KIND_ACTION_FAILED,
    ];
    const hasInstance = this.instanceIds.length > 0 && this.random.nextBoolean(0.4);
    return StepOutcome.fromPartial({
      instanceId: hasInstance ? this.random.pick(this.instanceIds) : '',
      kind: this.random.pick(kinds),
      results: { [this.random.pick(this.vocabulary.results)]: this.random.nextInt(100) },
    });
  }
}

function collectVocabulary(scenarios: readonly Scenario[]): Vocabulary {
  const steps = scenarios.flatMap((scenario) => scenario.steps);
  const transitions = [
    ...steps,
    ...scenarios.map(({ globalTransitions }) => ({ transitions: globalTransitions })),
  ].flatMap((owner) => owner.transitions);
  return {
    scenarioIds: scenarios.map(({ scenarioId }) => scenarioId),
    fields: removeDuplicates(steps.flatMap(({ collectsProfileFields }) => collectsProfileFields)),
    intents: removeDuplicates(transitions.map(({ intentLabel }) => intentLabel).filter((label) => label !== '')),
    results: removeDuplicates(
      steps.flatMap(({ toolBindings }) => toolBindings.flatMap(({ variableNames }) => variableNames)),
    ),
  };
}

function removeDuplicates(names: readonly string[]): readonly string[] {
  return [...new Set(names)];
}
