import type { SelectionContext } from '../context/selection-context';
import { listCallers } from './callers';
import { type DecisionTexts, describeIdle, explicitEnd, getPauseBehavior, pauseBehaviors } from './pauses';
import type { ScenarioStart } from './scenario-start';
import { getInstanceId, hasEnded, type TurnInstance } from './turn-instance';

/** Explains the decision about an instance in one sentence. */
export function describeInstance(
  instance: TurnInstance,
  instances: readonly TurnInstance[],
  context: SelectionContext,
): string {
  switch (instance.action) {
    case 'CONTINUE':
      return describeContinue(instance, instances, context);
    case 'PAUSE':
      return describePause(instance, toDecisionTexts(instance, instances, context), context);
    case 'COMPLETE':
      return describeComplete(instance, toDecisionTexts(instance, instances, context));
    case 'CANCEL':
      return describeCancel(instance, toDecisionTexts(instance, instances, context));
  }
}

type Continued = Extract<TurnInstance, { action: 'CONTINUE' }>;
type Paused = Extract<TurnInstance, { action: 'PAUSE' }>;
type Completed = Extract<TurnInstance, { action: 'COMPLETE' }>;
type Canceled = Extract<TurnInstance, { action: 'CANCEL' }>;

function toDecisionTexts(
  entry: TurnInstance,
  instances: readonly TurnInstance[],
  { turn, session }: SelectionContext,
): DecisionTexts {
  const { view, walk, displacedByInstanceIds, loopStepId } = entry;
  const { instance, scenario } = view;
  const getName = (instanceId: string): string => {
    const found = instances.find((each) => getInstanceId(each) === instanceId);
    return found ? getScenarioName(found) : instanceId;
  };
  return {
    scenario: quote(getScenarioName(entry)),
    step: quote(hasEnded(entry) && walk ? walk.position.step.stepId : loopStepId || instance.currentStepId),
    getIdleTime: () => toSeconds(turn.occurredAt - Math.max(session.lastMessageAt, instance.activeSince)),
    getIdleTimeout: () => toSeconds(scenario?.definition.idleTimeoutMs ?? 0),
    getAddressed: () => quoteAddressed(instances),
    getDisplacing: () => quoteAll(displacedByInstanceIds.map(getName)),
    getCallers: () => {
      const callers = listCallers({ instances }, entry).map(getScenarioName);
      return callers.length > 0 ? quoteAll(callers) : 'its caller';
    },
  };
}

function getScenarioName({ view: { scenario, instance } }: TurnInstance): string {
  return scenario?.name ?? instance.scenarioId;
}

function quoteAddressed(instances: readonly TurnInstance[]): string {
  return quoteAll(instances.filter((each) => each.view.isAddressed).map(getScenarioName));
}

/** Builds only the sentence of the given reason, because most instances continue on most turns. */
function describeContinue(
  entry: Continued,
  instances: readonly TurnInstance[],
  { turn, session, catalogue }: SelectionContext,
): string {
  const { reason, view, call } = entry;
  const scenario = quote(getScenarioName(entry));
  switch (reason) {
    case 'GOES_ON':
      return `No rule ends or pauses ${scenario}.`;
    case 'QUIET':
      return turn.trigger === 'MESSAGE'
        ? `The turn addresses ${quoteAddressed(instances)}, and ${scenario} stays silent.`
        : `The turn has no message, and nothing in it concerns ${scenario}.`;
    case 'RESUMED': {
      const before = session.instances.find(({ instanceId }) => instanceId === view.instance.instanceId);
      return `The pause of ${scenario} (${before?.pauseReason ?? 'unknown'}) has ended.`;
    }
    case 'RELOCALIZED':
      return `${scenario} cannot continue at step ${quote(view.instance.currentStepId)} and moves to a recovery step.`;
    case 'WAITS_FOR_CALL': {
      const { scenarioId: calledId = '', instanceId } = call ?? {};
      const called = quote(catalogue.getScenario(calledId)?.name ?? calledId);
      return instanceId === ''
        ? `${scenario} waits until its call of ${called} can start.`
        : `${scenario} waits for the scenario ${called} that it called.`;
    }
  }
}

function describePause(instance: Paused, texts: DecisionTexts, context: SelectionContext): string {
  const { reason } = instance;
  if (reason === 'STAYS_PAUSED') return describeOngoingPause(instance, texts, context);
  if (reason === 'MODEL') return `The model chose PAUSE for ${texts.scenario}.`;
  return pauseBehaviors[reason].describePause(texts);
}

function describeOngoingPause(
  { view, staysPausedBecause }: Paused,
  { scenario }: DecisionTexts,
  { settings }: SelectionContext,
): string {
  const { pauseReason, resumePolicy } = view.instance;
  const pause = `${scenario} stays paused (${pauseReason ?? 'unknown'})`;
  if (staysPausedBecause) return `${pause}: it is due to resume but cannot become active (${staysPausedBecause}).`;
  const end = getPauseBehavior(pauseReason).describeEnd(resumePolicy ?? settings.resumePolicy);
  return end === '' ? `${pause} until ${explicitEnd}.` : `${pause} until ${explicitEnd}, or ${end}.`;
}

function describeComplete({ reason, ending }: Completed, { scenario, step }: DecisionTexts): string {
  const end = ending === 'FAILED' ? ` It ends as FAILED.` : '';
  switch (reason) {
    case 'TERMINAL':
      return `The terminal step ${step} of ${scenario} is finished.${end}`;
    case 'CONDITION':
      return `The completion_condition of ${scenario} is TRUE.`;
    case 'USER_REQUEST':
      return `${scenario} received a COMPLETE signal.${end}`;
    case 'RETURNED':
      return `${scenario} is finished and returns to the scenario that called it.`;
    case 'MODEL':
      return `The model chose COMPLETE for ${scenario}.${end}`;
  }
}

function describeCancel({ reason, view }: Canceled, texts: DecisionTexts): string {
  const { scenario, step } = texts;
  const { scenarioVersion } = view.instance;
  switch (reason) {
    case 'SCENARIO_NOT_FOUND':
      return `The catalogue does not contain version ${scenarioVersion} of scenario ${scenario}.`;
    case 'STEP_NOT_FOUND':
      return `Version ${scenarioVersion} of ${scenario} has no step ${step}, and no recovery step is available.`;
    case 'USER_REQUEST':
      return `${scenario} received a CANCEL signal.`;
    case 'CONDITION':
      return `The cancel_condition of ${scenario} is TRUE.`;
    case 'DECLINED':
      return `Step ${step} of ${scenario} was declined, and no transition handles this outcome.`;
    case 'CALL_FAILED':
      return `The call of step ${step} of ${scenario} failed, and no transition handles this outcome.`;
    case 'CALL_CANCELLED':
      return `The scenario that step ${step} of ${scenario} called was canceled, and no transition handles this outcome.`;
    case 'CALLER_LEFT':
      return `The caller of ${scenario} ended or left the step that called it.`;
    case 'IDLE':
      return describeIdle(texts);
    case 'PREEMPTED':
      return `${scenario} is displaced by ${texts.getDisplacing()}, and its when_displaced is CANCEL.`;
    case 'MODEL':
      return `The model chose CANCEL for ${scenario}.`;
  }
}

/** Explains why a scenario starts. */
export function describeStart({ origin, score, matchesMessage, scenario }: ScenarioStart): string {
  const name = quote(scenario.name);
  switch (origin) {
    case 'CANDIDATE':
      return matchesMessage
        ? `The model finds that the message is about ${name}, and no rule rejects it.`
        : `${name} is a candidate with score ${score}, and no rule rejects it.`;
    case 'IMPLIED':
      return `${name} follows from a scenario that starts, ends or depends on it, or from an applied rule.`;
    case 'AIMED':
      return `A START is aimed at ${name}.`;
    case 'PENDING':
      return `${name} was rejected earlier and can start now.`;
    case 'CALLED':
      return `A step of another scenario calls ${name}.`;
    case 'CONSENTED':
      return `The customer agreed to start ${name}.`;
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
