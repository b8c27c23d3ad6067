import { Conversation, type ScenarioDraft, type StepDraft, type TurnDraft } from './conversation';

/** Starts a conversation in which the scenarios have started in the given order. */
export function startConversation(
  scenarios: readonly ScenarioDraft[],
  first: TurnDraft = {},
  settings = {},
): Conversation {
  const conversation = new Conversation(scenarios, { settings });
  conversation.turn({
    candidates: scenarios.map(({ scenarioId }, index) => [scenarioId, 0.9 - index / 100] as const),
    ...first,
  });
  return conversation;
}

/** Returns the scenario with changes to its first step. */
export function changeFirstStep(scenario: ScenarioDraft, change: Partial<StepDraft>): ScenarioDraft {
  return { ...scenario, steps: scenario.steps.map((step, index) => (index === 0 ? { ...step, ...change } : step)) };
}
