import type { Draft } from './draft';
import type { ScenarioInstance } from './session';
import type { StepVisit } from './visit';

/**
 * Copies an instance, to set some properties of the copy. It lists every property, so that all instances have one hidden class in V8: every
 * spread would add another one (ADR 0007).
 */
export function copyInstance(instance: ScenarioInstance): Draft<ScenarioInstance> {
  return {
    instanceId: instance.instanceId,
    scenarioId: instance.scenarioId,
    scenarioVersion: instance.scenarioVersion,
    status: instance.status,
    startNumber: instance.startNumber,
    startedAt: instance.startedAt,
    lastActiveAt: instance.lastActiveAt,
    activeSince: instance.activeSince,
    pausedAt: instance.pausedAt,
    pauseReason: instance.pauseReason,
    pausedAtTurnCount: instance.pausedAtTurnCount,
    resumePolicy: instance.resumePolicy,
    isResumeOffered: instance.isResumeOffered,
    displacedByInstanceIds: instance.displacedByInstanceIds,
    currentStepId: instance.currentStepId,
    visit: instance.visit,
    requests: instance.requests,
    route: instance.route,
    path: instance.path,
    irreversibleDone: instance.irreversibleDone,
    stepsBeforeCheckpoint: instance.stepsBeforeCheckpoint,
    leftSteps: instance.leftSteps,
    loopCounts: instance.loopCounts,
    attempts: instance.attempts,
    attemptsTotal: instance.attemptsTotal,
    lastVisitNumber: instance.lastVisitNumber,
    lastPathSequence: instance.lastPathSequence,
    variables: instance.variables,
    variableTimes: instance.variableTimes,
    settledFields: instance.settledFields,
    heldValues: instance.heldValues,
    pendingCorrections: instance.pendingCorrections,
    relocalizationCount: instance.relocalizationCount,
    globalTransitionGuards: instance.globalTransitionGuards,
    call: instance.call,
    leadInTemplateIds: instance.leadInTemplateIds,
    lastPlan: instance.lastPlan,
    deferredBehindScenarioId: instance.deferredBehindScenarioId,
    waitsFor: instance.waitsFor,
  };
}

/** Returns an instance with some properties replaced. On frequent paths, `copyInstance` is faster. */
export function changeInstance(instance: ScenarioInstance, changes: Partial<ScenarioInstance>): ScenarioInstance {
  return Object.assign(copyInstance(instance), changes);
}

/** Copies a visit, to set some properties of the copy; see `copyInstance`. */
export function copyVisit(visit: StepVisit): Draft<StepVisit> {
  return {
    number: visit.number,
    enteredRevision: visit.enteredRevision,
    openedAt: visit.openedAt,
    outcome: visit.outcome,
    informedRevision: visit.informedRevision,
    wasAskedBefore: visit.wasAskedBefore,
    mustAsk: visit.mustAsk,
    supersededKeys: visit.supersededKeys,
    returnTo: visit.returnTo,
  };
}

/** Returns a visit with some properties replaced; see `changeInstance`. */
export function changeVisit(visit: StepVisit, changes: Partial<StepVisit>): StepVisit {
  return Object.assign(copyVisit(visit), changes);
}
