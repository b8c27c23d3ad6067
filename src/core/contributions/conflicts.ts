import type { AskContribution, ConfirmContribution, Contribution } from '../model/contribution';
import type { OrchestrationSettings } from '../model/settings';
import { basePriorities, type DraftContribution } from './contribution-draft';

type Limits = Pick<OrchestrationSettings, 'maxConfirmsPerTurn' | 'maxFieldsToAskPerTurn'>;

/**
 * Resolves conflicts between contributions (4.2). The drafts are in plan order, so the higher priority wins. Each field is
 * asked for once. Contributions and fields above `max_confirms_per_turn` and `max_fields_to_ask_per_turn` are deferred. An ASK
 * without remaining fields becomes a NONE with the base priority of NONE.
 */
export function resolveConflicts(drafts: readonly DraftContribution[], limits: Limits): readonly DraftContribution[] {
  const resolver = new ConflictResolver(limits);
  return drafts.map((draft) => {
    const contribution = resolver.resolve(draft.contribution);
    return contribution === draft.contribution ? draft : { contribution, lastActiveAt: draft.lastActiveAt };
  });
}

/** Resolves contributions in plan order and tracks the fields and confirmations of earlier contributions. */
class ConflictResolver {
  private readonly askedFields = new Set<string>();
  private lastAskScenarioId = '';
  private confirmCount = 0;
  private lastConfirmScenarioId = '';

  constructor(private readonly limits: Limits) {}

  resolve(contribution: Contribution): Contribution {
    switch (contribution.type) {
      case 'CONFIRM':
        // A CHOICE does not count against the limit (1.5).
        return contribution.confirmKind === 'STEP' ? this.resolveConfirm(contribution) : contribution;
      case 'ASK':
        return this.resolveAsk(contribution);
      case 'ACTION_HINT':
      case 'INFORM':
      case 'NONE':
        return contribution;
    }
  }

  private resolveConfirm(confirm: ConfirmContribution): Contribution {
    if (this.confirmCount >= this.limits.maxConfirmsPerTurn) return defer(confirm, this.lastConfirmScenarioId);
    this.confirmCount += 1;
    this.lastConfirmScenarioId = confirm.scenarioId;
    return confirm;
  }

  private resolveAsk(ask: AskContribution): Contribution {
    const { askedFields } = this;
    const sharedFields = ask.fieldsToAsk.filter((field) => askedFields.has(field));
    const ownFields = ask.fieldsToAsk.filter((field) => !askedFields.has(field));
    if (ownFields.length === 0) return toNone(ask, sharedFields);
    const { maxFieldsToAskPerTurn } = this.limits;
    const available =
      maxFieldsToAskPerTurn === 0 ? ownFields.length : Math.max(0, maxFieldsToAskPerTurn - askedFields.size);
    if (available === 0) {
      return { ...defer(ask, this.lastAskScenarioId), sharedFields, fieldsToAsk: [], deferredFields: ownFields };
    }
    const isWhole = sharedFields.length === 0 && ownFields.length <= available;
    const resolved = isWhole ? ask : splitAsk(ask, ownFields, sharedFields, available);
    for (const field of resolved.fieldsToAsk) askedFields.add(field);
    this.lastAskScenarioId = ask.scenarioId;
    return resolved;
  }
}

/** Keeps the first `limit` fields that no earlier contribution asks for, and defers the rest. */
function splitAsk(
  ask: AskContribution,
  ownFields: readonly string[],
  sharedFields: readonly string[],
  limit: number,
): AskContribution {
  const fieldsToAsk = ownFields.slice(0, limit);
  const deferredFields = ownFields.slice(limit);
  return {
    ...ask,
    sharedFields,
    fieldsToAsk,
    deferredFields,
    deferredBehindScenarioId: deferredFields.length > 0 ? ask.scenarioId : '',
    knownValues: new Map([...ask.knownValues].filter(([field]) => fieldsToAsk.includes(field))),
  };
}

/** Converts an ASK whose fields are all asked for by other scenarios. The fields still count as asked by this scenario. */
function toNone(ask: AskContribution, sharedFields: readonly string[]): Contribution {
  return {
    scenarioId: ask.scenarioId,
    scenarioName: ask.scenarioName,
    instanceId: ask.instanceId,
    stepId: ask.stepId,
    stepName: ask.stepName,
    priority: ask.priority - basePriorities.ASK + basePriorities.NONE,
    isReprompt: ask.isReprompt,
    deferred: false,
    deferredBehindScenarioId: '',
    sharedFields,
    type: 'NONE',
  };
}

function defer<C extends Contribution>(contribution: C, deferredBehindScenarioId: string): C {
  return { ...contribution, deferred: true, deferredBehindScenarioId };
}
