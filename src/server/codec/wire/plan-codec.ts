import type {
  AbandonedScenario as AbandonedMessage,
  ScenarioContributionPlan as PlanMessage,
} from '../../../../gen/focal/orchestration/v1/contribution';
import type { AbandonedScenario, ContributionPlan } from '../../../core/model/contribution';
import { contributionFromProto, contributionToProto } from './contribution-codec';

/** What all instances want to add to the reply as the contract has it. */
export function planToProto(plan: ContributionPlan): PlanMessage {
  return {
    contributions: plan.contributions.map(contributionToProto),
    primaryScenarioId: plan.primaryScenarioId,
    activeScenarioIds: plan.activeScenarioIds.slice(),
    hasAsks: plan.hasAsks,
    hasConfirms: plan.hasConfirms,
    hasActionHints: plan.hasActionHints,
    hasInforms: plan.hasInforms,
    abandoned: plan.abandoned.map(abandonedToProto),
  };
}

/** The inverse of `planToProto`. */
export function planFromProto(message: PlanMessage): ContributionPlan {
  return {
    contributions: message.contributions.map(contributionFromProto),
    primaryScenarioId: message.primaryScenarioId,
    activeScenarioIds: message.activeScenarioIds,
    hasAsks: message.hasAsks,
    hasConfirms: message.hasConfirms,
    hasActionHints: message.hasActionHints,
    hasInforms: message.hasInforms,
    abandoned: message.abandoned,
  };
}

function abandonedToProto(abandoned: AbandonedScenario): AbandonedMessage {
  return {
    scenarioId: abandoned.scenarioId,
    scenarioName: abandoned.scenarioName,
    instanceId: abandoned.instanceId,
    stepId: abandoned.stepId,
    stepName: abandoned.stepName,
    missingFields: abandoned.missingFields.slice(),
    pausedTurns: abandoned.pausedTurns,
  };
}
