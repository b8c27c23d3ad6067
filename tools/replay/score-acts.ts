import { ContributionType, type ScenarioContribution } from '../../gen/focal/orchestration/v1/contribution';
import type { DialogueScore, Disagreement, Tally } from './dialogue-score';
import type { PlayedDialogue, PlayedTurn } from './played-dialogue';
import { actKey, type DialogueReference, type ScoredAct, scoredActs } from './reference';
import type { ReplayCatalogue } from './replay-catalogue';
import { isMade } from './session-view';

const ACT_OF_CONTRIBUTION: ReadonlyMap<ContributionType, ScoredAct> = new Map([
  [ContributionType.CONTRIBUTION_TYPE_ASK, 'ASK'],
  [ContributionType.CONTRIBUTION_TYPE_CONFIRM, 'CONFIRM'],
  [ContributionType.CONTRIBUTION_TYPE_ACTION_HINT, 'ACTION'],
  [ContributionType.CONTRIBUTION_TYPE_INFORM, 'INFORM'],
]);

/** The acts of one turn as they were planned and as they were expected. */
interface TurnActs {
  readonly turn: number;
  readonly planned: ReadonlySet<string>;
  readonly expected: ReadonlySet<string>;
}

/** Compares what was planned with what was said, turn by turn. */
export function scoreActs(
  played: PlayedDialogue,
  reference: DialogueReference,
  catalogue: ReplayCatalogue,
): Pick<DialogueScore, 'active' | 'acts' | 'disagreements'> {
  const turns = played.turns
    .map((turn) => actsOf(turn, reference, catalogue))
    .filter(({ expected }, index) => expected.size > 0 || isReadable(played.turns[index]));
  const active = turns.filter(({ expected }) => expected.size > 0);
  return {
    active: { hits: active.filter(isExact).length, of: active.length },
    acts: {
      ASK: tally('ASK', turns),
      CONFIRM: tally('CONFIRM', turns),
      ACTION: tally('ACTION', turns),
      INFORM: tally('INFORM', turns),
    },
    disagreements: turns.filter((turn) => !isExact(turn)).map((turn) => disagreement(played.inputs.dialogue_id, turn)),
  };
}

/** A turn with neither a scored act nor a signal is one whose reading the data does not have (README of the data, limit 5). */
function isReadable(turn: PlayedTurn | undefined): boolean {
  return turn !== undefined && turn.inputs.inputs.signals.length > 0;
}

function actsOf(played: PlayedTurn, reference: DialogueReference, catalogue: ReplayCatalogue): TurnActs {
  const { turn } = played.inputs;
  const expected = reference.turns.find((candidate) => candidate.turn === turn);
  if (expected === undefined) throw new Error(`the reference has no turn ${turn}`);
  const keys = played.exchanges.flatMap(({ response }) =>
    (response.plan?.contributions ?? []).filter(isMade).flatMap((contribution) => plannedAct(contribution, catalogue)),
  );
  return { turn, planned: new Set(keys), expected: scoredActs(expected) };
}

function plannedAct(contribution: ScenarioContribution, catalogue: ReplayCatalogue): string[] {
  const type = ACT_OF_CONTRIBUTION.get(contribution.type);
  const scenario = catalogue.get(contribution.scenarioId)?.chartId;
  return type === undefined || scenario === undefined ? [] : [actKey(type, scenario)];
}

function tally(type: ScoredAct, turns: readonly TurnActs[]): Tally {
  const sum = { both: 0, planOnly: 0, referenceOnly: 0 };
  for (const { planned, expected } of turns) {
    const both = [...planned].filter((key) => isOfType(type, key) && expected.has(key)).length;
    sum.both += both;
    sum.planOnly += [...planned].filter((key) => isOfType(type, key)).length - both;
    sum.referenceOnly += [...expected].filter((key) => isOfType(type, key)).length - both;
  }
  return sum;
}

function isOfType(type: ScoredAct, key: string): boolean {
  return key.startsWith(`${type} `);
}

function isExact({ planned, expected }: TurnActs): boolean {
  return planned.size === expected.size && [...planned].every((key) => expected.has(key));
}

function disagreement(dialogueId: string, { turn, planned, expected }: TurnActs): Disagreement {
  return {
    dialogueId,
    turn,
    missing: [...expected].filter((key) => !planned.has(key)),
    extra: [...planned].filter((key) => !expected.has(key)),
  };
}
