import type {
  ScenarioFinding as FindingMessage,
  Relationship as RelationshipMessage,
  RequiredField as RequiredFieldMessage,
  Scenario as ScenarioMessage,
  StoredScenario as StoredScenarioMessage,
} from '../../../../gen/focal/orchestration/v1/scenario';
import type { Relationship, RequiredField, Scenario, StoredScenario } from '../../../core/model/scenario';
import type { ScenarioFinding } from '../../../core/scenario/scenario-finding';
import {
  findingSeverity,
  idleAction,
  migrationPolicy,
  relationshipKind,
  relationshipSource,
  requirementLevel,
  resumeMode,
  whenDisplaced,
  whenNotAddressed,
} from './enums';
import { createInvalidFieldError } from './invalid-field-error';
import { mapFromProto, mapToProto } from './map-field';
import { stepFromProto, stepToProto, stepTransitionFromProto, stepTransitionToProto } from './step-codec';
import { durationFromProto, durationToProto, timeFromProto, timeToProto } from './time';

export function scenarioToProto(scenario: Scenario): ScenarioMessage {
  return {
    scenarioId: scenario.scenarioId,
    name: scenario.name,
    description: scenario.description,
    triggerDescription: scenario.triggerDescription,
    tags: scenario.tags.slice(),
    enabled: scenario.enabled,
    priority: scenario.priority,
    entryStepId: scenario.entryStepId,
    steps: scenario.steps.map(stepToProto),
    globalTransitions: scenario.globalTransitions.map(stepTransitionToProto),
    requiredFields: scenario.requiredFields.map(requiredFieldToProto),
    persistedFields: scenario.persistedFields.slice(),
    localFields: scenario.localFields.slice(),
    entryCondition: scenario.entryCondition,
    completionCondition: scenario.completionCondition,
    cancelCondition: scenario.cancelCondition,
    exclusive: scenario.exclusive,
    maxLoopCount: scenario.maxLoopCount,
    maxAttempts: scenario.maxAttempts,
    restartThreshold: scenario.restartThreshold,
    askBeforeStart: scenario.askBeforeStart,
    maxStartsPerSession: scenario.maxStartsPerSession,
    idleTimeout: durationToProto(scenario.idleTimeoutMs),
    idleAction: idleAction.toProto[scenario.idleAction],
    whenNotAddressed: whenNotAddressed.toProto[scenario.whenNotAddressed],
    whenDisplaced: whenDisplaced.nonDefaultToProto(scenario.whenDisplaced),
    resume: resumeMode.nonDefaultToProto(scenario.resume),
    migrationPolicy: migrationPolicy.toProto[scenario.migrationPolicy],
    migrationStepMap: mapToProto(scenario.migrationStepMap, 'migration_step_map'),
  };
}

/** The inverse of `scenarioToProto`. Fields that the author omitted get the defaults that the contract documents. */
export function scenarioFromProto(message: ScenarioMessage): Scenario {
  return {
    scenarioId: message.scenarioId,
    name: message.name,
    description: message.description,
    triggerDescription: message.triggerDescription,
    tags: message.tags,
    enabled: message.enabled ?? true,
    priority: message.priority,
    entryStepId: message.entryStepId,
    steps: message.steps.map(stepFromProto),
    globalTransitions: message.globalTransitions.map(stepTransitionFromProto),
    requiredFields: message.requiredFields.map(requiredFieldFromProto),
    persistedFields: message.persistedFields,
    localFields: message.localFields,
    entryCondition: message.entryCondition,
    completionCondition: message.completionCondition,
    cancelCondition: message.cancelCondition,
    exclusive: message.exclusive,
    maxLoopCount: message.maxLoopCount,
    maxAttempts: message.maxAttempts,
    restartThreshold: message.restartThreshold,
    askBeforeStart: message.askBeforeStart,
    maxStartsPerSession: message.maxStartsPerSession,
    idleTimeoutMs: durationFromProto(message.idleTimeout),
    idleAction: idleAction.fromProto(message.idleAction),
    whenNotAddressed: whenNotAddressed.fromProto(message.whenNotAddressed),
    whenDisplaced: whenDisplaced.fromProto(message.whenDisplaced),
    resume: resumeMode.fromProto(message.resume),
    migrationPolicy: migrationPolicy.fromProto(message.migrationPolicy),
    migrationStepMap: mapFromProto(message.migrationStepMap),
  };
}

export function storedScenarioToProto(stored: StoredScenario): StoredScenarioMessage {
  return {
    scenario: scenarioToProto(stored.scenario),
    version: stored.version,
    contentHash: stored.contentHash,
    storedAt: timeToProto(stored.storedAt),
  };
}

/** The inverse of `storedScenarioToProto`. Throws INVALID_REQUEST if the scenario is missing. */
export function storedScenarioFromProto(message: StoredScenarioMessage): StoredScenario {
  if (message.scenario === undefined) throw createInvalidFieldError('scenario', 'is required');
  return {
    scenario: scenarioFromProto(message.scenario),
    version: message.version,
    contentHash: message.contentHash,
    storedAt: timeFromProto(message.storedAt),
  };
}

export function relationshipToProto(relationship: Relationship): RelationshipMessage {
  return {
    kind: relationshipKind.toProto[relationship.kind],
    sourceType: relationshipSource.toProto[relationship.sourceType],
    sourceId: relationship.sourceId,
    targetScenarioId: relationship.targetScenarioId,
    weight: relationship.weight,
    startDependency: relationship.startDependency,
  };
}

/** The inverse of `relationshipToProto`. A missing source type is SCENARIO. Throws INVALID_REQUEST if the kind is missing. */
export function relationshipFromProto(message: RelationshipMessage): Relationship {
  return {
    kind: relationshipKind.fromProto(message.kind),
    sourceType: relationshipSource.fromProto(message.sourceType),
    sourceId: message.sourceId,
    targetScenarioId: message.targetScenarioId,
    weight: message.weight,
    startDependency: message.startDependency,
  };
}

export function findingToProto(finding: ScenarioFinding): FindingMessage {
  return {
    severity: findingSeverity.toProto[finding.severity],
    code: finding.code,
    message: finding.message,
    fieldPath: finding.fieldPath,
    stepId: finding.stepId,
    transitionId: finding.transitionId,
    line: finding.line,
    column: finding.column,
  };
}

function requiredFieldToProto(field: RequiredField): RequiredFieldMessage {
  return {
    fieldName: field.fieldName,
    level: requirementLevel.toProto[field.level],
    description: field.description,
  };
}

function requiredFieldFromProto(message: RequiredFieldMessage): RequiredField {
  return {
    fieldName: message.fieldName,
    level: requirementLevel.fromProto(message.level),
    description: message.description,
  };
}
