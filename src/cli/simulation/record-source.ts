import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { fromJson, toBinary } from '@bufbuild/protobuf';
import { ProcessTurnResponse } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { TurnRecord } from '../../../gen/focal/orchestration/v1/session_service';
import { runWithoutPauses } from '../../core/model/findings';
import { defaultSettings } from '../../core/model/settings';
import type { TurnResult } from '../../core/model/turn-result';
import type { Catalogue } from '../../core/scenario/catalogue';
import { DefinitionCompiler, type DefinitionSet } from '../../core/simulation/definitions';
import type { RecordedTurn } from '../../core/simulation/session-run';
import { encodeWith } from '../../server/codec/wire/encode-message';
import { removeExplanation } from '../../server/codec/wire/response-view';
import { turnResultFromProto, writeTurnResult } from '../../server/codec/wire/result-codec';
import { turnFromProto } from '../../server/codec/wire/turn-message-codec';
import {
  createUnreadableFileProblem,
  FileProblemsError,
  getContractRegistry,
  getMessageDescriptor,
  isFileSystemError,
  ParseContext,
  parseDocuments,
  parseMessage,
} from '../files';
import type { Source } from './recorded-sources';

// Recorded turns in a file: each line is a turn as `tail --after 0 --json` prints it.

/** Reads the sessions of a file, in the order of their first turns. Throws FileProblemsError if a line is not a recorded turn. */
export function readRecordSources(file: string, base: DefinitionSet): readonly Source[] {
  const sessions = new Map<string, TurnRecord[]>();
  for (const record of readRecords(file)) {
    const sessionId = record.request?.turn?.sessionId ?? '';
    const turns = sessions.get(sessionId);
    if (turns === undefined) sessions.set(sessionId, [record]);
    else turns.push(record);
  }
  const compiler = new DefinitionCompiler();
  return [...sessions].map(([sessionId, records]) => toSource(sessionId, records, base, compiler));
}

function readRecords(file: string): readonly TurnRecord[] {
  const descriptor = getMessageDescriptor('TurnRecord');
  return readLines(file).flatMap((line, index) => {
    if (line.trim() === '') return [];
    const { documents, problems } = parseDocuments(file, line);
    const [document] = documents;
    const found = [...problems];
    if (document !== undefined) {
      const context = new ParseContext(document);
      const json = parseMessage(context, descriptor, document.root, '');
      if (context.problems.length === 0) {
        const message = fromJson(descriptor, json, { registry: getContractRegistry() });
        return [TurnRecord.decode(toBinary(descriptor, message))];
      }
      found.push(...context.problems);
    }
    throw new FileProblemsError(found.map((problem) => ({ ...problem, line: index + 1 })));
  });
}

function readLines(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch (error) {
    if (isFileSystemError(error)) throw new FileProblemsError([createUnreadableFileProblem(file, error)]);
    throw error;
  }
}

function toSource(
  sessionId: string,
  unsorted: readonly TurnRecord[],
  base: DefinitionSet,
  compiler: DefinitionCompiler,
): Source {
  const records = [...unsorted].sort((a, b) => a.revision - b.revision);
  const missing = records.findIndex(({ revision }, index) => revision !== index + 1);
  if (missing >= 0) {
    const text = `The file has no turn at revision ${missing + 1}, so the session cannot be played from its start.`;
    return { sessionId, problem: { reason: 'STATE_NOT_KEPT', turnId: records[missing]?.turnId ?? '', text } };
  }
  const definitions = withRecordedVersions(base, records);
  const catalogue = runWithoutPauses(compiler.compile(definitions));
  if (catalogue === undefined) throw new Error('Definitions that were checked can be compiled.');
  const turns = records.flatMap((record) => toRecordedTurn(record, catalogue) ?? []);
  return { session: { sessionId, start: undefined, turns }, definitions, settings: defaultSettings };
}

/** Gives the definitions the version numbers under which the sessions started them. */
function withRecordedVersions(base: DefinitionSet, records: readonly TurnRecord[]): DefinitionSet {
  const scenarios = new Map(base.scenarios);
  for (const { scenarioId, scenarioVersion } of records.flatMap(({ response }) => response?.lifecycleDecisions ?? [])) {
    const version = scenarios.get(scenarioId);
    if (version !== undefined) scenarios.set(scenarioId, { ...version, version: scenarioVersion });
  }
  return { ...base, scenarios };
}

function toRecordedTurn({ request, response }: TurnRecord, catalogue: Catalogue): RecordedTurn | undefined {
  if (request?.turn === undefined || response === undefined) return undefined;
  const recorded = toComparable(response);
  return {
    turn: turnFromProto(request.turn, 0),
    proposal: turnResultFromProto(response).modelProposal,
    getCatalogue: () => catalogue,
    findDifference: (result) => (isDeepStrictEqual(toComparable(encodeResult(result)), recorded) ? undefined : ''),
  };
}

function encodeResult(result: TurnResult): ProcessTurnResponse {
  return ProcessTurnResponse.decode(encodeWith(writeTurnResult, result));
}

/** Returns a response without explanations and version numbers. */
function toComparable(response: ProcessTurnResponse): ProcessTurnResponse {
  const { lifecycleDecisions, ...basic } = removeExplanation(response);
  return { ...basic, lifecycleDecisions: lifecycleDecisions.map((decision) => ({ ...decision, scenarioVersion: 0 })) };
}
