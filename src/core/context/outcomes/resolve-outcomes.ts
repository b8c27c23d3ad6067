import type { InstanceRequest } from '../../model/request';
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

const wholeRequest = '';

/** Finds the open request that each outcome answers, in request order (0.6). An outcome sees what the earlier ones of the turn answered. */
export function resolveOutcomes(
  session: Session,
  outcomes: readonly StepOutcome[],
  focusInstanceId: string,
  catalogue: Pick<Catalogue, 'getScenarioVersion'>,
): readonly ResolvedOutcome[] {
  const taken = new Map<InstanceRequest | ScenarioChoiceRequest, Set<string>>();
  const search: OutcomeSearch = {
    session,
    focusInstanceId,
    isTaken: (request, toolId) => {
      const parts = taken.get(request);
      return parts !== undefined && (parts.has(wholeRequest) || parts.has(toolId));
    },
    isChoiceTaken: (choice) => taken.has(choice),
    getStep: ({ scenarioId, scenarioVersion, currentStepId }) =>
      catalogue.getScenarioVersion(scenarioId, scenarioVersion)?.steps.get(currentStepId),
  };
  const take = (request: InstanceRequest | ScenarioChoiceRequest, parts: readonly string[]): void => {
    const before = taken.get(request) ?? new Set();
    taken.set(request, new Set([...before, ...(parts.length === 0 ? [wholeRequest] : parts)]));
  };
  return outcomes.map((outcome) => {
    const target = checkInstance(outcome, session) ?? resolvers[outcome.kind](outcome, search);
    if (target.kind === 'request') take(target.request, target.toolIds);
    if (target.kind === 'ask') take(target.request, []);
    if (target.kind === 'choice') take(target.choice, []);
    return { outcome, target };
  });
}

/** An outcome for an instance that has ended or never existed is not applied. */
function checkInstance(
  { instanceId, actionKey }: StepOutcome,
  { instances, endedInstances }: Session,
): OutcomeTarget | undefined {
  const isMeant = (instance: { readonly instanceId: string }): boolean =>
    instanceId === '' ? actionKey.startsWith(`${instance.instanceId}/`) : instance.instanceId === instanceId;
  if (instances.some(isMeant)) return undefined;
  const ended = instanceId === '' && actionKey === '' ? undefined : endedInstances.findLast(isMeant);
  if (ended) return { kind: 'ignored', instanceId: ended.instanceId, reason: 'ENDED' };
  if (instanceId !== '') return { kind: 'ignored', instanceId, reason: 'NO_OPEN_REQUEST' };
  return undefined;
}
