import { changeInstance, changeVisit } from '../../model/changes';
import type { KnownData } from '../../model/known-data';
import type { IgnoredOutcome } from '../../model/lifecycle-decision';
import type { InstanceRequest, RequestedTool } from '../../model/request';
import { changeRequest } from '../../model/request';
import type { ScenarioInstance, SettledWithout } from '../../model/session';
import type { StepOutcomeKind, VisitOutcome } from '../../model/turn';
import { listVisitNumbers, type StepVisit, type SuspendedVisit } from '../../model/visit';
import type { CompiledScenario, CompiledStep } from '../../scenario/compiled-scenario';
import { hasActionSucceeded, hasChangedValue, isActionIncomplete } from '../visit-state';
import type { OutcomeTarget, ResolvedOutcome } from './outcome-target';

/** The effect of outcomes on an instance (0.6). */
export interface RecordedOutcomes {
  readonly instance: ScenarioInstance;
  /** Number of failures of the required action of the current visit (3.6). */
  readonly failureCount: number;
  /** Outcomes whose CONFIRM became void on this turn. */
  readonly ignored: readonly IgnoredOutcome[];
  /** An applied outcome belongs to the current visit, or to a visit that it suspended. */
  readonly hasVisitOutcome: boolean;
  /** Names of the results of visits that were left. */
  readonly lateResultNames: readonly string[];
  /** An outcome with the key of its CONFIRM was applied (2.11). */
  readonly hasConfirmedByKey: boolean;
}

/** Records the resolved outcomes of one instance in request order. CONFIRMs whose values have changed are void already. */
export function recordOutcomes(
  instance: ScenarioInstance,
  scenario: CompiledScenario | undefined,
  outcomes: readonly ResolvedOutcome[],
): RecordedOutcomes {
  if (outcomes.length === 0) return createUnchanged(instance);
  const recorder = new OutcomeRecorder(instance, scenario);
  for (const outcome of outcomes) recorder.record(outcome);
  return recorder.result();
}

const noOutcomes: readonly IgnoredOutcome[] = [];
const noNames: readonly string[] = [];

function createUnchanged(instance: ScenarioInstance): RecordedOutcomes {
  return {
    instance,
    failureCount: 0,
    ignored: noOutcomes,
    hasVisitOutcome: false,
    lateResultNames: noNames,
    hasConfirmedByKey: false,
  };
}

class OutcomeRecorder {
  private failureCount = 0;
  private readonly ignored: IgnoredOutcome[] = [];
  private hasOutcomeOfVisit = false;
  private readonly lateResultNames: string[] = [];
  private hasConfirmedByKey = false;

  constructor(
    private instance: ScenarioInstance,
    private readonly scenario: CompiledScenario | undefined,
  ) {}

  result(): RecordedOutcomes {
    const { instance, failureCount, ignored, hasOutcomeOfVisit, lateResultNames, hasConfirmedByKey } = this;
    return { instance, failureCount, ignored, hasVisitOutcome: hasOutcomeOfVisit, lateResultNames, hasConfirmedByKey };
  }

  record(resolved: ResolvedOutcome): void {
    const { target, outcome } = resolved;
    switch (target.kind) {
      case 'request':
        this.answerRequest(resolved, target);
        break;
      case 'ask':
        this.answerAsk(outcome.kind, target.request);
        break;
      case 'step':
        this.setOutcome(this.instance.visit.number, outcome.kind);
        this.hasOutcomeOfVisit = true;
        break;
      case 'choice':
      case 'ignored':
        break;
    }
  }

  private answerRequest(
    { outcome }: ResolvedOutcome,
    target: Extract<OutcomeTarget, { readonly kind: 'request' }>,
  ): void {
    const current = this.find(target.request);
    const { kind } = outcome;
    if (current.status === 'VOID' && kind === 'CONFIRMED') {
      this.ignored.push({
        outcome,
        instanceId: this.instance.instanceId,
        reason: 'VOID',
        reasoning: 'A value of the CONFIRM changed, so it must be confirmed again.',
      });
      return;
    }
    if (current.kind === 'CONFIRM') {
      this.replace(current, changeRequest(current, { status: 'ANSWERED', outcome: kind }));
      if (kind === 'ACTION_SUCCEEDED') this.addConfirmedAction(current, outcome.toolId);
      if (outcome.actionKey !== '') this.hasConfirmedByKey = true;
    } else {
      this.answerAction(current, target.toolIds, kind === 'ACTION_SUCCEEDED' ? 'SUCCEEDED' : 'FAILED');
    }
    if (!this.isInVisit(current)) this.lateResultNames.push(...outcome.results.keys());
    else {
      this.hasOutcomeOfVisit = true;
      this.setOutcome(current.visitNumber, this.getVisitOutcome(current));
    }
  }

  private answerAction(
    request: InstanceRequest,
    toolIds: readonly string[],
    toolOutcome: RequestedTool['outcome'],
  ): void {
    const tools = request.tools.map((tool) =>
      toolIds.includes(tool.toolId) ? { toolId: tool.toolId, outcome: toolOutcome } : tool,
    );
    if (tools.some(({ outcome }) => outcome === undefined)) {
      this.replace(request, changeRequest(request, { tools }));
      return;
    }
    const hasFailed = tools.some(({ outcome }) => outcome === 'FAILED');
    const answered = changeRequest(request, {
      tools,
      status: 'ANSWERED',
      outcome: hasFailed ? 'ACTION_FAILED' : 'ACTION_SUCCEEDED',
    });
    this.replace(request, answered);
    const step = this.scenario?.steps.get(this.instance.currentStepId);
    if (hasFailed && step?.isRequiredAction && request.visitNumber === this.instance.visit.number) {
      this.failureCount += 1;
    }
  }

  /** A success with the key of a CONFIRM confirms and acts: the action counts as hinted with the CONFIRM (0.6). */
  private addConfirmedAction(confirm: InstanceRequest, toolId: string): void {
    const pressed = this.instance.requests.find(
      ({ kind, actionKey }) => kind === 'ACTION' && actionKey === confirm.actionKey,
    );
    const step = this.scenario?.steps.get(confirm.stepId);
    const before = pressed?.tools ?? (step?.tools ?? []).map((tool): RequestedTool => ({ toolId: tool.toolId }));
    const tools = before.map(
      (tool): RequestedTool =>
        toolId === '' || tool.toolId === toolId ? { toolId: tool.toolId, outcome: 'SUCCEEDED' } : tool,
    );
    const isComplete = tools.every(({ outcome }) => outcome !== undefined);
    const action = changeRequest(pressed ?? confirm, {
      kind: 'ACTION',
      tools,
      status: isComplete ? 'ANSWERED' : 'OPEN',
      outcome: isComplete ? 'ACTION_SUCCEEDED' : undefined,
      attempts: 0,
      reminders: 0,
    });
    if (pressed) this.replace(pressed, action);
    else this.instance = changeInstance(this.instance, { requests: [...this.instance.requests, action] });
  }

  private answerAsk(kind: StepOutcomeKind, request: InstanceRequest): void {
    const current = this.find(request);
    this.hasOutcomeOfVisit = true;
    this.replace(current, changeRequest(current, { hasAnswer: true }));
    if (kind !== 'DECLINED') return;
    const settledFields = new Map<string, SettledWithout>(this.instance.settledFields);
    for (const field of current.fields) if (!current.values.has(field)) settledFields.set(field, 'DECLINED');
    this.instance = changeInstance(this.instance, { settledFields });
  }

  /** The step has no outcome until all tools of its action have one (0.6). */
  private getVisitOutcome(answered: InstanceRequest): VisitOutcome | undefined {
    const visit = { number: answered.visitNumber };
    return isActionIncomplete({ visit, requests: this.instance.requests }) ? undefined : this.find(answered).outcome;
  }

  /** Whether the request belongs to the current visit, or to a visit that a global transition suspended. */
  private isInVisit({ visitNumber }: InstanceRequest): boolean {
    return listVisitNumbers(this.instance.visit).includes(visitNumber);
  }

  private setOutcome(visitNumber: number, outcome: VisitOutcome | undefined): void {
    this.instance = changeInstance(this.instance, { visit: withOutcome(this.instance.visit, visitNumber, outcome) });
  }

  /** Finds the current state of a request that was found when the outcomes were resolved. */
  private find(request: InstanceRequest): InstanceRequest {
    return this.instance.requests.find((other) => isSameRequest(other, request)) ?? request;
  }

  private replace(request: InstanceRequest, changed: InstanceRequest): void {
    const requests = this.instance.requests.map((other) => (other === request ? changed : other));
    this.instance = changeInstance(this.instance, { requests });
  }
}

/** A plan puts at most one request of a kind for an instance. */
function isSameRequest(a: InstanceRequest, b: InstanceRequest): boolean {
  return a.kind === b.kind && a.firstPut.revision === b.firstPut.revision;
}

/** Sets the outcome of a visit, which is the current one or one that it suspended. */
function withOutcome(visit: StepVisit, visitNumber: number, outcome: VisitOutcome | undefined): StepVisit {
  if (visit.number === visitNumber || !visit.returnTo) return changeVisit(visit, { outcome });
  const returnTo: SuspendedVisit = {
    ...visit.returnTo,
    visit: withOutcome(visit.returnTo.visit, visitNumber, outcome),
  };
  return changeVisit(visit, { returnTo });
}

/**
 * Voids the CONFIRMs of an instance whose values have changed (0.8), except after the WRITE action that was confirmed has succeeded. While the
 * action is under way, `known` has the held values.
 */
export function voidChangedConfirms(
  instance: ScenarioInstance,
  step: CompiledStep | undefined,
  known: KnownData,
): ScenarioInstance {
  const { visit, requests } = instance;
  if (!requests.some(isBindingConfirm)) return instance;
  const isDone = step?.isWriteAction === true && hasActionSucceeded({ visit, requests });
  const isVoid = (request: InstanceRequest): boolean =>
    isBindingConfirm(request) && !(isDone && request.visitNumber === visit.number) && hasChangedValue(request, known);
  if (!requests.some(isVoid)) return instance;
  const hasVoidedCurrent = requests.some((request) => isVoid(request) && request.visitNumber === visit.number);
  const isConfirmed = visit.outcome === 'CONFIRMED';
  return changeInstance(instance, {
    visit: hasVoidedCurrent && isConfirmed ? changeVisit(visit, { outcome: undefined }) : visit,
    requests: requests.map((request) => (isVoid(request) ? changeRequest(request, { status: 'VOID' }) : request)),
  });
}

/** Whether a request is a CONFIRM that is open, or whose answer still counts. */
function isBindingConfirm({ kind, status, outcome }: InstanceRequest): boolean {
  return kind === 'CONFIRM' && (status === 'OPEN' || (status === 'ANSWERED' && outcome === 'CONFIRMED'));
}
