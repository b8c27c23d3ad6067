import type { InstanceRequest, RequestedTool } from '../../model/request';
import type { ScenarioChoiceRequest, Session } from '../../model/session';
import type { StepOutcome, StepOutcomeKind } from '../../model/turn';
import type { Catalogue } from '../../scenario/catalogue';
import type { OutcomeSearch, OutcomeTarget, ResolvedOutcome } from './outcome-target';
import { resolveActionOutcome } from './resolve-action';
import { resolveAnswer } from './resolve-answer';

type Resolver = (outcome: StepOutcome, search: OutcomeSearch) => OutcomeTarget;

const resolvers: Readonly<Record<StepOutcomeKind, Resolver>> = {
  CONFIRMED: resolveAnswer,
  DECLINED: resolveAnswer,
  ACTION_SUCCEEDED: resolveActionOutcome,
  ACTION_FAILED: resolveActionOutcome,
};

/** What the earlier outcomes of the turn answer. */
class AnsweredRequests {
  private readonly answered = new Set<InstanceRequest | ScenarioChoiceRequest>();
  private readonly toolOutcomes = new Map<InstanceRequest, Map<string, RequestedTool['outcome']>>();
  private readonly outcomes = new Map<InstanceRequest, readonly StepOutcome[]>();

  has(request: InstanceRequest | ScenarioChoiceRequest): boolean {
    return this.answered.has(request);
  }

  getToolOutcome(request: InstanceRequest, toolId: string): RequestedTool['outcome'] {
    const before = request.tools.find((tool) => tool.toolId === toolId)?.outcome;
    return this.toolOutcomes.get(request)?.get(toolId) ?? before;
  }

  /** A button that confirms and acts may report both, and each tool of the action (0.6). */
  canPress(confirm: InstanceRequest, toolId: string): boolean {
    const isCompatible = ({ kind, toolId: reportedId }: StepOutcome): boolean =>
      kind === 'CONFIRMED' || (kind === 'ACTION_SUCCEEDED' && reportedId !== '' && reportedId !== toolId);
    return this.getOutcomes(confirm).every(isCompatible);
  }

  add({ outcome, target }: ResolvedOutcome): void {
    switch (target.kind) {
      case 'request':
        this.addTools(target.request, target.toolIds, outcome.kind);
        this.outcomes.set(target.request, [...this.getOutcomes(target.request), outcome]);
        break;
      case 'ask':
        this.answered.add(target.request);
        break;
      case 'choice':
        this.answered.add(target.choice);
        break;
      case 'step':
      case 'ignored':
        break;
    }
  }

  /** Returns the outcomes of this turn that answer the request. */
  private getOutcomes(request: InstanceRequest): readonly StepOutcome[] {
    return this.outcomes.get(request) ?? [];
  }

  /** An ACTION is answered when each of its tools has an outcome (0.6), a CONFIRM at once. */
  private addTools(request: InstanceRequest, toolIds: readonly string[], kind: StepOutcomeKind): void {
    const outcomes = this.toolOutcomes.get(request) ?? new Map<string, RequestedTool['outcome']>();
    for (const toolId of toolIds) outcomes.set(toolId, kind === 'ACTION_SUCCEEDED' ? 'SUCCEEDED' : 'FAILED');
    this.toolOutcomes.set(request, outcomes);
    const isComplete = request.tools.every(({ toolId }) => this.getToolOutcome(request, toolId) !== undefined);
    if (isComplete) this.answered.add(request);
  }
}

const noResolvedOutcomes: readonly ResolvedOutcome[] = [];

/** Finds the open request that each outcome answers, in request order (0.6). An outcome sees what the earlier ones of the turn answered. */
export function resolveOutcomes(
  session: Session,
  outcomes: readonly StepOutcome[],
  focusInstanceId: string,
  catalogue: Pick<Catalogue, 'getScenarioVersion'>,
): readonly ResolvedOutcome[] {
  if (outcomes.length === 0) return noResolvedOutcomes;
  const taken = new AnsweredRequests();
  const search: OutcomeSearch = {
    session,
    focusInstanceId,
    isAnswered: (request) => taken.has(request),
    canPress: (confirm, toolId) => taken.canPress(confirm, toolId),
    getToolOutcome: (request, toolId) => taken.getToolOutcome(request, toolId),
    isChoiceAnswered: (choice) => taken.has(choice),
    getStep: ({ scenarioId, scenarioVersion, currentStepId }, stepId = currentStepId) =>
      catalogue.getScenarioVersion(scenarioId, scenarioVersion)?.steps.get(stepId),
  };
  return outcomes.map((outcome) => {
    const resolved = { outcome, target: checkInstance(outcome, session) ?? resolvers[outcome.kind](outcome, search) };
    taken.add(resolved);
    return resolved;
  });
}

/** An outcome for an instance that has ended is not applied. */
function checkInstance({ instanceId, actionKey }: StepOutcome, { endedInstances }: Session): OutcomeTarget | undefined {
  const isTarget = (instance: { readonly instanceId: string }): boolean =>
    instanceId === '' ? actionKey.startsWith(`${instance.instanceId}/`) : instance.instanceId === instanceId;
  const ended = endedInstances.findLast(isTarget);
  return ended && { kind: 'ignored', instanceId: ended.instanceId, reason: 'ENDED' };
}
