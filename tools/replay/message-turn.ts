import { ContributionType } from '../../gen/focal/orchestration/v1/contribution';
import { StepOutcomeKind } from '../../gen/focal/orchestration/v1/scenario';
import {
  CandidateVariable,
  ScenarioCandidate,
  ScenarioSignal,
  SignalAim,
  Situation,
  StepOutcome,
  Turn,
  TurnTrigger,
  VariableScope,
} from '../../gen/focal/orchestration/v1/turn';
import type { SignalInput, TurnInputs } from './dialogue-inputs';
import { scenarioUuid } from './replay-ids';
import type { SessionView } from './session-view';
import { HAS_LEFT, type TurnFacts, turnFacts } from './turn-facts';

/** The part of a turn that says what happened; ids and time are added when it is sent. */
export type TurnContent = Pick<Turn, 'trigger' | 'situation' | 'candidates' | 'stepOutcomes'>;

/** A customer's message as the services before this one would have read it. Uses the inputs of the turn only. */
export function messageTurn({ inputs }: TurnInputs, view: SessionView): TurnContent {
  const situation = Situation.fromPartial({
    canonicalIntentLabel: inputs.intent ?? '',
    signals: inputs.signals.flatMap((signal) => aimedSignals(signal, view)),
    facts: { ...turnFacts(inputs) },
    requestedFields: [...new Set(inputs.signals.flatMap((signal) => signal.requested_fields))],
    candidateVariables: [...givenValues(inputs), ...clearedValues(inputs)],
  });
  return {
    ...content(TurnTrigger.TURN_TRIGGER_MESSAGE, situation),
    candidates: inputs.candidates.map(({ scenario_id, score }) =>
      ScenarioCandidate.fromPartial({ scenarioId: scenarioUuid(scenario_id), score }),
    ),
    stepOutcomes: inputs.signals.flatMap((signal) => answer(signal, view)),
  };
}

/** The customer has left: the turn that ends a conversation after its last message. */
export function closingTurn(facts: TurnFacts = HAS_LEFT): TurnContent {
  return content(TurnTrigger.TURN_TRIGGER_MESSAGE, Situation.fromPartial({ facts: { ...facts } }));
}

/** A turn without a message: what became of tools. */
export function toolResultsTurn(stepOutcomes: readonly StepOutcome[]): TurnContent {
  return { ...content(TurnTrigger.TURN_TRIGGER_TOOL_RESULTS, undefined), stepOutcomes: [...stepOutcomes] };
}

function content(trigger: TurnTrigger, situation: Situation | undefined): TurnContent {
  const { candidates, stepOutcomes } = Turn.create();
  return { trigger, situation, candidates, stepOutcomes };
}

/**
 * The signal of one scenario. `exit` is CANCEL: a scenario that has done its work completes all the same (its completion
 * condition comes first, SEMANTICS 2.3), one that has not is given up. So does one that the customer starts anew.
 */
function aimedSignals(input: SignalInput, view: SessionView): SignalAim[] {
  const scenarioIds = [scenarioUuid(input.scenario_id)];
  const aim = (signal: ScenarioSignal): SignalAim => SignalAim.fromPartial({ signal, scenarioIds });
  switch (input.signal) {
    case 'start': {
      const restarts = scenarioIds.some((id) => view.has(id));
      const start = aim(ScenarioSignal.SCENARIO_SIGNAL_START);
      return restarts ? [aim(ScenarioSignal.SCENARIO_SIGNAL_CANCEL), start] : [start];
    }
    case 'continue':
      return [aim(ScenarioSignal.SCENARIO_SIGNAL_CONTINUE)];
    case 'pause':
      return [aim(ScenarioSignal.SCENARIO_SIGNAL_PAUSE)];
    case 'cancel':
    case 'exit':
      return [aim(ScenarioSignal.SCENARIO_SIGNAL_CANCEL)];
    case 'none':
      return [];
    default:
      return input.signal satisfies never;
  }
}

/**
 * The yes or no to a CONFIRM, as the outcome of its step and visit. A yes to what a scenario told is a fact only; one to a
 * question for values (the words are found in the text without regard to the question) answers nothing.
 */
function answer({ scenario_id, signal, confirmation }: SignalInput, view: SessionView): StepOutcome[] {
  const instance = view.get(scenarioUuid(scenario_id));
  const said = instance?.said;
  if (confirmation === null || signal === 'cancel' || instance === undefined || said === undefined) return [];
  if (said.stepId !== instance.stepId || said.type !== ContributionType.CONTRIBUTION_TYPE_CONFIRM) return [];
  return [
    StepOutcome.fromPartial({
      instanceId: instance.instanceId,
      stepId: said.stepId,
      actionKey: said.actionKey,
      kind:
        confirmation === 'yes'
          ? StepOutcomeKind.STEP_OUTCOME_KIND_CONFIRMED
          : StepOutcomeKind.STEP_OUTCOME_KIND_DECLINED,
    }),
  ];
}

/** SESSION: a search that is over must not take along the values that the booking after it needs. */
function givenValues(inputs: TurnInputs['inputs']): CandidateVariable[] {
  return inputs.facts.map(({ field_id, value }) => variable(field_id, value));
}

function clearedValues(inputs: TurnInputs['inputs']): CandidateVariable[] {
  return inputs.facts_cleared.map((field) => variable(field, null));
}

function variable(name: string, value: string | null): CandidateVariable {
  return CandidateVariable.fromPartial({ name, value, scope: VariableScope.VARIABLE_SCOPE_SESSION });
}
