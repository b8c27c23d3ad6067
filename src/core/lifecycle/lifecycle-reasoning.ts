import type { SelectionContext } from '../context/selection-context';
import type { PauseReason } from '../model/session';
import type { OrchestrationSettings } from '../model/settings';
import type { InstanceOutcome, ScenarioStart } from './instance-outcome';
import type { StartCandidate } from './start-candidates';
import type { StartRejection } from './start-tests';

/** Whom the sentences about others name; scenarios by name, else by id. */
export interface ScenarioNames {
  /** The scenarios that the turn addresses, what starts included. */
  readonly getAddressedNames: () => readonly string[];
  /** By instance id. */
  readonly getName: (instanceId: string) => string;
}

/** Why a fate was decided, in a sentence for people. */
export function describeOutcome(each: InstanceOutcome, context: SelectionContext, others: ScenarioNames): string {
  const { view, action, reason } = each;
  const { instance } = view;
  const step = `"${instance.currentStepId}"`;
  const scenario = quoted(view.scenario?.name ?? instance.scenarioId);
  switch (reason) {
    case 'SCENARIO_NOT_FOUND':
      return `Scenario ${scenario} is gone from the catalogue, or its version ${instance.scenarioVersion} is.`;
    case 'STEP_NOT_FOUND':
      return `Step ${step} is not in version ${instance.scenarioVersion} of ${scenario}, and there is no recovery step.`;
    case 'TERMINAL':
      return `The terminal step ${step} of ${scenario} is done.`;
    case 'CONDITION':
      return `The completion_condition of ${scenario} holds.`;
    case 'USER_REQUEST':
      return `A ${action === 'CONTINUE' ? 'CONTINUE' : action} reaches ${scenario}.`;
    case 'DECLINED':
      return `Step ${step} of ${scenario} was declined, and no transition takes that up.`;
    case 'IDLE':
      return `${scenario} was idle for ${seconds(context.turn.occurredAt - instance.lastActiveAt)}, longer than its idle_timeout of ${seconds(
        view.scenario?.definition.idleTimeoutMs ?? 0,
      )}.`;
    case 'LOOP':
      return `${scenario} would go round at step ${step} above the limit of visits, failures or attempts, and there is no recovery step.`;
    case 'RELOCALIZED':
      return `${scenario} cannot go on at step ${step} and moves to a recovery step.`;
    case 'PREEMPTED':
      return `${scenario} makes room for ${each.displacedByInstanceIds.map((id) => quoted(others.getName(id))).join(', ')}.`;
    case 'INTERRUPTED':
      return `The turn is about ${aboutWhom(others)}, and ${scenario} pauses meanwhile (when_not_addressed).`;
    case 'QUIET':
      return context.turn.trigger === 'MESSAGE'
        ? `The turn is about ${aboutWhom(others)}, and ${scenario} waits in silence.`
        : `The turn brings no message and no outcome for ${scenario}, which waits in silence.`;
    case 'RESUMED':
      return `The pause of ${scenario} (${instance.pauseReason ?? 'unknown'}) has ended.`;
    case 'STAYS_PAUSED':
      return staysPaused(each, scenario, context);
    case 'NEEDS_MIGRATION':
      return `The definition of ${scenario} changed, and there is no safe step to move to from ${step}.`;
    case 'MODEL':
      return `The model chose ${action} for ${scenario}.`;
    case 'GOES_ON':
    case 'CANDIDATE':
    case 'IMPLIED':
    case 'AIMED':
    case 'PENDING':
      return `Nothing ends or pauses ${scenario}.`;
  }
}

function aboutWhom({ getAddressedNames: addressed }: ScenarioNames): string {
  return addressed().map(quoted).join(', ');
}

function quoted(name: string): string {
  return `"${name}"`;
}

function staysPaused(
  { view, staysPausedBecause }: InstanceOutcome,
  scenario: string,
  { settings }: SelectionContext,
): string {
  const { pauseReason } = view.instance;
  const why = pauseReason ?? 'unknown';
  return staysPausedBecause
    ? `The pause of ${scenario} (${why}) could end, but it may not become active: ${staysPausedBecause}.`
    : `${scenario} stays paused (${why}) until ${endOfPause(pauseReason, settings.resumePolicy)}.`;
}

/** What ends a pause (2.11). */
function endOfPause(reason: PauseReason | undefined, policy: OrchestrationSettings['resumePolicy']): string {
  const called = 'a CONTINUE is aimed at it, it is named, or a field that it waits for becomes known';
  switch (reason) {
    case 'USER_REQUEST':
      return policy === 'explicit' ? called : 'a message is about it or about nobody, and asks for no pause';
    case 'LOOP':
    case 'IDLE':
    case 'NEEDS_MIGRATION':
      return called;
    case 'INTERRUPTED':
      return 'a message is about it, or no other scenario is active';
    case 'PREEMPTED':
      return 'a message is about it, or what displaced it is no longer active';
    case undefined:
      return 'the next turn';
  }
}

function seconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 1000)} s`;
}

/** Why a scenario starts. */
export function describeStart({ origin, score, fits, scenario }: ScenarioStart): string {
  const name = quoted(scenario.name);
  switch (origin) {
    case 'CANDIDATE':
      return fits
        ? `The model finds that the message is about ${name}, and nothing speaks against it.`
        : `Candidate ${name} scores ${score} and nothing speaks against it.`;
    case 'IMPLIED':
      return `${name} is implied by what takes effect this turn.`;
    case 'AIMED':
      return `A START is aimed at ${name}.`;
    case 'PENDING':
      return `${name} was refused before and can start now.`;
  }
}

/** Why a candidate does not start, in a sentence for people. */
export function describeRejection(
  { scenarioId, score }: StartCandidate,
  { reason, missingFields = [], blockingScenarioIds = [], blockingRuleIds = [], conditionErrors = [] }: StartRejection,
  { settings, catalogue, session }: SelectionContext,
): string {
  const scenario = catalogue.getScenario(scenarioId);
  const name = quoted(scenario?.name ?? scenarioId);
  const others = blockingScenarioIds.map((id) => quoted(catalogue.getScenario(id)?.name ?? id)).join(', ');
  switch (reason) {
    case 'NOT_FOUND':
      return `The catalogue holds no scenario ${name}.`;
    case 'DISABLED':
      return `${name} is disabled.`;
    case 'FILTERING_DISABLED':
      return `${name} cannot start: starting is switched off by pipeline.scenario_filtering.enabled.`;
    case 'ALREADY_ACTIVE':
      return `The session has an instance of ${name} already.`;
    case 'JUST_ENDED':
      return `${name} ended this turn, or was pending and cancelled, and no START is aimed at it.`;
    case 'BELOW_THRESHOLD':
      return `The score ${score} of ${name} is below the threshold ${settings.startThreshold}.`;
    case 'MODEL':
      return `The model finds that the message is not about ${name}.`;
    case 'ENTRY_CONDITION':
      return `The entry_condition of ${name} ${entryFailure(missingFields, conditionErrors)}.`;
    case 'DEPENDENCY':
      return `${name} depends on ${others}, not completed in this session.`;
    case 'SUPERSEDED':
      return `${others} specializes ${name} and starts.`;
    case 'AMBIGUOUS':
      return `${name} may be confused with ${others}, whose score is nearly the same.`;
    case 'EXCLUDED':
      return `${name} is excluded by ${excluders(others, blockingRuleIds)}.`;
    case 'MISSING_HARD_FIELDS':
      return `${name} requires ${missingFields.join(', ')}, not known.`;
    case 'START_LIMIT':
      return `${name} has started as often as it may in one session: ${session.scenarioCounters.get(scenarioId)?.starts ?? 0}.`;
    case 'START_BLOCKED':
      return `${others} stands at a step that blocks starts, so ${name} cannot start yet.`;
    case 'MULTI_SCENARIO_DISABLED':
      return `${others} is active, and several scenarios at once are switched off, so ${name} cannot start.`;
    case 'CAPACITY':
      return `There is no room for ${name}: at most ${settings.maxSimultaneousScenarios} may be active, and of ${others} none may be displaced.`;
  }
}

function entryFailure(missingFields: readonly string[], errors: readonly string[]): string {
  if (errors.length > 0) return 'failed when it was evaluated, which counts as FALSE';
  return missingFields.length > 0 ? `misses ${missingFields.join(', ')}` : 'does not hold';
}

function excluders(scenarios: string, rules: readonly string[]): string {
  return [scenarios, ...(rules.length > 0 ? [`rule ${rules.join(', ')}`] : [])]
    .filter((part) => part !== '')
    .join(' and by ');
}
