import type { Relationship, Scenario } from '../../src/core/model/scenario';
import type { ScenarioInstance } from '../../src/core/model/session';
import type { Turn } from '../../src/core/model/turn';
import { aScenario, aTurn, type ScenarioDraft, type TurnDraft } from './conversation';
import { uuid } from './session-builder';

/** UUIDs for the short names of `randomSession`. */
const ids: Readonly<Record<string, string>> = {
  p: uuid(0x50),
  q: uuid(0x51),
  r: uuid(0x52),
  unknown: uuid(0x53),
  rule: uuid(0x54),
};

/** Converts a scenario of `randomSession` to one that can be stored. */
export function toSendableScenario(draft: ScenarioDraft): Scenario {
  const steps = draft.steps.map((step) =>
    step.calls ? { ...step, calls: { ...step.calls, scenarioId: getId(step.calls.scenarioId) } } : step,
  );
  return aScenario({ ...draft, steps, name: draft.scenarioId, scenarioId: getId(draft.scenarioId) });
}

export function toSendableRelationship(relationship: Relationship): Relationship {
  const { sourceId, targetScenarioId } = relationship;
  return { ...relationship, sourceId: getId(sourceId), targetScenarioId: getId(targetScenarioId) };
}

/** Converts a turn of `randomSession`. An instance `p#1` becomes the running instance of p, or an unknown id. */
export function toSendableTurn(draft: TurnDraft, { running, occurredAt, ...key }: SendableTurn): Turn {
  const turn = aTurn(draft, '', occurredAt);
  const getInstanceId = (name: string): string => {
    const scenarioId = getId(name.slice(0, name.indexOf('#')));
    return running.find((instance) => instance.scenarioId === scenarioId)?.instanceId ?? uuid(0x55);
  };
  return {
    ...turn,
    ...key,
    situation: {
      ...turn.situation,
      signals: turn.situation.signals.map((aim) => ({ ...aim, scenarioIds: aim.scenarioIds.map(getId) })),
      candidateVariables: turn.situation.candidateVariables.map((variable) => ({
        ...variable,
        scenarioId: variable.scenarioId === '' ? '' : getId(variable.scenarioId),
      })),
    },
    candidates: turn.candidates.map((candidate) => ({ ...candidate, scenarioId: getId(candidate.scenarioId) })),
    appliedRules: turn.appliedRules.map((rule) => ({
      ...rule,
      ruleId: getId(rule.ruleId),
      scopeId: rule.scope === 'SCENARIO' ? getId(rule.scopeId) : rule.scopeId,
    })),
    deliveries: turn.deliveries.map((delivery) => ({
      ...delivery,
      instanceId: delivery.instanceId === '' ? '' : getInstanceId(delivery.instanceId),
    })),
    stepOutcomes: turn.stepOutcomes.map((outcome) => ({
      ...outcome,
      instanceId: outcome.instanceId === '' ? '' : getInstanceId(outcome.instanceId),
      actionKey: outcome.actionKey.replace(/^[^/]+/, getInstanceId),
    })),
  };
}

/** The key of the turn and the instances before it. */
export interface SendableTurn extends Pick<Turn, 'tenantId' | 'agentId' | 'sessionId' | 'turnId' | 'occurredAt'> {
  readonly running: readonly Pick<ScenarioInstance, 'instanceId' | 'scenarioId'>[];
}

/** Returns the UUID of a short name of `randomSession`. */
export function toScenarioId(name: string): string {
  return getId(name);
}

function getId(name: string): string {
  const id = ids[name];
  if (id === undefined) throw new Error(`There is no id for "${name}".`);
  return id;
}
