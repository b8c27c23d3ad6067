import { passesScoreTest, type SelectionContext } from '../context/selection-context';
import { mayBeConfused, scored } from './ambiguity';
import { type Contender, contendersInStartOrder, implied, inStartOrder, isPendingDropped } from './contenders';
import type { Fate, Start } from './fate';
import { hasEnded, isActive } from './fate';
import { admissionOf, exclusionOf, type Floor, leave, type Occupant, occupantOf, roomFor } from './floor';
import { fieldAndLimitRefusal, missingRequired, type Refusal, readinessRefusal } from './start-tests';

/** Which of the contenders are kept out before the contest, and why (1.4, 1.5). */
export interface KeptOut {
  /** By scenario: those that specialize it and start. */
  readonly superseded: ReadonlyMap<string, readonly string[]>;
  /** By scenario: those that it may be confused with. */
  readonly ambiguous: ReadonlyMap<string, readonly string[]>;
  /** Exclusion between ambiguous scenarios is not looked at, so as to find out which of them would start. */
  readonly tolerateAmbiguousExclusion: boolean;
}

/** A contender that did not start. */
export interface Refused {
  readonly contender: Contender;
  readonly refusal: Refusal;
}

/** How the contenders of a turn fared (0.7, step 7). */
export interface Contest {
  /** In start order. */
  readonly starts: readonly Start[];
  /** In the order in which they were looked at; each scenario once. */
  readonly refused: readonly Refused[];
  /** Every contender that was looked at, implied ones included. */
  readonly contenders: ReadonlyMap<string, Contender>;
  /** Paused instances that wake because they are named. */
  readonly resumed: ReadonlySet<string>;
  /** Paused instances that are named and may not wake, with why. */
  readonly resumeRefused: ReadonlyMap<string, Refusal['reason']>;
  /** By displaced instance: the instances that displaced it. */
  readonly displacedBy: ReadonlyMap<string, readonly string[]>;
  readonly floor: Floor;
}

/** Lets the contenders of a turn start or resume one after the other, in start order. Pure. */
export function runContest(context: SelectionContext, fates: readonly Fate[], keptOut: KeptOut): Contest {
  const starts: Start[] = [];
  const refused = new Map<string, Refused>();
  const contenders = new Map<string, Contender>();
  const resumed = new Set<string>();
  const resumeRefused = new Map<string, Refusal['reason']>();
  const displacedBy = new Map<string, readonly string[]>();
  const queue = [...contendersInStartOrder(context, fates)];
  let floor: Floor = occupantsOf(fates);
  const enter = (occupant: Occupant, displaced: readonly Occupant[]): void => {
    for (const { instanceId } of displaced) displacedBy.set(instanceId, [occupant.instanceId]);
    floor = [...leave(floor, displaced), occupant];
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
      refused.set(scenarioId, { contender, refusal: outcome });
      continue;
    }
    refused.delete(scenarioId);
    starts.push(outcome.start);
    enter(outcome.occupant, outcome.displaced);
    queue.push(...impliedBy(scenarioId, context, contenders, queue));
  }
  return { starts, refused: [...refused.values()], contenders, resumed, resumeRefused, displacedBy, floor };
}

function occupantsOf(fates: readonly Fate[]): Floor {
  const occupants: Occupant[] = [];
  for (const fate of fates) {
    const { scenario } = fate.view;
    if (isActive(fate) && scenario) occupants.push(occupantOf(fate, scenario));
  }
  return occupants;
}

/** Naming a paused scenario resumes it and is no rejection (2.11). */
function isNamedPause({ reason }: Fate, contender: Contender, { settings }: SelectionContext): boolean {
  return reason === 'STAYS_PAUSED' && passesScoreTest(contender, settings);
}

/** A PAUSE or CANCEL of this turn reaches it, so naming it does not wake it. */
function isToldToRest({ view }: Fate): boolean {
  return view.signals.pause || view.signals.cancel;
}

type ResumeOutcome =
  | { readonly occupant: Occupant; readonly displaced: readonly Occupant[] }
  | { readonly occupant: undefined; readonly reason: Refusal['reason'] };

function tryResume(fate: Fate, floor: Floor, context: SelectionContext): ResumeOutcome {
  const { scenario } = fate.view;
  if (!scenario) return { occupant: undefined, reason: 'NOT_FOUND' };
  const admission = admissionOf(floor, { scenario, mayDisplace: true, tolerated: nobody }, context);
  if (!admission.admitted) return { occupant: undefined, reason: admission.reason };
  return { occupant: { ...occupantOf(fate, scenario), isNew: true }, displaced: admission.displaced };
}

interface StartAttempt {
  readonly context: SelectionContext;
  readonly fates: readonly Fate[];
  /** Of the scenario's own instance. */
  readonly fate: Fate | undefined;
  readonly keptOut: KeptOut;
  readonly floor: Floor;
  /** So far. */
  readonly starts: readonly Start[];
}

type StartOutcome =
  | Refusal
  | { readonly start: Start; readonly occupant: Occupant; readonly displaced: readonly Occupant[] };

const nobody: ReadonlySet<string> = new Set();

/** The tests of 2.12 in their order; the first that holds rejects. */
function tryStart(contender: Contender, attempt: StartAttempt): StartOutcome {
  const { context, fates, fate, keptOut, floor, starts } = attempt;
  const { scenarioId, origin, score, fits } = contender;
  const { settings, catalogue } = context;
  const failed = fits === false ? 'MODEL' : 'BELOW_THRESHOLD';
  const scenario = catalogue.scenario(scenarioId);
  if (!scenario) return { reason: 'NOT_FOUND' };
  if (!settings.filteringEnabled) return { reason: 'FILTERING_DISABLED' };
  if (!scenario.definition.enabled) return { reason: 'DISABLED' };
  if (fate && !hasEnded(fate)) {
    return { reason: passesScoreTest(contender, settings) || isActive(fate) ? 'ALREADY_ACTIVE' : failed };
  }
  const hasEndedNow = fate !== undefined || isPendingDropped(scenarioId, context);
  if (hasEndedNow && origin !== 'AIMED') return { reason: 'JUST_ENDED' };
  if (!passesScoreTest(contender, settings)) return { reason: failed };
  const unready = readinessRefusal(scenario, context, fates);
  if (unready) return unready;
  const superseding = keptOut.superseded.get(scenarioId);
  if (superseding) return { reason: 'SUPERSEDED', blockingScenarioIds: superseding };
  const confusable = keptOut.ambiguous.get(scenarioId);
  if (confusable) return { reason: 'AMBIGUOUS', blockingScenarioIds: confusable };
  const tolerated = keptOut.tolerateAmbiguousExclusion ? confusedWith(contender, starts, context) : nobody;
  const request = { scenario, mayDisplace: true, tolerated };
  const exclusion = exclusionOf(floor, request, context);
  if (!exclusion.admitted) return exclusion;
  const limited = fieldAndLimitRefusal(scenario, context, fates);
  if (limited) return limited;
  const room = roomFor(floor, exclusion.displaced, request, context);
  if (!room.admitted) return room;
  const instanceId = context.instanceIdOf(scenarioId);
  return {
    start: {
      scenario,
      instanceId,
      origin,
      score,
      fits,
      missingSoftFields: missingRequired(scenario, 'SOFT', context),
      entry: scenario.entry,
    },
    occupant: { instanceId, scenario, isNew: true, isProtected: true, lastActiveAt: context.turn.occurredAt },
    displaced: [...exclusion.displaced, ...room.displaced],
  };
}

/** Those that start and that the contender may be confused with. */
function confusedWith(contender: Contender, starts: readonly Start[], context: SelectionContext): ReadonlySet<string> {
  const rivals = starts.filter((start) => mayBeConfused(contender, scored(start), context));
  return new Set(rivals.map(({ scenario }) => scenario.scenarioId));
}

/** Scenarios that the started one implies and that are not contenders at or above the threshold already (1.3). */
function impliedBy(
  scenarioId: string,
  context: SelectionContext,
  looked: ReadonlyMap<string, Contender>,
  queue: readonly Contender[],
): readonly Contender[] {
  const { catalogue, settings } = context;
  const strong = (contender: Contender | undefined): boolean =>
    contender !== undefined && passesScoreTest(contender, settings);
  const wanted = catalogue.relationships
    .implies('SCENARIO', scenarioId)
    .filter((id) => !strong(looked.get(id)) && !queue.some((other) => other.scenarioId === id && strong(other)));
  return inStartOrder(wanted.map(implied), context);
}
