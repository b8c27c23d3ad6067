import { fromJson, type JsonObject, toBinary } from '@bufbuild/protobuf';
import { isMap, isScalar, type Node } from 'yaml';
import { Turn } from '../../../gen/focal/orchestration/v1/turn';
import {
  createEmptyFileProblem,
  FileProblemsError,
  getContractRegistry,
  getMessageDescriptor,
  ParseContext,
  parseDocuments,
  parseMessage,
  type ScenarioIdLookup,
} from '../files';

// Parses turns in files. A turn has the fields of the contract's `Turn`, with `message` as a short form of `situation.message`
// and scenario names in place of ids.

/** A turn as written in its file. The names of scenarios are not resolved yet. */
export interface ParsedTurnFile {
  /** Collects the problems that are found while names are resolved. */
  readonly context: ParseContext;
  readonly turn: Turn;
}

/** Parses a file with one turn. Throws FileProblemsError with all problems of the file. */
export function parseTurnFile(file: string, text: string): ParsedTurnFile {
  const { documents, problems } = parseDocuments(file, text);
  const [document] = documents;
  if (problems.length > 0 || document?.root === undefined) {
    throw new FileProblemsError(problems.length > 0 ? problems : [createEmptyFileProblem(file, 'turn')]);
  }
  const context = new ParseContext(document);
  const turn = parseTurnNode(context, document.root, '', new Set(['message', '$schema']));
  if (context.problems.length > 0) throw new FileProblemsError(context.problems);
  return { context, turn };
}

/** Parses a turn from a mapping. Skips `otherKeys`. Customer data of the turn overrides entries of `customerData`. */
export function parseTurnNode(
  context: ParseContext,
  node: Node | undefined,
  path: string,
  otherKeys: ReadonlySet<string>,
  customerData: JsonObject = {},
): Turn {
  const descriptor = getMessageDescriptor('Turn');
  const fields = parseMessage(context, descriptor, node, path, otherKeys);
  const message = readShortMessage(node);
  const json: JsonObject = {
    ...fields,
    customer_data: { ...customerData, ...toObject(fields['customer_data']) },
    ...(message === '' ? {} : { situation: { ...toObject(fields['situation']), message } }),
  };
  return Turn.decode(toBinary(descriptor, fromJson(descriptor, json, { registry: getContractRegistry() })));
}

function readShortMessage(node: Node | undefined): string {
  const message: unknown = isMap(node) ? node.get('message', true) : undefined;
  return isScalar(message) && typeof message.value === 'string' ? message.value : '';
}

function toObject(value: JsonObject[string] | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

/** Replaces scenario names in a turn by ids. `path` is the path of the turn, "" for the root. */
export function resolveScenarioIds(turn: Turn, getId: ScenarioIdLookup, path: string): Turn {
  const toFullPath = (inner: string): string => (path === '' ? inner : `${path}.${inner}`);
  const getOptionalId = (name: string, inner: string): string => (name === '' ? '' : getId(name, toFullPath(inner)));
  const { situation, candidates, stepOutcomes, deliveries } = turn;
  return {
    ...turn,
    situation: situation && {
      ...situation,
      candidateVariables: situation.candidateVariables.map((variable, index) => ({
        ...variable,
        scenarioId: getOptionalId(variable.scenarioId, `situation.candidate_variables[${index}].scenario_id`),
      })),
      signals: situation.signals.map((signal, index) => ({
        ...signal,
        scenarioIds: signal.scenarioIds.map((name, n) =>
          getId(name, toFullPath(`situation.signals[${index}].scenario_ids[${n}]`)),
        ),
      })),
    },
    candidates: candidates.map((candidate, index) => ({
      ...candidate,
      scenarioId: getId(candidate.scenarioId, toFullPath(`candidates[${index}].scenario_id`)),
    })),
    stepOutcomes: stepOutcomes.map((outcome, index) => ({
      ...outcome,
      instanceId: getOptionalId(outcome.instanceId, `step_outcomes[${index}].instance_id`),
    })),
    deliveries: deliveries.map((delivery, index) => ({
      ...delivery,
      instanceId: getOptionalId(delivery.instanceId, `deliveries[${index}].instance_id`),
    })),
  };
}
