import type {
  ScenarioStep as StepMessage,
  ToolBinding as ToolBindingMessage,
  StepTransition as TransitionMessage,
} from '../../../../gen/focal/orchestration/v1/scenario';
import type { ScenarioStep, StepTransition, ToolBinding } from '../../../core/model/scenario';
import { stepOutcomeKind, toolTiming, transitionTrigger } from './enums';

export function stepToProto(step: ScenarioStep): StepMessage {
  return {
    stepId: step.stepId,
    name: step.name,
    description: step.description,
    collectsProfileFields: step.collectsProfileFields.slice(),
    isCheckpoint: step.isCheckpoint,
    checkpointDescription: step.checkpointDescription,
    performsAction: step.performsAction,
    isRequiredAction: step.isRequiredAction,
    requiresConfirmation: step.requiresConfirmation,
    confirmsFields: step.confirmsFields.slice(),
    toolBindings: step.toolBindings.map(toolBindingToProto),
    toolIds: step.toolIds.slice(),
    templateIds: step.templateIds.slice(),
    canSkip: step.canSkip,
    isTerminal: step.isTerminal,
    reachableFromAnywhere: step.reachableFromAnywhere,
    priority: step.priority,
    maxLoopCount: step.maxLoopCount,
    blocksStarts: step.blocksStarts,
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
    isCheckpoint: message.isCheckpoint,
    checkpointDescription: message.checkpointDescription,
    performsAction: message.performsAction,
    isRequiredAction: message.isRequiredAction,
    requiresConfirmation: message.requiresConfirmation,
    confirmsFields: message.confirmsFields,
    toolBindings: message.toolBindings.map(toolBindingFromProto),
    toolIds: message.toolIds,
    templateIds: message.templateIds,
    canSkip: message.canSkip,
    isTerminal: message.isTerminal,
    reachableFromAnywhere: message.reachableFromAnywhere,
    priority: message.priority,
    maxLoopCount: message.maxLoopCount,
    blocksStarts: message.blocksStarts,
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
    outcomes: transition.outcomes.map((outcome) => stepOutcomeKind.toProto[outcome]),
    conditionText: transition.conditionText,
    conditionEmbedding: transition.conditionEmbedding.slice(),
    clears: transition.clears.slice(),
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
    outcomes: message.outcomes.map((outcome) => stepOutcomeKind.fromProto(outcome)),
    conditionText: message.conditionText,
    conditionEmbedding: message.conditionEmbedding,
    clears: message.clears,
    description: message.description,
  };
}

export function toolBindingToProto(binding: ToolBinding): ToolBindingMessage {
  return {
    toolId: binding.toolId,
    timing: toolTiming.toProto[binding.timing],
    variableNames: binding.variableNames.slice(),
    dependsOn: binding.dependsOn.slice(),
  };
}

/** The inverse of `toolBindingToProto`. A missing timing is DURING_STEP. */
export function toolBindingFromProto(message: ToolBindingMessage): ToolBinding {
  return {
    toolId: message.toolId,
    timing: toolTiming.fromProto(message.timing),
    variableNames: message.variableNames,
    dependsOn: message.dependsOn,
  };
}
