import { Conversation, type PlayedTurn, type ScenarioDraft, type TurnDraft } from './conversation';

type Options = ConstructorParameters<typeof Conversation>[1];

/** Starts all scenarios on one turn, in the given order. `first` in the result is that turn. */
export function startScenarios(
  scenarios: readonly ScenarioDraft[],
  draft: TurnDraft = {},
  options: Options = {},
): { readonly conversation: Conversation; readonly first: PlayedTurn } {
  const conversation = new Conversation(scenarios, options);
  const candidates = Object.fromEntries(scenarios.map(({ scenarioId }, index) => [scenarioId, 1 - index / 100]));
  return { conversation, first: conversation.turn({ candidates, ...draft }) };
}

/** Starts one scenario and plays turns. The first draft is the turn that starts it. */
export function playTurns(
  scenario: ScenarioDraft,
  drafts: readonly TurnDraft[],
  options: Options = {},
): readonly PlayedTurn[] {
  const [firstDraft, ...otherDrafts] = drafts;
  const { conversation, first } = startScenarios([scenario], firstDraft, options);
  return [first, ...otherDrafts.map((draft) => conversation.turn(draft))];
}

/** Starts one scenario on the first turn and returns the last turn. */
export function playToLast(scenario: ScenarioDraft, ...drafts: readonly TurnDraft[]): PlayedTurn {
  const [head, ...rest] = drafts;
  const { conversation, first } = startScenarios([scenario], head);
  return rest.reduce((_before, draft) => conversation.turn(draft), first);
}

/** Plays turns of one scenario and returns its contribution on each turn, for example `ASK name`; "" if there is none. */
export function listContributions(
  scenario: ScenarioDraft,
  drafts: readonly TurnDraft[],
  options: Options = {},
): readonly string[] {
  return playTurns(scenario, drafts, options).map(({ plan }) =>
    plan.map((line) => line.slice(scenario.scenarioId.length + 1)).join('; '),
  );
}
