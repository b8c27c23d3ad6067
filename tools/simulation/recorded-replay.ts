import { createInProcessTarget } from '../../src/cli/conversation-tests/run-in-process';
import { noFieldRules } from '../../src/core/fields/field-rules';
import { runWithoutPauses } from '../../src/core/model/findings';
import { defaultSettings } from '../../src/core/model/settings';
import { compileScenario } from '../../src/core/scenario/compile-scenario';
import type { CompiledScenario } from '../../src/core/scenario/compiled-scenario';
import { DefinitionCompiler, type DefinitionSet } from '../../src/core/simulation/definitions';
import type { RecordedSession } from '../../src/core/simulation/session-run';
import { scenarioFromProto } from '../../src/server/codec/wire/scenario-codec';
import { turnFromProto } from '../../src/server/codec/wire/turn-message-codec';
import { parseChart } from '../replay/chart';
import { toScenario } from '../replay/chart-scenario';
import { parseDialogueInputs } from '../replay/dialogue-inputs';
import { playDialogue } from '../replay/play-dialogue';
import { readRecords, toFileName } from '../replay/read-records';
import { getDialogueIds } from '../replay/replay-ids';

/** The dialogues of a data file as recorded sessions, with the definitions that decided them. */
export interface RecordedReplay {
  readonly file: string;
  readonly definitions: DefinitionSet;
  readonly sessions: readonly RecordedSession[];
}

/** Plays the dialogues of a file of `scenario-replay/1` in this process, as `npm run replay` plays them with a service. */
export async function recordReplay(path: string, maxDialogues = Number.POSITIVE_INFINITY): Promise<RecordedReplay> {
  const file = toFileName(path);
  const scenarios: CompiledScenario[] = [];
  const dialogues: unknown[] = [];
  for await (const record of readRecords(path)) {
    if (record.kind === 'scenario') scenarios.push(compile(record.value));
    else if (record.kind === 'dialogue') dialogues.push(record.value);
  }
  const definitions: DefinitionSet = {
    scenarios: new Map(
      scenarios.map(({ scenarioId, definition, version }) => [scenarioId, { scenario: definition, version }]),
    ),
    relationships: [],
    fields: [],
  };
  const catalogue = runWithoutPauses(new DefinitionCompiler().compile(definitions));
  if (catalogue === undefined) throw new Error(`${file} has an invalid scenario.`);
  const sessions: RecordedSession[] = [];
  for (const value of dialogues.slice(0, maxDialogues)) {
    const inputs = parseDialogueInputs(value);
    const ids = getDialogueIds('simulation', file, inputs.dialogue_id);
    const target = createInProcessTarget({ scenarios, relationships: [], fields: noFieldRules });
    const played = await playDialogue(inputs, ids, async (request) => (await target.processTurn(request)).response);
    const exchanges = [...played.turns.flatMap((turn) => turn.exchanges), played.closing];
    sessions.push({
      sessionId: ids.sessionId,
      start: undefined,
      turns: exchanges.map(({ request }) => ({
        turn: turnFromProto(request, 0),
        getCatalogue: () => catalogue,
        // The rules decide the same again.
        findDifference: () => undefined,
      })),
    });
  }
  return { file, definitions, sessions };
}

function compile(record: unknown): CompiledScenario {
  const scenario = scenarioFromProto(toScenario(parseChart(record)));
  const { compiled, findings } = compileScenario(scenario, 1);
  if (compiled === undefined) throw new Error(`${scenario.name}: ${findings[0]?.message ?? ''}`);
  return compiled;
}

/** The settings of the replays. */
export const replaySettings = defaultSettings;
