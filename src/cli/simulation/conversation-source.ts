import { runWithoutPauses } from '../../core/model/findings';
import { DefinitionCompiler } from '../../core/simulation/definitions';
import { turnFromProto } from '../../server/codec/wire/turn-message-codec';
import type { ScenarioFileReader } from '../conversation-tests/catalogue-change';
import { readConversation } from '../conversation-tests/conversation-file';
import { createImportRequest } from '../conversation-tests/run-conversation';
import { fixedRunSettings, importInProcess, runInProcess } from '../conversation-tests/run-in-process';
import { type ParsedScenarioFiles, readScenarioFiles } from '../files';
import { toDefinitionSet } from './file-definitions';
import type { Source } from './recorded-sources';

/** Creates a reader that reads scenario files once, although many conversations use them. */
export function createScenarioReader(): ScenarioFileReader {
  const known = new Map<string, ParsedScenarioFiles>();
  return (paths, others = []) => {
    if (others.length > 0) return readScenarioFiles(paths, others);
    const key = JSON.stringify(paths);
    const files = known.get(key) ?? readScenarioFiles(paths);
    known.set(key, files);
    return files;
  };
}

/** Plays a conversation test with its own definitions, and returns its turns as recorded ones. Throws FileProblemsError. */
export async function readConversationSource(
  file: string,
  readScenarios: ScenarioFileReader = readScenarioFiles,
): Promise<Source> {
  const conversation = readConversation(file, readScenarios);
  const sessionId = file;
  if (conversation.turns.some(({ catalogueChange }) => catalogueChange !== undefined)) {
    const text = 'The conversation changes the catalogue while it runs.';
    return { sessionId, problem: { reason: 'CATALOGUE_CHANGES', turnId: '', text } };
  }
  const { run, checkedScenarios } = await runInProcess(conversation);
  const definitions = toDefinitionSet(checkedScenarios);
  const catalogue = runWithoutPauses(new DefinitionCompiler().compile(definitions));
  if (catalogue === undefined) throw new Error('Definitions that were checked can be compiled.');
  const { session, settings } = conversation;
  return {
    definitions,
    settings,
    session: {
      sessionId,
      start: session && importInProcess(createImportRequest(session, fixedRunSettings), catalogue, settings),
      turns: run.turnResults.map(({ turn }) => ({
        turn: turnFromProto(turn, 0),
        getCatalogue: () => catalogue,
        // The rules decide the same again.
        findDifference: () => undefined,
      })),
    },
  };
}
