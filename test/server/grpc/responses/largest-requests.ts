import { FieldDefinitions } from '../../../../gen/focal/orchestration/v1/field';
import { PhaseInput, ProcessTurnRequest } from '../../../../gen/focal/orchestration/v1/orchestrator_service';
import { Relationship, Scenario } from '../../../../gen/focal/orchestration/v1/scenario';
import { ImportSessionRequest } from '../../../../gen/focal/orchestration/v1/session_service';
import { uuid } from '../../../support/session-builder';

// Requests whose size is a parameter, up to more than the service accepts.

export const agent = { tenantId: uuid(1), agentId: uuid(2) };
export const scenarioId = uuid(50);

const aText = (length: number): string => 'x'.repeat(Math.max(length, 0));

/** A turn whose response repeats a text of the request: the results of an outcome that answers no request are returned (0.6). */
export function anEcho(sessionId: string, turnId: string, length: number): ProcessTurnRequest {
  const stepOutcomes = [{ kind: 3, actionKey: 'unknown', results: { text: aText(length) } }];
  return ProcessTurnRequest.fromPartial({ turn: { ...agent, sessionId, turnId, stepOutcomes } });
}

/** A turn that stores a variable of the session. */
export function aVariable(sessionId: string, turnId: string, length: number): ProcessTurnRequest {
  const sessionVariables = { text: aText(length) };
  return ProcessTurnRequest.fromPartial({ turn: { ...agent, sessionId, turnId, sessionVariables } });
}

/** A record of the older format with one long variable. */
export function anImport(sessionId: string, length: number): ImportSessionRequest {
  return ImportSessionRequest.fromPartial({ ...agent, sessionId, variables: { text: aText(length) } });
}

/** Maximum characters of a description. */
const descriptionLength = 4_000;

/** A valid scenario whose steps have descriptions of `length` characters in total. Its steps form one path. */
export function aPath(length: number, id = scenarioId): Scenario {
  const count = Math.ceil(length / descriptionLength);
  const steps = Array.from({ length: count }, (_, index) => ({
    stepId: `s${index}`,
    description: aText(Math.min(descriptionLength, length - index * descriptionLength)),
    collectsProfileFields: [`f${index}`],
    isTerminal: index === count - 1,
    transitions: index === count - 1 ? [] : [{ targetStepId: `s${index + 1}` }],
  }));
  return Scenario.fromPartial({ scenarioId: id, name: 'A path', entryStepId: 's0', steps });
}

/** A scenario with more findings than a response can contain: every transition of every step has a target that does not exist. */
export function aScenarioWithFindings(steps: number, transitions: number): Scenario {
  const broken = Array.from({ length: transitions }, (_, index) => ({
    transitionId: `t${index}`,
    targetStepId: `nowhere${index}`,
    priority: index,
  }));
  return Scenario.fromPartial({
    scenarioId,
    name: 'Broken',
    entryStepId: 's0',
    steps: Array.from({ length: steps }, (_, index) => ({ stepId: `s${index}`, transitions: broken })),
  });
}

/** A scenario whose drawing is larger than its definition, because quotation marks are escaped. */
export function aDrawing(count: number): Scenario {
  const toId = (index: number) => `${'"'.repeat(120)}${index}`;
  const steps = Array.from({ length: count }, (_, index) => ({
    stepId: toId(index),
    isTerminal: index === count - 1,
    transitions: index === count - 1 ? [] : [{ targetStepId: toId(index + 1) }],
  }));
  return Scenario.fromPartial({ scenarioId: uuid(51), name: 'A drawing', entryStepId: toId(0), steps });
}

/** Field definitions with prompts of `length` characters in total. */
export function someFields(length: number): FieldDefinitions {
  const perField = 10_000;
  const perText = 2_000;
  const prompts = (total: number) => {
    const texts = Array.from({ length: Math.ceil(total / perText) }, (_, index) =>
      aText(Math.min(perText, total - index * perText)),
    );
    const [text = 'x', ...rest] = texts;
    const languages = ['de', 'fr', 'es', 'it'];
    return { text, translations: Object.fromEntries(rest.map((each, index) => [languages[index] ?? '', each])) };
  };
  return FieldDefinitions.fromPartial({
    fields: Array.from({ length: Math.ceil(length / perField) }, (_, index) => ({
      name: `f${index}`,
      type: 1,
      prompt: prompts(Math.min(perField, length - index * perField)),
    })),
  });
}

/** A stateless turn. Outcomes are returned by the lifecycle, and a known value by the plan of every scenario that confirms it. */
export function aPhaseInput({ echo = 0, known = 0, scenarios = 0 }): PhaseInput {
  const ids = Array.from({ length: scenarios }, (_, index) => uuid(500 + index));
  return PhaseInput.fromPartial({
    turn: {
      ...agent,
      sessionId: uuid(3),
      turnId: uuid(4),
      stepOutcomes: echo === 0 ? [] : [{ kind: 3, actionKey: 'unknown', results: { text: aText(echo) } }],
      candidates: ids.map((id) => ({ scenarioId: id, score: 0.9 })),
    },
    session: {
      variables: known === 0 ? [] : [{ name: 'text', value: aText(known), scope: 2 }],
    },
    scenarios: ids.map((id, index) => ({
      scenarioId: id,
      name: `Scenario ${index}`,
      entryStepId: 'confirm',
      steps: [
        { stepId: 'confirm', isCheckpoint: true, confirmsFields: ['text'], transitions: [{ targetStepId: 'end' }] },
        { stepId: 'end', isTerminal: true },
      ],
    })),
  });
}

/** A relationship with the longest encoding. */
export function aRelationship(number: number): Relationship {
  return Relationship.fromPartial({
    kind: 6,
    sourceType: 2,
    sourceId: uuid(number + 1_000),
    targetScenarioId: uuid(2),
    weight: 0.5,
  });
}
