import type { ScenarioInstance } from './session';
import type { StepVisit } from './visit';

/**
 * Returns an instance with some properties replaced. The copy lists every property, so that all instances have one hidden class in V8: every
 * spread would add another one (ADR 0007).
 */
export function changeInstance(instance: ScenarioInstance, changes: Partial<ScenarioInstance>): ScenarioInstance {
  const copy: ScenarioInstance = {
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
  return Object.assign(copy, changes);
}

/** Returns a visit with some properties replaced; see `changeInstance`. */
export function changeVisit(visit: StepVisit, changes: Partial<StepVisit>): StepVisit {
  const copy: StepVisit = {
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
  return Object.assign(copy, changes);
}
