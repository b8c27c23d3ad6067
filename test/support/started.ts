import { Conversation, type Played, type ScenarioDraft, type TurnDraft } from './conversation';

type Options = ConstructorParameters<typeof Conversation>[1];

/** A conversation whose scenarios are all named on the first turn, in their order; `first` is that turn. */
export function started(
  scenarios: readonly ScenarioDraft[],
  draft: TurnDraft = {},
  options: Options = {},
): { readonly talk: Conversation; readonly first: Played } {
  const talk = new Conversation(scenarios, options);
  const candidates = Object.fromEntries(scenarios.map(({ scenarioId }, index) => [scenarioId, 1 - index / 100]));
  return { talk, first: talk.turn({ candidates, ...draft }) };
}

/** Starts one scenario and plays turns; the first draft belongs to the turn that starts it. */
export function played(
  scenario: ScenarioDraft,
  drafts: readonly TurnDraft[],
  options: Options = {},
): readonly Played[] {
  const [head, ...rest] = drafts;
  const { talk, first } = started([scenario], head, options);
  return [first, ...rest.map((draft) => talk.turn(draft))];
}

/** What one scenario said on each turn, in words; "" where it contributed nothing. */
export function said(scenario: ScenarioDraft, drafts: readonly TurnDraft[], options: Options = {}): readonly string[] {
  return played(scenario, drafts, options).map(({ plan }) =>
    plan.map((line) => line.slice(scenario.scenarioId.length + 1)).join('; '),
  );
}
