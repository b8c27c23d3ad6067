import type {
  StepCall as StepCallMessage,
  ScenarioStep as StepMessage,
  ToolBinding as ToolBindingMessage,
  StepTransition as TransitionMessage,
} from '../../../../gen/focal/orchestration/v1/scenario';
import type { ScenarioStep, StepCall, StepTransition, ToolBinding } from '../../../core/model/scenario';
import { ending, speakMode, toolEffect, toolTiming, transitionTrigger, visitOutcome } from './enums';
import { durationFromProto, durationToProto } from './time';

/** Number of reminders of a step that sets none (section 14). */
const defaultMaxReminders = 1;

export function stepToProto(step: ScenarioStep): StepMessage {
  return {
    stepId: step.stepId,
    name: step.name,
    description: step.description,
    collectsProfileFields: step.collectsProfileFields.slice(),
    optionalFields: step.optionalFields.slice(),
    calls: step.calls && stepCallToProto(step.calls),
    isCheckpoint: step.isCheckpoint,
    checkpointDescription: step.checkpointDescription,
    performsAction: step.performsAction,
    isRequiredAction: step.isRequiredAction,
    requiresConfirmation: step.requiresConfirmation,
    confirmsFields: step.confirmsFields.slice(),
    confirmsNothing: step.confirmsNothing,
    toolBindings: step.toolBindings.map(toolBindingToProto),
    toolIds: step.toolIds.slice(),
    templateIds: step.templateIds.slice(),
    speak: speakMode.nonDefaultToProto(step.speak),
    canSkip: step.canSkip,
    isTerminal: step.isTerminal,
    ending: ending.nonDefaultToProto(step.ending),
    reachableFromAnywhere: step.reachableFromAnywhere,
    isRecovery: step.isRecovery,
    priority: step.priority,
    maxLoopCount: step.maxLoopCount,
    maxAttempts: step.maxAttempts,
    blocksStarts: step.blocksStarts,
    remindAfter: durationToProto(step.remindAfterMs),
    maxReminders: step.maxReminders === defaultMaxReminders ? undefined : step.maxReminders,
    transitions: step.transitions.map(stepTransitionToProto),
  };
}

/** The inverse of `stepToProto`. A missing name stays "": the compiled scenario uses the step id instead. */
export function stepFromProto(message: StepMessage): ScenarioStep {
  return {
    stepId: message.stepId,
    name: message.name,
    description: message.description,
    collectsProfileFields: message.collectsProfileFields,
    optionalFields: message.optionalFields,
    calls: message.calls && stepCallFromProto(message.calls),
    isCheckpoint: message.isCheckpoint,
    checkpointDescription: message.checkpointDescription,
    performsAction: message.performsAction,
    isRequiredAction: message.isRequiredAction,
    requiresConfirmation: message.requiresConfirmation,
    confirmsFields: message.confirmsFields,
    confirmsNothing: message.confirmsNothing,
    toolBindings: message.toolBindings.map(toolBindingFromProto),
    toolIds: message.toolIds,
    templateIds: message.templateIds,
    speak: speakMode.fromProto(message.speak),
    canSkip: message.canSkip,
    isTerminal: message.isTerminal,
    ending: ending.fromProto(message.ending),
    reachableFromAnywhere: message.reachableFromAnywhere,
    isRecovery: message.isRecovery,
    priority: message.priority,
    maxLoopCount: message.maxLoopCount,
    maxAttempts: message.maxAttempts,
    blocksStarts: message.blocksStarts,
    remindAfterMs: durationFromProto(message.remindAfter),
    maxReminders: message.maxReminders ?? defaultMaxReminders,
    transitions: message.transitions.map(stepTransitionFromProto),
  };
}

/** Converts a transition. The contract encodes the numbers of the embedding with 32 bits. */
export function stepTransitionToProto(transition: StepTransition): TransitionMessage {
  return {
    transitionId: transition.transitionId,
    targetStepId: transition.targetStepId,
    priority: transition.priority,
    trigger: transitionTrigger.toProto[transition.trigger],
    intentLabel: transition.intentLabel,
    condition: transition.condition,
    conditionFields: transition.conditionFields.slice(),
    outcomes: transition.outcomes.map((outcome) => visitOutcome.toProto[outcome]),
    conditionText: transition.conditionText,
    conditionEmbedding: transition.conditionEmbedding.slice(),
    clears: transition.clears.slice(),
    returns: transition.returns,
    after: durationToProto(transition.afterMs),
    description: transition.description,
  };
}

/** The inverse of `stepTransitionToProto`. A missing trigger is ON_COMPLETION. */
export function stepTransitionFromProto(message: TransitionMessage): StepTransition {
  return {
    transitionId: message.transitionId,
    targetStepId: message.targetStepId,
    priority: message.priority,
    trigger: transitionTrigger.fromProto(message.trigger),
    intentLabel: message.intentLabel,
    condition: message.condition,
    conditionFields: message.conditionFields,
    outcomes: message.outcomes.map((outcome) => visitOutcome.fromProto(outcome)),
    conditionText: message.conditionText,
    conditionEmbedding: message.conditionEmbedding,
    clears: message.clears,
    returns: message.returns,
    afterMs: durationFromProto(message.after),
    description: message.description,
  };
}

function stepCallToProto({ scenarioId, reuseCompleted, returns }: StepCall): StepCallMessage {
  return { scenarioId, reuseCompleted, returns: returns.slice() };
}

function stepCallFromProto({ scenarioId, reuseCompleted, returns }: StepCallMessage): StepCall {
  return { scenarioId, reuseCompleted, returns };
}

function toolBindingToProto(binding: ToolBinding): ToolBindingMessage {
  return {
    toolId: binding.toolId,
    timing: toolTiming.toProto[binding.timing],
    variableNames: binding.variableNames.slice(),
    dependsOn: binding.dependsOn.slice(),
    effect: toolEffect.optionalToProto(binding.effect),
  };
}

/** The inverse of `toolBindingToProto`. A missing timing is DURING_STEP. */
function toolBindingFromProto(message: ToolBindingMessage): ToolBinding {
  return {
    toolId: message.toolId,
    timing: toolTiming.fromProto(message.timing),
    variableNames: message.variableNames,
    dependsOn: message.dependsOn,
    effect: toolEffect.optionalFromProto(message.effect),
  };
}
