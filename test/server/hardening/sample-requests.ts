import type { DescMessage } from '@bufbuild/protobuf';
import {
  OrchestratorServiceService,
  ProcessTurnRequest,
} from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { ScenarioServiceService, ValidateScenarioRequest } from '../../../gen/focal/orchestration/v1/scenario_service';
import { ImportSessionRequest, SessionServiceService } from '../../../gen/focal/orchestration/v1/session_service';
import { getRequestSchema, loadContract } from '../../../src/server/grpc/validation/contract';
import type { SeededRandom } from '../../../tools/chaos/seeded-random';
import { uuid } from '../../support/session-builder';
import type { DeepPartial } from '../codec/partial-message';

export type MethodKind = 'unary' | 'server stream' | 'stream of turns';

/** An encoded request of a method. */
export interface EncodedRequest {
  readonly path: string;
  readonly kind: MethodKind;
  readonly bytes: Uint8Array;
}

/** A valid request, with the schema of its message. */
export interface SampleRequest extends EncodedRequest {
  readonly schema: DescMessage;
}

/** The owner of the sessions. */
const agent = { tenantId: uuid(1), agentId: uuid(2) };

const contract = loadContract();
const { processTurn, streamTurn, processTurns, decideLifecycle } = OrchestratorServiceService;
const { validateScenario } = ScenarioServiceService;
const { importSession } = SessionServiceService;

// The type of fromPartial rejects everything except object literals.
const turnFrom: (fields: DeepPartial<ProcessTurnRequest>) => ProcessTurnRequest = ProcessTurnRequest.fromPartial;

function createSample(path: string, kind: MethodKind, bytes: Uint8Array): SampleRequest {
  return { path, kind, bytes, schema: getRequestSchema(contract, path) };
}

/** Creates a turn of a new session with a value in most fields, for a random method that processes turns. */
export function createSampleTurn(random: SeededRandom): SampleRequest {
  const bytes = encodeTurn(random);
  const methods = [
    [processTurn, 'unary'],
    [streamTurn, 'server stream'],
    [processTurns, 'stream of turns'],
  ] as const;
  const [{ path }, kind] = random.pick(methods);
  return createSample(path, kind, bytes);
}

/** Creates a request with a value in most fields, for a random method. */
export function createSampleRequest(random: SeededRandom): SampleRequest {
  switch (random.nextInt(8)) {
    case 0:
      return createSample(decideLifecycle.path, 'unary', encodePhaseInput(random));
    case 1:
      return createSample(validateScenario.path, 'unary', encodeScenario(random));
    case 2:
      return createSample(importSession.path, 'unary', encodeLegacySession(random));
    default:
      return createSampleTurn(random);
  }
}

function encodeTurn(random: SeededRandom): Uint8Array {
  return ProcessTurnRequest.encode(turnFrom({ turn: createTurnFields(random) })).finish();
}

function createTurnFields(random: SeededRandom): DeepPartial<NonNullable<ProcessTurnRequest['turn']>> {
  const json = { list: [1, 'two', null, { three: 3 }], object: { inner: { deep: true } }, text: 'value', number: 7.5 };
  return {
    ...agent,
    sessionId: random.nextUuid(),
    turnId: random.nextUuid(),
    occurredAt: new Date(1_770_000_000_000),
    trigger: 1,
    situation: {
      message: 'I want my money back',
      language: 'en',
      signals: [{ signal: 1, scenarioIds: [random.nextUuid()] }],
      intent: 'refund',
      canonicalIntentScore: 0.8,
      tone: 'calm',
      frustrationLevel: 1,
      urgency: 1,
      facts: { fact: json },
      requestedFields: ['order_id'],
      candidateVariables: [{ name: 'order_id', value: json, scope: 1 }],
      embedding: [0.25, 0.5],
    },
    candidates: [{ scenarioId: random.nextUuid(), score: 0.9, reasoning: 'it matches the intent' }],
    appliedRules: [{ ruleId: random.nextUuid(), scope: 1, priority: 5 }],
    customerData: { name: json, order: 'A-7' },
    stepOutcomes: [{ kind: 1, results: { result: json } }],
    sessionVariables: { variable: json },
  };
}

/** Encodes a request with a PhaseInput. The first fields of PhaseInput are those of ProcessTurnRequest. */
function encodePhaseInput(random: SeededRandom): Uint8Array {
  const input = encodeTurn(random);
  return Buffer.concat([Uint8Array.of(0x0a), encodeVarint(input.length), input]);
}

function encodeScenario(random: SeededRandom): Uint8Array {
  return ValidateScenarioRequest.encode(
    ValidateScenarioRequest.fromPartial({
      scenario: {
        scenarioId: random.nextUuid(),
        name: 'Refund',
        description: 'Gives money back.',
        tags: ['money'],
        entryStepId: 'ask',
        steps: [
          {
            stepId: 'ask',
            name: 'Ask',
            collectsProfileFields: ['order_id'],
            transitions: [{ targetStepId: 'end', condition: 'data.order_id != ""', priority: 3 }],
          },
          { stepId: 'end', name: 'End', isTerminal: true, templateIds: ['bye'] },
        ],
        requiredFields: [{ fieldName: 'order_id' }],
        entryCondition: 'data.age > 18',
      },
    }),
  ).finish();
}

function encodeLegacySession(random: SeededRandom): Uint8Array {
  return ImportSessionRequest.encode(
    ImportSessionRequest.fromPartial({
      ...agent,
      sessionId: random.nextUuid(),
      visitedSteps: { ask: 2 },
      variables: { order_id: 'A-7', nested: { list: [1, 2] } },
      lastAction: 1,
      turnCount: 3,
      lastActiveAt: new Date(1_770_000_000_000),
    }),
  ).finish();
}

function encodeVarint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Uint8Array.from([...bytes, rest]);
}
