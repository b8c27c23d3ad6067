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
import { isRefusal, type SignalInput, type TurnInputs } from './dialogue-inputs';
import { toScenarioId } from './replay-ids';
import type { SessionView } from './session-view';

/** The content of a turn. Ids and time are added when it is sent. */
export type TurnContent = Pick<Turn, 'trigger' | 'situation' | 'candidates' | 'stepOutcomes' | 'sessionVariables'>;

/** Converts a message of the customer to a turn, as the upstream services would. Reads only the inputs of the turn. */
export function toMessageTurn({ inputs }: TurnInputs, view: SessionView): TurnContent {
  const situation = Situation.fromPartial({
    canonicalIntentLabel: inputs.intent ?? '',
    signals: [...inputs.signals.flatMap((signal) => toSignals(signal, view)), ...toImplicitPauses(inputs, view)],
    facts: { ...toTurnFacts(inputs) },
    requestedFields: [...new Set(inputs.signals.flatMap((signal) => signal.requested_fields))],
    candidateVariables: [...toGivenValues(inputs), ...toClearedValues(inputs)],
  });
  return {
    ...createContent(TurnTrigger.TURN_TRIGGER_MESSAGE, situation),
    candidates: inputs.candidates.map(({ scenario_id, score }) =>
      ScenarioCandidate.fromPartial({ scenarioId: toScenarioId(scenario_id), score }),
    ),
    stepOutcomes: [
      ...inputs.signals.flatMap((signal) => toConfirmationOutcomes(signal, view)),
      ...toRefusalOutcomes(inputs, view),
    ],
  };
}

/** Creates the turn after the last message, which ends the conversation. */
export function buildClosingTurn(facts: TurnFacts = customerLeftFacts): TurnContent {
  return createContent(TurnTrigger.TURN_TRIGGER_MESSAGE, Situation.fromPartial({ facts: { ...facts } }));
}

/** Creates a turn without a message, for the results of tools. `sessionVariables` reports the runs that the plan did not ask for. */
export function toToolResultsTurn(
  stepOutcomes: readonly StepOutcome[],
  sessionVariables: Turn['sessionVariables'] = {},
): TurnContent {
  return {
    ...createContent(TurnTrigger.TURN_TRIGGER_TOOL_RESULTS, undefined),
    sessionVariables,
    stepOutcomes: [...stepOutcomes],
  };
}

function createContent(trigger: TurnTrigger, situation: Situation | undefined): TurnContent {
  const { candidates, stepOutcomes, sessionVariables } = Turn.create();
  return { trigger, situation, candidates, stepOutcomes, sessionVariables };
}

/**
 * Converts the content of a message to the signals for one scenario. `exit` becomes CANCEL. A scenario that is done completes nevertheless,
 * because its completion condition is evaluated first (SEMANTICS 2.3). `start` cancels a running instance first.
 */
function toSignals(input: SignalInput, view: SessionView): SignalAim[] {
  const scenarioIds = [toScenarioId(input.scenario_id)];
  const toAim = (signal: ScenarioSignal): SignalAim => SignalAim.fromPartial({ signal, scenarioIds });
  switch (input.signal) {
    case 'start': {
      const isRestart = scenarioIds.some((id) => view.has(id));
      const start = toAim(ScenarioSignal.SCENARIO_SIGNAL_START);
      return isRestart ? [toAim(ScenarioSignal.SCENARIO_SIGNAL_CANCEL), start] : [start];
    }
    case 'continue':
      return [toAim(ScenarioSignal.SCENARIO_SIGNAL_CONTINUE)];
    case 'pause':
      return [toAim(ScenarioSignal.SCENARIO_SIGNAL_PAUSE)];
    case 'cancel':
    case 'exit':
      return [toAim(ScenarioSignal.SCENARIO_SIGNAL_CANCEL)];
    case 'none':
      return [];
    default:
      return input.signal satisfies never;
  }
}

/**
 * A message that starts or continues a scenario pauses the running scenarios without a signal, because the customer has turned away from
 * them. The message may still contain a value that they collect.
 */
function toImplicitPauses({ signals }: TurnInputs['inputs'], view: SessionView): SignalAim[] {
  if (!signals.some(({ signal }) => signal === 'start' || signal === 'continue')) return [];
  const concerned = new Set(signals.map(({ scenario_id }) => toScenarioId(scenario_id)));
  const scenarioIds = [...view.keys()].filter((id) => !concerned.has(id));
  if (scenarioIds.length === 0) return [];
  return [SignalAim.fromPartial({ signal: ScenarioSignal.SCENARIO_SIGNAL_PAUSE, scenarioIds })];
}

/**
 * Converts the yes or no to a CONFIRM to an outcome of its step and visit. A yes or no to an INFORM is only a fact. A yes or no to an ASK
 * is ignored, because the data marks these words regardless of the question.
 */
function toConfirmationOutcomes({ scenario_id, signal, confirmation }: SignalInput, view: SessionView): StepOutcome[] {
  const instance = view.get(toScenarioId(scenario_id));
  const contribution = instance?.lastContribution;
  if (confirmation === null || signal === 'cancel' || instance === undefined || contribution === undefined) return [];
  const isConfirm = contribution.type === ContributionType.CONTRIBUTION_TYPE_CONFIRM;
  if (contribution.stepId !== instance.stepId || !isConfirm) return [];
  return [
    StepOutcome.fromPartial({
      instanceId: instance.instanceId,
      stepId: contribution.stepId,
      actionKey: contribution.actionKey,
      kind:
        confirmation === 'yes'
          ? StepOutcomeKind.STEP_OUTCOME_KIND_CONFIRMED
          : StepOutcomeKind.STEP_OUTCOME_KIND_DECLINED,
    }),
  ];
}

/**
 * Converts the refusal to give an asked value to an outcome of the step that asks. The refusal of a value that is not asked is only marked in
 * the variable.
 */
function toRefusalOutcomes({ facts }: TurnInputs['inputs'], view: SessionView): StepOutcome[] {
  const refusedFields = new Set(facts.filter(({ value }) => isRefusal(value)).map(({ field_id }) => field_id));
  return [...view.values()].flatMap(({ instanceId, stepId, lastContribution }) => {
    const isAsked =
      lastContribution?.type === ContributionType.CONTRIBUTION_TYPE_ASK &&
      lastContribution.stepId === stepId &&
      lastContribution.fieldsToAsk.some((field) => refusedFields.has(field));
    if (!isAsked) return [];
    return [StepOutcome.fromPartial({ instanceId, stepId, kind: StepOutcomeKind.STEP_OUTCOME_KIND_DECLINED })];
  });
}

/** The customer does not have the value of a field. */
const refused = { declined: true };

function toGivenValues(inputs: TurnInputs['inputs']): CandidateVariable[] {
  return inputs.facts.map(({ field_id, value }) => toVariable(field_id, isRefusal(value) ? refused : { value }));
}

function toClearedValues(inputs: TurnInputs['inputs']): CandidateVariable[] {
  return inputs.facts_cleared.map((field) => toVariable(field, { value: null }));
}

/** Uses the scope SESSION, because a booking needs the values of the search before it. */
function toVariable(name: string, content: Pick<Partial<CandidateVariable>, 'value' | 'declined'>): CandidateVariable {
  return CandidateVariable.fromPartial({ name, ...content, scope: VariableScope.VARIABLE_SCOPE_SESSION });
}

/**
 * The facts of a message about scenarios, in addition to the signals. Conditions read them as `facts` (SEMANTICS section 6). The lists
 * contain scenario ids of the data.
 */
export interface TurnFacts {
  /** Whether the conversation ends with this message. */
  readonly ending: boolean;
  /** Scenarios that the customer leaves. */
  readonly left: readonly string[];
  /** Scenarios that the customer starts. */
  readonly started: readonly string[];
  /** Scenarios that the customer starts or continues. */
  readonly turned_to: readonly string[];
  /** Scenarios in which the customer selects an offer. */
  readonly selected: readonly string[];
  /** Scenarios in which the customer wants another offer. */
  readonly alternatives: readonly string[];
  /** Scenarios in which the customer says yes to a confirmation. */
  readonly accepted: readonly string[];
  /** Scenarios in which the customer says no to a confirmation. */
  readonly refused: readonly string[];
}

function toTurnFacts({ signals, session_signal }: TurnInputs['inputs']): TurnFacts {
  const filterIds = (matches: (input: SignalInput) => boolean): string[] =>
    signals.filter(matches).map(({ scenario_id }) => scenario_id);
  return {
    ending: session_signal === 'exit',
    left: filterIds(({ signal }) => signal === 'exit'),
    started: filterIds(({ signal }) => signal === 'start'),
    turned_to: filterIds(({ signal }) => signal === 'start' || signal === 'continue'),
    selected: filterIds(({ selected_offer }) => selected_offer),
    alternatives: filterIds(({ wants_alternatives }) => wants_alternatives),
    accepted: filterIds(({ confirmation }) => confirmation === 'yes'),
    refused: filterIds(({ confirmation }) => confirmation === 'no'),
  };
}

/** The facts of a customer who has left. */
const customerLeftFacts: TurnFacts = {
  ending: true,
  left: [],
  started: [],
  turned_to: [],
  selected: [],
  alternatives: [],
  accepted: [],
  refused: [],
};
