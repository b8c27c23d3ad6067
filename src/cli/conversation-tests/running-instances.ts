import type { ProcessTurnResponse } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { RequestKind } from '../../../gen/focal/orchestration/v1/request';
import { StepOutcomeKind } from '../../../gen/focal/orchestration/v1/scenario';
import type { ImportSessionResponse } from '../../../gen/focal/orchestration/v1/session_service';
import type { StepOutcome, Turn } from '../../../gen/focal/orchestration/v1/turn';
import type { NamedScenario } from '../files';
import type { ConversationTurn } from './conversation';

/** An ACTION_HINT that a plan contained. */
interface Hint {
  readonly instanceId: string;
  readonly stepId: string;
  readonly toolIds: readonly string[];
  readonly actionKey: string;
}

/**
 * Tracks the instances of the session and the keys of their requests, like a client that runs tools and shows buttons. A file
 * names scenarios in place of instances; this class replaces them.
 */
export class RunningInstances {
  readonly #scenarios: readonly NamedScenario[];
  readonly #instanceIds = new Map<string, string>();
  #hints: readonly Hint[] = [];
  /** Keys of the open CONFIRMs by instance id. */
  #confirmKeys: ReadonlyMap<string, string> = new Map();

  constructor(scenarios: readonly NamedScenario[]) {
    this.#scenarios = scenarios;
  }

  addImported({ session }: ImportSessionResponse): void {
    for (const { scenarioId, instanceId } of session?.instances ?? []) this.#instanceIds.set(scenarioId, instanceId);
  }

  update({ lifecycleDecisions, plan }: ProcessTurnResponse): void {
    for (const { scenarioId, instanceId } of lifecycleDecisions) this.#instanceIds.set(scenarioId, instanceId);
    const hints = (plan?.contributions ?? [])
      .filter(({ tools, deferred }) => tools.length > 0 && !deferred)
      .map(({ instanceId, stepId, tools, actionKey }) => ({
        instanceId,
        stepId,
        toolIds: tools.map(({ toolId }) => toolId),
        actionKey,
      }));
    this.#hints = [...this.#hints, ...hints];
    this.#confirmKeys = new Map(
      (plan?.openRequests ?? []).flatMap(({ instanceId, request }): [string, string][] =>
        request?.kind === RequestKind.REQUEST_KIND_CONFIRM ? [[instanceId, request.actionKey]] : [],
      ),
    );
  }

  /** Returns the turn with instance ids in place of scenario ids, and with action keys. */
  resolveTurn({ turn, outcomesWithoutKey }: ConversationTurn): Turn {
    return {
      ...turn,
      stepOutcomes: turn.stepOutcomes.map((original, index) => {
        const outcome = { ...original, instanceId: this.#getInstanceId(original.instanceId) };
        if (outcome.actionKey !== '') return { ...outcome, actionKey: this.#resolveKey(outcome.actionKey) };
        return outcomesWithoutKey.has(index) ? outcome : { ...outcome, actionKey: this.#findKey(outcome) };
      }),
      deliveries: turn.deliveries.map((delivery) => ({
        ...delivery,
        instanceId: this.#getInstanceId(delivery.instanceId),
        actionKey: this.#resolveKey(delivery.actionKey),
      })),
    };
  }

  #getInstanceId(scenarioId: string): string {
    return this.#instanceIds.get(scenarioId) ?? scenarioId;
  }

  /** Replaces the name of a scenario at the start of a key by the id of its instance: `Refund/pay/1`. */
  #resolveKey(actionKey: string): string {
    const scenario = this.#scenarios.find(({ message: { name } }) => actionKey.startsWith(`${name}/`));
    if (scenario === undefined) return actionKey;
    const { name, scenarioId } = scenario.message;
    return `${this.#getInstanceId(scenarioId)}${actionKey.slice(name.length)}`;
  }

  /** Finds the key that a client has for an outcome of an instance: of its open CONFIRM, or of the last hint of the tool. */
  #findKey({ instanceId, stepId, toolId, kind }: StepOutcome): string {
    if (kind === StepOutcomeKind.STEP_OUTCOME_KIND_CONFIRMED || kind === StepOutcomeKind.STEP_OUTCOME_KIND_DECLINED)
      return this.#confirmKeys.get(instanceId) ?? '';
    const hint = this.#hints.findLast(
      (each) =>
        each.instanceId === instanceId &&
        (stepId === '' || each.stepId === stepId) &&
        (toolId === '' || each.toolIds.includes(toolId)),
    );
    return hint?.actionKey ?? '';
  }
}
