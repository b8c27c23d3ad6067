import fc from 'fast-check';
import type { Session } from '../../src/core/model/session';
import { compileScenario, type ScenarioCompilation } from '../../src/core/scenario/compile-scenario';
import type { CompiledScenario } from '../../src/core/scenario/compiled-scenario';
import { aScenario, Conversation, type PlayedTurn, type TurnDraft } from './conversation';
import { randomSession } from './random-scenarios';

export type RandomSession = typeof randomSession extends fc.Arbitrary<infer T> ? T : never;

/** One decided turn with the session before and after it. */
export interface TurnWithSessions {
  readonly draft: TurnDraft;
  readonly before: Session;
  readonly after: Session;
  readonly turn: PlayedTurn;
  readonly getScenario: (scenarioId: string) => CompiledScenario;
}

/** All properties check the same sessions, so each session is played once. Every run of the tests uses another seed. */
export const parameters = { numRuns: 200, seed: Math.floor(Math.random() * 2 ** 31) };

const playedSessions = new Map<string, readonly TurnWithSessions[]>();

/** Plays random sessions and checks every turn. */
export function forEachTurn(check: (playedTurn: TurnWithSessions, random: RandomSession) => void): void {
  fc.assert(
    fc.property(randomSession, (random) => {
      for (const playedTurn of playSession(random)) check(playedTurn, random);
    }),
    parameters,
  );
}

/** Plays random sessions and checks the turns of each. */
export function forEachSession(check: (turns: readonly TurnWithSessions[], random: RandomSession) => void): void {
  fc.assert(
    fc.property(randomSession, (random) => check(playSession(random), random)),
    parameters,
  );
}

function playSession(random: RandomSession): readonly TurnWithSessions[] {
  const key = JSON.stringify(random);
  const known = playedSessions.get(key);
  if (known) return known;
  const { scenarios, relationships, settings, turns } = random;
  const conversation = new Conversation(scenarios, { relationships, settings });
  const compiled = new Map(
    scenarios.map((draft) => [draft.scenarioId, getCompiled(compileScenario(aScenario(draft), 1))]),
  );
  const getScenario = (id: string): CompiledScenario => expectDefined(compiled.get(id), id);
  const playedTurns = turns.map((draft) => {
    const before = conversation.session;
    return { draft, before, turn: conversation.turn(draft), after: conversation.session, getScenario };
  });
  playedSessions.set(key, playedTurns);
  return playedTurns;
}

function getCompiled({ compiled, findings }: ScenarioCompilation): CompiledScenario {
  return expectDefined(compiled, JSON.stringify(findings));
}

export function expectDefined<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`undefined: ${what}`);
  return value;
}
