import { meetsStartThreshold, type SelectionContext } from '../context/selection-context';
import {
  type ActiveInstance,
  type ActiveSet,
  checkAdmission,
  checkCapacity,
  checkExclusions,
  toActiveInstance,
  without,
} from './active-set';
import { areAmbiguous, toScoredScenario } from './ambiguity';
import type { InstanceOutcome, ScenarioStart } from './instance-outcome';
import { hasEnded, isActive } from './instance-outcome';
import {
  collectStartCandidates,
  createImpliedCandidate,
  isPendingStartDropped,
  type StartCandidate,
  sortByStartOrder,
} from './start-candidates';
import { checkFieldsAndLimits, checkReadiness, findMissingRequiredFields, type StartRejection } from './start-tests';

/** Which of the contenders are kept out before the contest, and why (1.4, 1.5). */
export interface SelectionConstraints {
  /** By scenario: those that specialize it and start. */
  readonly supersededBy: ReadonlyMap<string, readonly string[]>;
  /** By scenario: those that it may be confused with. */
  readonly ambiguousWith: ReadonlyMap<string, readonly string[]>;
  /** Exclusion between ambiguous scenarios is not looked at, so as to find out which of them would start. */
  readonly ignoreAmbiguousExclusions: boolean;
}

/** A contender that did not start. */
export interface RejectedStart {
  readonly candidate: StartCandidate;
  readonly rejection: StartRejection;
}

/** How the contenders of a turn fared (0.7, step 7). */
export interface StartSelection {
  /** In start order. */
  readonly starts: readonly ScenarioStart[];
  /** In the order in which they were looked at; each scenario once. */
  readonly rejected: readonly RejectedStart[];
  /** Every contender that was looked at, implied ones included. */
  readonly candidates: ReadonlyMap<string, StartCandidate>;
  /** Paused instances that wake because they are named. */
  readonly resumedInstanceIds: ReadonlySet<string>;
  /** Paused instances that are named and may not wake, with why. */
  readonly resumeRejections: ReadonlyMap<string, StartRejection['reason']>;
  /** By displaced instance: the instances that displaced it. */
  readonly displacements: ReadonlyMap<string, readonly string[]>;
  readonly activeSet: ActiveSet;
}

/** Lets the contenders of a turn start or resume one after the other, in start order. Pure. */
export function runStartSelection(
  context: SelectionContext,
  fates: readonly InstanceOutcome[],
  keptOut: SelectionConstraints,
): StartSelection {
  const starts: ScenarioStart[] = [];
  const refused = new Map<string, RejectedStart>();
  const contenders = new Map<string, StartCandidate>();
  const resumed = new Set<string>();
  const resumeRefused = new Map<string, StartRejection['reason']>();
  const displacedBy = new Map<string, readonly string[]>();
  const queue = [...collectStartCandidates(context, fates)];
  let floor: ActiveSet = occupantsOf(fates);
  const enter = (occupant: ActiveInstance, displaced: readonly ActiveInstance[]): void => {
    for (const { instanceId } of displaced) displacedBy.set(instanceId, [occupant.instanceId]);
    floor = [...without(floor, displaced), occupant];
  };

  for (let contender = queue.shift(); contender; contender = queue.shift()) {
    const { scenarioId } = contender;
    if (starts.some((start) => start.scenario.scenarioId === scenarioId)) continue;
    contenders.set(scenarioId, contender);
    const fate = fates.find(({ view }) => view.instance.scenarioId === scenarioId);
    if (fate && isNamedPause(fate, contender, context)) {
      if (isToldToRest(fate)) continue;
      const outcome = tryResume(fate, floor, context);
      if (outcome.occupant) {
        resumed.add(outcome.occupant.instanceId);
        enter(outcome.occupant, outcome.displaced);
      } else resumeRefused.set(fate.view.instance.instanceId, outcome.reason);
      continue;
    }
    const outcome = tryStart(contender, { context, fates, fate, keptOut, floor, starts });
    if ('reason' in outcome) {
      refused.set(scenarioId, { candidate: contender, rejection: outcome });
      continue;
    }
    refused.delete(scenarioId);
    starts.push(outcome.start);
    enter(outcome.occupant, outcome.displaced);
    queue.push(...impliedBy(scenarioId, context, contenders, queue));
  }
  return {
    starts,
    rejected: [...refused.values()],
    candidates: contenders,
    resumedInstanceIds: resumed,
    resumeRejections: resumeRefused,
    displacements: displacedBy,
    activeSet: floor,
  };
}

function occupantsOf(fates: readonly InstanceOutcome[]): ActiveSet {
  const occupants: ActiveInstance[] = [];
  for (const fate of fates) {
    const { scenario } = fate.view;
    if (isActive(fate) && scenario) occupants.push(toActiveInstance(fate, scenario));
  }
  return occupants;
}

/** Naming a paused scenario resumes it and is no rejection (2.11). */
function isNamedPause({ reason }: InstanceOutcome, contender: StartCandidate, { settings }: SelectionContext): boolean {
  return reason === 'STAYS_PAUSED' && meetsStartThreshold(contender, settings);
}

/** A PAUSE or CANCEL of this turn reaches it, so naming it does not wake it. */
function isToldToRest({ view }: InstanceOutcome): boolean {
  return view.signals.hasPause || view.signals.hasCancel;
}

type ResumeOutcome =
  | { readonly occupant: ActiveInstance; readonly displaced: readonly ActiveInstance[] }
  | { readonly occupant: undefined; readonly reason: StartRejection['reason'] };

function tryResume(fate: InstanceOutcome, floor: ActiveSet, context: SelectionContext): ResumeOutcome {
  const { scenario } = fate.view;
  if (!scenario) return { occupant: undefined, reason: 'NOT_FOUND' };
  const admission = checkAdmission(floor, { scenario, mayDisplace: true, toleratedScenarioIds: nobody }, context);
  if (!admission.admitted) return { occupant: undefined, reason: admission.reason };
  return { occupant: { ...toActiveInstance(fate, scenario), isNew: true }, displaced: admission.displaced };
}

interface StartAttempt {
  readonly context: SelectionContext;
  readonly fates: readonly InstanceOutcome[];
  /** Of the scenario's own instance. */
  readonly fate: InstanceOutcome | undefined;
  readonly keptOut: SelectionConstraints;
  readonly floor: ActiveSet;
  /** So far. */
  readonly starts: readonly ScenarioStart[];
}

type StartOutcome =
  | StartRejection
  | { readonly start: ScenarioStart; readonly occupant: ActiveInstance; readonly displaced: readonly ActiveInstance[] };

const nobody: ReadonlySet<string> = new Set();

/** The tests of 2.12 in their order; the first that holds rejects. */
function tryStart(contender: StartCandidate, attempt: StartAttempt): StartOutcome {
  const { context, fates, fate, keptOut, floor, starts } = attempt;
  const { scenarioId, origin, score, fits } = contender;
  const { settings, catalogue } = context;
  const failed = fits === false ? 'MODEL' : 'BELOW_THRESHOLD';
  const scenario = catalogue.getScenario(scenarioId);
  if (!scenario) return { reason: 'NOT_FOUND' };
  if (!settings.filteringEnabled) return { reason: 'FILTERING_DISABLED' };
  if (!scenario.definition.enabled) return { reason: 'DISABLED' };
  if (fate && !hasEnded(fate)) {
    return { reason: meetsStartThreshold(contender, settings) || isActive(fate) ? 'ALREADY_ACTIVE' : failed };
  }
  const hasEndedNow = fate !== undefined || isPendingStartDropped(scenarioId, context);
  if (hasEndedNow && origin !== 'AIMED') return { reason: 'JUST_ENDED' };
  if (!meetsStartThreshold(contender, settings)) return { reason: failed };
  const unready = checkReadiness(scenario, context, fates);
  if (unready) return unready;
  const superseding = keptOut.supersededBy.get(scenarioId);
  if (superseding) return { reason: 'SUPERSEDED', blockingScenarioIds: superseding };
  const confusable = keptOut.ambiguousWith.get(scenarioId);
  if (confusable) return { reason: 'AMBIGUOUS', blockingScenarioIds: confusable };
  const tolerated = keptOut.ignoreAmbiguousExclusions ? confusedWith(contender, starts, context) : nobody;
  const request = { scenario, mayDisplace: true, toleratedScenarioIds: tolerated };
  const exclusion = checkExclusions(floor, request, context);
  if (!exclusion.admitted) return exclusion;
  const limited = checkFieldsAndLimits(scenario, context, fates);
  if (limited) return limited;
  const room = checkCapacity(floor, exclusion.displaced, request, context);
  if (!room.admitted) return room;
  const instanceId = context.getNewInstanceId(scenarioId);
  return {
    start: {
      scenario,
      instanceId,
      origin,
      score,
      fits,
      missingSoftFields: findMissingRequiredFields(scenario, 'SOFT', context),
      entry: scenario.entryStep,
    },
    occupant: { instanceId, scenario, isNew: true, isProtected: true, lastActiveAt: context.turn.occurredAt },
    displaced: [...exclusion.displaced, ...room.displaced],
  };
}

/** Those that start and that the contender may be confused with. */
function confusedWith(
  contender: StartCandidate,
  starts: readonly ScenarioStart[],
  context: SelectionContext,
): ReadonlySet<string> {
  const rivals = starts.filter((start) => areAmbiguous(contender, toScoredScenario(start), context));
  return new Set(rivals.map(({ scenario }) => scenario.scenarioId));
}

/** Scenarios that the started one implies and that are not contenders at or above the threshold already (1.3). */
function impliedBy(
  scenarioId: string,
  context: SelectionContext,
  looked: ReadonlyMap<string, StartCandidate>,
  queue: readonly StartCandidate[],
): readonly StartCandidate[] {
  const { catalogue, settings } = context;
  const strong = (contender: StartCandidate | undefined): boolean =>
    contender !== undefined && meetsStartThreshold(contender, settings);
  const wanted = catalogue.relationships
    .implies('SCENARIO', scenarioId)
    .filter((id) => !strong(looked.get(id)) && !queue.some((other) => other.scenarioId === id && strong(other)));
  return sortByStartOrder(wanted.map(createImpliedCandidate), context);
}
