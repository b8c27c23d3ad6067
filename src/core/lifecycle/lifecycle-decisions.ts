import type { SelectionContext } from '../context/selection-context';
import type { LifecycleDecision } from '../model/lifecycle-decision';
import { type ContinueDecision, hasEnded, type InstanceDecision, type PauseDecision } from './instance-decision';
import { getInstanceProposal, getStartProposal } from './model-choice';
import { type DecisionTexts, describeIdle, getPauseBehavior, pauseBehaviors } from './pauses';
import type { ScenarioStart } from './start-candidates';

/** The names of scenarios for sentences about other instances. */
interface ScenarioNames {
  /** Names of the scenarios that the turn addresses or starts. */
  readonly getAddressed: () => readonly string[];
  readonly getByInstanceId: (instanceId: string) => string;
}

/** Reports one decision for every instance, in start order, then one START for every start, in start order (section 2). */
export function toLifecycleDecisions(
  context: SelectionContext,
  decisions: readonly InstanceDecision[],
  starts: readonly ScenarioStart[],
): readonly LifecycleDecision[] {
  const names = collectNames(decisions, starts);
  return [
    ...decisions.map((decision) => toLifecycleDecision(decision, context, names)),
    ...starts.map((start) => toStartDecision(start, context)),
  ];
}

function collectNames(decisions: readonly InstanceDecision[], starts: readonly ScenarioStart[]): ScenarioNames {
  return {
    getAddressed: () => [
      ...decisions.filter(({ view }) => view.isAddressed).map(getScenarioName),
      ...starts.map(({ scenario }) => scenario.name),
    ],
    getByInstanceId: (instanceId) => {
      const decision = decisions.find(({ view }) => view.instance.instanceId === instanceId);
      if (decision) return getScenarioName(decision);
      return starts.find((start) => start.instanceId === instanceId)?.scenario.name ?? instanceId;
    },
  };
}

function getScenarioName({ view: { scenario, instance } }: InstanceDecision): string {
  return scenario?.name ?? instance.scenarioId;
}

function toLifecycleDecision(
  decision: InstanceDecision,
  context: SelectionContext,
  names: ScenarioNames,
): LifecycleDecision {
  const { view, action, reason, resumed, staysPausedBecause, conditionErrors, displacedByInstanceIds } = decision;
  const { instance } = view;
  const { proposed, overruledBy } = getInstanceProposal(decision, context);
  return {
    scenarioId: instance.scenarioId,
    scenarioVersion: instance.scenarioVersion,
    instanceId: instance.instanceId,
    action,
    reason,
    reasoning: describeDecision(decision, context, names),
    confidence: 1,
    entryStepId: '',
    sourceStepId: action === 'CONTINUE' ? '' : instance.currentStepId,
    resumed,
    irreversibleDone: hasEnded(decision) ? instance.irreversibleDone.map(({ description }) => description) : [],
    missingSoftFields: [],
    staysPausedBecause,
    conditionErrors,
    displacedByInstanceIds,
    proposed,
    overruledBy,
  };
}

function toStartDecision(start: ScenarioStart, context: SelectionContext): LifecycleDecision {
  const { proposed, overruledBy } = getStartProposal(start, context);
  return {
    scenarioId: start.scenario.scenarioId,
    scenarioVersion: start.scenario.version,
    instanceId: start.instanceId,
    action: 'START',
    reason: start.origin,
    reasoning: describeStart(start),
    confidence: start.score,
    entryStepId: start.scenario.entryStep.stepId,
    sourceStepId: '',
    resumed: false,
    irreversibleDone: [],
    missingSoftFields: start.missingSoftFields,
    staysPausedBecause: undefined,
    conditionErrors: [],
    displacedByInstanceIds: [],
    proposed,
    overruledBy,
  };
}

function describeDecision(decision: InstanceDecision, context: SelectionContext, names: ScenarioNames): string {
  const texts = toDecisionTexts(decision, context, names);
  switch (decision.action) {
    case 'CONTINUE':
      return describeContinue(decision, texts, context);
    case 'PAUSE':
      return describePause(decision, texts, context);
    case 'COMPLETE':
      return describeComplete(decision, texts);
    case 'CANCEL':
      return describeCancel(decision, texts);
  }
}

function toDecisionTexts(
  { view, displacedByInstanceIds }: InstanceDecision,
  { turn }: SelectionContext,
  names: ScenarioNames,
): DecisionTexts {
  const { instance, scenario } = view;
  return {
    scenario: quote(scenario?.name ?? instance.scenarioId),
    step: quote(instance.currentStepId),
    getIdleTime: () => toSeconds(turn.occurredAt - instance.lastActiveAt),
    getIdleTimeout: () => toSeconds(scenario?.definition.idleTimeoutMs ?? 0),
    getAddressed: () => quoteAll(names.getAddressed()),
    getDisplacing: () => quoteAll(displacedByInstanceIds.map(names.getByInstanceId)),
  };
}

function describeContinue(
  { reason, view }: ContinueDecision,
  { scenario, step, getAddressed }: DecisionTexts,
  { turn }: SelectionContext,
): string {
  switch (reason) {
    case 'GOES_ON':
      return `No rule ends or pauses ${scenario}.`;
    case 'QUIET':
      return turn.trigger === 'MESSAGE'
        ? `The turn addresses ${getAddressed()}, and when_not_addressed of ${scenario} is QUIET.`
        : `The turn has no message, and no outcome is about ${scenario}.`;
    case 'RESUMED':
      return `The pause of ${scenario} (${view.instance.pauseReason ?? 'unknown'}) has ended.`;
    case 'RELOCALIZED':
      return `${scenario} cannot continue at step ${step} and moves to a recovery step.`;
  }
}

function describePause(decision: PauseDecision, texts: DecisionTexts, context: SelectionContext): string {
  const { reason } = decision;
  if (reason === 'STAYS_PAUSED') return describeOngoingPause(decision, texts, context);
  if (reason === 'MODEL') return `The model chose PAUSE for ${texts.scenario}.`;
  return pauseBehaviors[reason].describePause(texts);
}

function describeOngoingPause(
  { view, staysPausedBecause }: PauseDecision,
  { scenario }: DecisionTexts,
  { settings }: SelectionContext,
): string {
  const { pauseReason } = view.instance;
  const pause = `${scenario} stays paused (${pauseReason ?? 'unknown'})`;
  return staysPausedBecause
    ? `${pause}: it is due to resume but cannot become active (${staysPausedBecause}).`
    : `${pause} until ${getPauseBehavior(pauseReason).describeEnd(settings.resumePolicy)}.`;
}

function describeComplete(
  { reason }: Extract<InstanceDecision, { action: 'COMPLETE' }>,
  { scenario, step }: DecisionTexts,
): string {
  switch (reason) {
    case 'TERMINAL':
      return `The terminal step ${step} of ${scenario} is finished.`;
    case 'CONDITION':
      return `The completion_condition of ${scenario} is TRUE.`;
    case 'USER_REQUEST':
      return `${scenario} received a COMPLETE signal.`;
    case 'MODEL':
      return `The model chose COMPLETE for ${scenario}.`;
  }
}

function describeCancel(
  { reason, view }: Extract<InstanceDecision, { action: 'CANCEL' }>,
  texts: DecisionTexts,
): string {
  const { scenario, step } = texts;
  const { scenarioVersion } = view.instance;
  switch (reason) {
    case 'SCENARIO_NOT_FOUND':
      return `The catalogue does not contain version ${scenarioVersion} of scenario ${scenario}.`;
    case 'STEP_NOT_FOUND':
      return `Version ${scenarioVersion} of ${scenario} has no step ${step}, and no recovery step is available.`;
    case 'USER_REQUEST':
      return `${scenario} received a CANCEL signal.`;
    case 'DECLINED':
      return `Step ${step} of ${scenario} was declined, and no transition handles this outcome.`;
    case 'IDLE':
      return describeIdle(texts);
    case 'MODEL':
      return `The model chose CANCEL for ${scenario}.`;
  }
}

function describeStart({ origin, score, matchesMessage, scenario }: ScenarioStart): string {
  const name = quote(scenario.name);
  switch (origin) {
    case 'CANDIDATE':
      return matchesMessage
        ? `The model finds that the message is about ${name}, and no rule rejects it.`
        : `${name} is a candidate with score ${score}, and no rule rejects it.`;
    case 'IMPLIED':
      return `${name} is implied by a scenario that starts or by an applied rule.`;
    case 'AIMED':
      return `A START is aimed at ${name}.`;
    case 'PENDING':
      return `${name} was rejected on an earlier turn and can start now.`;
  }
}

export function quote(name: string): string {
  return `"${name}"`;
}

export function quoteAll(names: readonly string[]): string {
  return names.map(quote).join(', ');
}

function toSeconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 1000)} s`;
}
