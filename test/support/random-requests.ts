import type { Relationship, Scenario } from '../../src/core/model/scenario';
import type { ScenarioInstance } from '../../src/core/model/session';
import type { Turn } from '../../src/core/model/turn';
import { aScenario, aTurn, type ScenarioDraft, type TurnDraft } from './conversation';
import { uuid } from './session-builder';

/** The short names of `randomSession` as the UUIDs that the contract wants. */
const ids: Readonly<Record<string, string>> = {
  p: uuid(0x50),
  q: uuid(0x51),
  r: uuid(0x52),
  unknown: uuid(0x53),
  rule: uuid(0x54),
};

/** A scenario of `randomSession` as it can be stored over the wire. */
export function sendableScenario(draft: ScenarioDraft): Scenario {
  return aScenario({ ...draft, name: draft.scenarioId, scenarioId: idOf(draft.scenarioId) });
}

export function sendableRelationship(relationship: Relationship): Relationship {
  const { sourceId, targetScenarioId } = relationship;
  return { ...relationship, sourceId: idOf(sourceId), targetScenarioId: idOf(targetScenarioId) };
}

/** A turn of `randomSession`; what it names as `p#1` is the running instance of p, or nobody. */
export function sendableTurn(draft: TurnDraft, { running, occurredAt, ...own }: SendableTurn): Turn {
  const turn = aTurn(draft, '', occurredAt);
  const instanceOf = (name: string): string => {
    const scenarioId = idOf(name.slice(0, name.indexOf('#')));
    return running.find((instance) => instance.scenarioId === scenarioId)?.instanceId ?? uuid(0x55);
  };
  return {
    ...turn,
    ...own,
    situation: {
      ...turn.situation,
      signals: turn.situation.signals.map((aim) => ({ ...aim, scenarioIds: aim.scenarioIds.map(idOf) })),
    },
    candidates: turn.candidates.map((candidate) => ({ ...candidate, scenarioId: idOf(candidate.scenarioId) })),
    appliedRules: turn.appliedRules.map((rule) => ({
      ...rule,
      ruleId: idOf(rule.ruleId),
      scopeId: rule.scope === 'SCENARIO' ? idOf(rule.scopeId) : rule.scopeId,
    })),
    stepOutcomes: turn.stepOutcomes.map((outcome) => ({
      ...outcome,
      instanceId: outcome.instanceId === '' ? '' : instanceOf(outcome.instanceId),
      actionKey: outcome.actionKey.replace(/^[^/]+/, instanceOf),
    })),
  };
}

/** Whose turn it is, and what runs before it. */
export interface SendableTurn extends Pick<Turn, 'tenantId' | 'agentId' | 'sessionId' | 'turnId' | 'occurredAt'> {
  readonly running: readonly Pick<ScenarioInstance, 'instanceId' | 'scenarioId'>[];
}

function idOf(name: string): string {
  const id = ids[name];
  if (id === undefined) throw new Error(`no id for "${name}"`);
  return id;
}
