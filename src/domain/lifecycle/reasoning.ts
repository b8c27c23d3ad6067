import type { SelectionContext } from '../context/selection-context';
import type { Contender } from './contenders';
import type { Fate, Start } from './fate';
import type { Refusal } from './start-tests';

/** Why a fate was decided, in a sentence for people. */
export function fateReasoning(each: Fate, context: SelectionContext): string {
  const { view, action, reason } = each;
  const { instance } = view;
  const step = `"${instance.currentStepId}"`;
  switch (reason) {
    case 'SCENARIO_NOT_FOUND':
      return 'Its scenario is gone from the catalogue.';
    case 'STEP_NOT_FOUND':
      return `Its step ${step} is not in version ${instance.scenarioVersion} of its scenario, and there is no recovery step.`;
    case 'TERMINAL':
      return `Its terminal step ${step} is done.`;
    case 'CONDITION':
      return 'Its completion condition holds.';
    case 'USER_REQUEST':
      return `${signalWord(action)} was asked for.`;
    case 'DECLINED':
      return `Step ${step} was declined, and no transition takes that up.`;
    case 'IDLE':
      return `It was idle for ${seconds(context.turn.occurredAt - instance.lastActiveAt)}, longer than its limit of ${seconds(
        view.scenario?.definition.idleTimeoutMs ?? 0,
      )}.`;
    case 'LOOP':
      return `It would go round step ${step} again, above its limit, and there is no recovery step.`;
    case 'RELOCALIZED':
      return `It cannot go on at step ${step} and moves to a recovery step.`;
    case 'PREEMPTED':
      return `It makes room for ${each.displacedBy.join(', ')}.`;
    case 'INTERRUPTED':
      return 'The turn addresses others.';
    case 'QUIET':
      return 'The turn addresses others; it waits in silence.';
    case 'RESUMED':
      return `Its pause (${instance.pauseReason ?? 'unknown'}) has ended.`;
    case 'STAYS_PAUSED':
      return staysPaused(each);
    case 'NEEDS_MIGRATION':
      return 'Its definition changed, and there is no safe step to move to.';
    case 'GOES_ON':
    case 'CANDIDATE':
    case 'IMPLIED':
    case 'AIMED':
    case 'PENDING':
    case 'MODEL':
      return 'Nothing speaks against going on.';
  }
}

function signalWord(action: Fate['action']): string {
  return action.charAt(0) + action.slice(1).toLowerCase();
}

function staysPaused({ view, staysPausedBecause }: Fate): string {
  const why = view.instance.pauseReason ?? 'unknown';
  return staysPausedBecause
    ? `Its pause (${why}) could end, but it may not become active: ${staysPausedBecause}.`
    : `Its pause (${why}) has not ended.`;
}

function seconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 1000)} s`;
}

/** Why a scenario starts. */
export function startReasoning({ origin, score, scenario }: Start): string {
  const name = `"${scenario.name}"`;
  switch (origin) {
    case 'CANDIDATE':
      return `Candidate ${name} scores ${score} and nothing speaks against it.`;
    case 'IMPLIED':
      return `${name} is implied by what takes effect this turn.`;
    case 'AIMED':
      return `A START is aimed at ${name}.`;
    case 'PENDING':
      return `${name} was refused before and can start now.`;
  }
}

/** Why a candidate does not start. */
export function refusalReasoning(
  { score }: Contender,
  { reason, missingFields = [], blockingScenarioIds = [], blockingRuleIds = [] }: Refusal,
  { settings, catalogue }: SelectionContext,
): string {
  const scenarios = blockingScenarioIds.map((id) => `"${catalogue.scenario(id)?.name ?? id}"`).join(', ');
  switch (reason) {
    case 'NOT_FOUND':
      return 'The catalogue does not hold it.';
    case 'DISABLED':
      return 'It is disabled.';
    case 'FILTERING_DISABLED':
      return 'Starting is switched off by pipeline.scenario_filtering.enabled.';
    case 'ALREADY_ACTIVE':
      return 'The session has an instance of it already.';
    case 'JUST_ENDED':
      return 'It ended this turn, or was pending and cancelled, and no START is aimed at it.';
    case 'BELOW_THRESHOLD':
      return `Its score ${score} is below the threshold ${settings.startThreshold}.`;
    case 'ENTRY_CONDITION':
      return missingFields.length > 0
        ? `Its entry condition misses ${missingFields.join(', ')}.`
        : 'Its entry condition does not hold.';
    case 'DEPENDENCY':
      return `It depends on ${scenarios}, not completed in this session.`;
    case 'SUPERSEDED':
      return `${scenarios} specializes it and starts.`;
    case 'AMBIGUOUS':
      return `It may be confused with ${scenarios}, whose score is nearly the same.`;
    case 'EXCLUDED':
      return excludedBecause(scenarios, blockingRuleIds);
    case 'MISSING_HARD_FIELDS':
      return `Required fields are missing: ${missingFields.join(', ')}.`;
    case 'START_LIMIT':
      return 'It has started as often as it may in one session.';
    case 'START_BLOCKED':
      return `${scenarios} stands at a step that lets nothing else start.`;
    case 'MULTI_SCENARIO_DISABLED':
      return 'Another scenario is active, and several at once are switched off.';
    case 'CAPACITY':
      return `As many as ${settings.maxSimultaneousScenarios} scenarios are active, and none of them may be displaced.`;
  }
}

function excludedBecause(scenarios: string, rules: readonly string[]): string {
  const by = [scenarios, ...(rules.length > 0 ? [`rule ${rules.join(', ')}`] : [])].filter((part) => part !== '');
  return `It is excluded by ${by.join(' and by ')}.`;
}
