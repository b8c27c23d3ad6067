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

/** What a client knows after a turn. */
interface ClientState {
  /** By scenario id. */
  readonly instanceIds: ReadonlyMap<string, string>;
  readonly hints: readonly Hint[];
  /** Keys of the open CONFIRMs by instance id. */
  readonly confirmKeys: ReadonlyMap<string, string>;
}

/**
 * Tracks the instances of the session and the keys of their requests, like a client that runs tools and shows buttons. A file
 * names scenarios in place of instances; this class replaces them.
 */
export class RunningInstances {
  readonly #scenarios: readonly NamedScenario[];
  #state: ClientState = { instanceIds: new Map(), hints: [], confirmKeys: new Map() };
  /** The state before the last turn. */
  #stateBefore = this.#state;

  constructor(scenarios: readonly NamedScenario[]) {
    this.#scenarios = scenarios;
  }

  addImported({ session }: ImportSessionResponse): void {
    this.#state = { ...this.#state, instanceIds: this.#addInstances(session?.instances ?? []) };
  }

  /** Returns to the state before the last turn, because the next turn supersedes it (section 13). */
  revertLastTurn(): void {
    this.#state = this.#stateBefore;
  }

  update({ lifecycleDecisions, plan }: ProcessTurnResponse): void {
    const hints = (plan?.contributions ?? [])
      .filter(({ tools, deferred }) => tools.length > 0 && !deferred)
      .map(({ instanceId, stepId, tools, actionKey }) => ({
        instanceId,
        stepId,
        toolIds: tools.map(({ toolId }) => toolId),
        actionKey,
      }));
    const confirmKeys = new Map(
      (plan?.openRequests ?? []).flatMap(({ instanceId, request }): [string, string][] =>
        request?.kind === RequestKind.REQUEST_KIND_CONFIRM ? [[instanceId, request.actionKey]] : [],
      ),
    );
    this.#stateBefore = this.#state;
    this.#state = {
      instanceIds: this.#addInstances(lifecycleDecisions),
      hints: [...this.#state.hints, ...hints],
      confirmKeys,
    };
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

  #addInstances(
    instances: readonly { readonly scenarioId: string; readonly instanceId: string }[],
  ): ReadonlyMap<string, string> {
    const added = instances.map(({ scenarioId, instanceId }) => [scenarioId, instanceId] as const);
    return new Map([...this.#state.instanceIds, ...added]);
  }

  #getInstanceId(scenarioId: string): string {
    return this.#state.instanceIds.get(scenarioId) ?? scenarioId;
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
      return this.#state.confirmKeys.get(instanceId) ?? '';
    const hint = this.#state.hints.findLast(
      (each) =>
        each.instanceId === instanceId &&
        (stepId === '' || each.stepId === stepId) &&
        (toolId === '' || each.toolIds.includes(toolId)),
    );
    return hint?.actionKey ?? '';
  }
}
