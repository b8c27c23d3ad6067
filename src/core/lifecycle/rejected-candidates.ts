import type { SelectionContext } from '../context/selection-context';
import type { Explained } from '../model/explained';
import type { RejectedCandidate } from '../model/lifecycle-decision';
import type { PendingStart } from '../model/session';
import { quote, quoteAll } from './lifecycle-reasoning';
import { getRejectionProposal } from './model-choice';
import type { RejectedStart, StartCandidate, StartRejection } from './scenario-start';
import type { TurnInstance } from './turn-instance';

interface RejectedStarts {
  readonly rejected: readonly RejectedStart[];
  readonly pendingStarts: readonly PendingStart[];
  readonly instances: readonly TurnInstance[];
}

/** Returns the candidates of `toRejectedCandidates` with the sentences that explain them. */
export function explainRejectedCandidates(
  context: SelectionContext,
  starts: RejectedStarts,
): readonly Explained<RejectedCandidate>[] {
  return starts.rejected.map((rejected) => ({
    ...toRejectedCandidate(rejected, context, starts),
    reasoning: describeRejection(rejected.candidate, rejected.rejection, context),
  }));
}

/** Reports every candidate that did not start, and every call that was refused, in the order of evaluation (2.12). */
export function toRejectedCandidates(context: SelectionContext, starts: RejectedStarts): readonly RejectedCandidate[] {
  return starts.rejected.map((rejected) => toRejectedCandidate(rejected, context, starts));
}

function toRejectedCandidate(
  { candidate, rejection }: RejectedStart,
  context: SelectionContext,
  { pendingStarts, instances }: RejectedStarts,
): RejectedCandidate {
  const { scenarioId, score, origin } = candidate;
  const { proposed, overruledBy } = getRejectionProposal(candidate, context);
  return {
    scenarioId,
    scenarioName: context.catalogue.getScenario(scenarioId)?.name ?? '',
    score,
    origin,
    reason: rejection.reason,
    missingFields: rejection.missingFields ?? [],
    blockingScenarioIds: rejection.blockingScenarioIds ?? [],
    blockingRuleIds: rejection.blockingRuleIds ?? [],
    pendingTurnsLeft:
      pendingStarts.find((pending) => pending.scenarioId === scenarioId)?.turnsLeft ??
      findPendingCallTurns(candidate, instances),
    conditionErrors: rejection.conditionErrors ?? [],
    proposed,
    overruledBy,
  };
}

/** Returns how long a refused call is tried again (section 11). */
function findPendingCallTurns({ scenarioId, origin }: StartCandidate, instances: readonly TurnInstance[]): number {
  if (origin !== 'CALLED') return 0;
  return instances.find(({ call }) => call?.scenarioId === scenarioId)?.call?.pendingTurnsLeft ?? 0;
}

function describeRejection(
  { scenarioId, score }: StartCandidate,
  { reason, missingFields = [], blockingScenarioIds = [], blockingRuleIds = [], conditionErrors = [] }: StartRejection,
  { settings, catalogue, session }: SelectionContext,
): string {
  const name = quote(catalogue.getScenario(scenarioId)?.name ?? scenarioId);
  const blocking = quoteAll(blockingScenarioIds.map((id) => catalogue.getScenario(id)?.name ?? id));
  switch (reason) {
    case 'NOT_FOUND':
      return `The catalogue does not contain scenario ${name}.`;
    case 'FILTERING_DISABLED':
      return `${name} cannot start: pipeline.scenario_filtering.enabled is false.`;
    case 'DISABLED':
      return `${name} is disabled.`;
    case 'ALREADY_ACTIVE':
      return `The session already has an instance of ${name}.`;
    case 'JUST_ENDED':
      return `${name} ended on this turn, or its pending start was canceled, and no START is aimed at it.`;
    case 'BELOW_THRESHOLD':
      return `The score ${score} of ${name} is below the threshold ${settings.startThreshold}.`;
    case 'MODEL':
      return `The model finds that the message is not about ${name}.`;
    case 'ENTRY_CONDITION':
      return describeEntryCondition(name, missingFields, conditionErrors);
    case 'DEPENDENCY':
      return `${name} depends on scenarios whose last run in this session has not succeeded: ${blocking}.`;
    case 'SUPERSEDED':
      return `A scenario that specializes ${name} starts: ${blocking}.`;
    case 'AMBIGUOUS':
      return `${name} is ambiguous with ${blocking}, because the scores differ by less than ambiguity_margin.`;
    case 'EXCLUDED':
      return `${name} is excluded by ${joinExcluding(blocking, blockingRuleIds)}.`;
    case 'MISSING_HARD_FIELDS':
      return `${name} requires fields that are not known: ${missingFields.join(', ')}.`;
    case 'START_LIMIT':
      return `${name} has reached its limit of starts in one session: ${session.scenarioCounters.get(scenarioId)?.starts ?? 0}.`;
    case 'START_BLOCKED':
      return `${name} cannot start while ${blocking} is at a step that blocks starts.`;
    case 'MULTI_SCENARIO_DISABLED':
      return `${name} cannot start while ${blocking} is active: enable_multi_scenario is false.`;
    case 'CAPACITY':
      return `${name} cannot start: max_simultaneous_scenarios is ${settings.maxSimultaneousScenarios}, and no active instance can be displaced (${blocking}).`;
    case 'NEEDS_CONSENT':
      return `${name} starts only after the customer agrees (ask_before_start).`;
  }
}

function describeEntryCondition(name: string, missingFields: readonly string[], errors: readonly string[]): string {
  const subject = `The entry_condition of ${name}`;
  if (errors.length > 0) return `${subject} failed to evaluate, which counts as FALSE.`;
  return missingFields.length > 0
    ? `${subject} is UNKNOWN because fields are missing: ${missingFields.join(', ')}.`
    : `${subject} is not TRUE.`;
}

function joinExcluding(scenarios: string, ruleIds: readonly string[]): string {
  return [scenarios, ...(ruleIds.length > 0 ? [`rule ${ruleIds.join(', ')}`] : [])]
    .filter((part) => part !== '')
    .join(' and by ');
}
