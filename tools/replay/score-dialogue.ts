import { ContributionType, type ScenarioContribution } from '../../gen/focal/orchestration/v1/contribution';
import type { ReplayCatalogue } from './chart';
import type { PlayedDialogue, PlayedTurn } from './play-dialogue';
import {
  type DialogueReference,
  getActScenarioId,
  getScoredActs,
  hasFreeText,
  parseReference,
  type ScoredAct,
  toActKey,
} from './reference';
import { scoreLifecycle } from './score-lifecycle';
import { scoreSafety } from './score-safety';
import { type Selection, selections } from './score-selection';
import { type DialogueScore, type Disagreement, type GroupScores, type Tally, toShare } from './scores';
import { isSpoken } from './session-view';

/** Scores a played dialogue against its record, as a whole and by group. */
export function scoreDialogue(played: PlayedDialogue, record: unknown, catalogue: ReplayCatalogue): GroupScores {
  const reference = parseReference(record);
  const safety = scoreSafety(played, catalogue);
  const score = (selection: Selection): DialogueScore => ({
    turns: played.turns.length,
    ...scoreActs(played, reference, catalogue, selection),
    ...safety,
    ...scoreLifecycle(played, reference, catalogue, selection),
  });
  return {
    all: score(selections.all),
    withoutFreeText: score(selections.withoutFreeText),
    seen: score(selections.seen),
    unseen: score(selections.unseen),
  };
}

// Acts: compares the plan of the service with the reference, per turn.

const actsByContribution: ReadonlyMap<ContributionType, ScoredAct> = new Map([
  [ContributionType.CONTRIBUTION_TYPE_ASK, 'ASK'],
  [ContributionType.CONTRIBUTION_TYPE_CONFIRM, 'CONFIRM'],
  [ContributionType.CONTRIBUTION_TYPE_ACTION_HINT, 'ACTION'],
  [ContributionType.CONTRIBUTION_TYPE_INFORM, 'INFORM'],
]);

/** The act keys of one turn. */
interface TurnActs {
  readonly turn: number;
  readonly planned: ReadonlySet<string>;
  readonly expected: ReadonlySet<string>;
  /** Whether the recorded reply contains free text. */
  readonly hasFreeText: boolean;
}

function scoreActs(
  played: PlayedDialogue,
  reference: DialogueReference,
  catalogue: ReplayCatalogue,
  { includesFreeText, includesScenario }: Selection,
): Pick<DialogueScore, 'activeTurns' | 'acts' | 'disagreements'> {
  const turns = played.turns
    .map((turn) => collectActs(turn, reference, catalogue))
    .filter(({ expected }, index) => expected.size > 0 || hasSignal(played.turns[index]))
    .filter((turn) => includesFreeText || !turn.hasFreeText)
    .map(({ planned, expected, ...turn }) => ({
      ...turn,
      planned: selectActs(planned, includesScenario),
      expected: selectActs(expected, includesScenario),
    }));
  return {
    activeTurns: toShare(turns.filter(({ expected }) => expected.size > 0).map(isExact)),
    acts: {
      ASK: tallyActs('ASK', turns),
      CONFIRM: tallyActs('CONFIRM', turns),
      ACTION: tallyActs('ACTION', turns),
      INFORM: tallyActs('INFORM', turns),
    },
    disagreements: turns
      .filter((turn) => !isExact(turn))
      .map((turn) => toDisagreement(played.inputs.dialogue_id, turn)),
  };
}

function selectActs(keys: ReadonlySet<string>, includesScenario: Selection['includesScenario']): ReadonlySet<string> {
  return new Set([...keys].filter((key) => includesScenario(getActScenarioId(key))));
}

/** Whether a turn has a signal. Without a signal and a scored act, the data does not contain the intention of the customer. */
function hasSignal(turn: PlayedTurn | undefined): boolean {
  return turn !== undefined && turn.inputs.inputs.signals.length > 0;
}

function collectActs(played: PlayedTurn, reference: DialogueReference, catalogue: ReplayCatalogue): TurnActs {
  const { turn } = played.inputs;
  const expected = reference.turns.find((candidate) => candidate.turn === turn);
  if (expected === undefined) throw new Error(`The reference has no turn ${turn}.`);
  const keys = played.exchanges.flatMap(({ response }) =>
    (response.plan?.contributions ?? []).filter(isSpoken).flatMap((contribution) => toActKeys(contribution, catalogue)),
  );
  return { turn, planned: new Set(keys), expected: getScoredActs(expected), hasFreeText: hasFreeText(expected) };
}

function toActKeys(contribution: ScenarioContribution, catalogue: ReplayCatalogue): string[] {
  const type = actsByContribution.get(contribution.type);
  const scenario = catalogue.get(contribution.scenarioId)?.chartId;
  return type === undefined || scenario === undefined ? [] : [toActKey(type, scenario)];
}

function tallyActs(type: ScoredAct, turns: readonly TurnActs[]): Tally {
  const tally = { matched: 0, planOnly: 0, referenceOnly: 0 };
  for (const { planned, expected } of turns) {
    const matched = [...planned].filter((key) => hasType(type, key) && expected.has(key)).length;
    tally.matched += matched;
    tally.planOnly += [...planned].filter((key) => hasType(type, key)).length - matched;
    tally.referenceOnly += [...expected].filter((key) => hasType(type, key)).length - matched;
  }
  return tally;
}

function hasType(type: ScoredAct, key: string): boolean {
  return key.startsWith(`${type} `);
}

function isExact({ planned, expected }: TurnActs): boolean {
  return planned.size === expected.size && [...planned].every((key) => expected.has(key));
}

function toDisagreement(dialogueId: string, { turn, planned, expected }: TurnActs): Disagreement {
  return {
    dialogueId,
    turn,
    missing: [...expected].filter((key) => !planned.has(key)),
    extra: [...planned].filter((key) => !expected.has(key)),
  };
}
