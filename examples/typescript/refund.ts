// Runs the conversation of ../README.md: a turn, a turn as a stream, following and resuming a session, and an error.
import { randomBytes, randomUUID } from 'node:crypto';
import {
  CallError,
  connect,
  insecure,
  type OrchestratorClient,
  ProcessTurnRequest,
  type ProcessTurnResponse,
  type ScenarioContribution,
  StepOutcome,
  StepOutcomeKind,
  StreamTurnRequest,
  Turn,
  WatchSessionRequest,
} from 'scenario-orchestrator-client';
import { contributionText, lifecycleText, turnText } from './decision-text.js';

const tenantId = '7b0e5f0e-0f5c-4f4c-9a39-0c2b4a3f1d01';
const agentId = '7b0e5f0e-0f5c-4f4c-9a39-0c2b4a3f1d02';
const refundId = '1d5b2b3a-7d3f-4c5e-9a52-0c7f2f6f4b01'; // examples/scenarios/refund.yaml

/** A W3C trace id. With OpenTelemetry, the gRPC instrumentation sends the context of the current span automatically. */
const traceId = randomBytes(16).toString('hex');
const trace = () => ({ metadata: { traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01` } });

/** Creates a turn for a message of the customer with extracted values. The turn id stays the same on every attempt. */
function messageTurn(sessionId: string, message: string, values: Readonly<Record<string, string>> = {}): Turn {
  return Turn.fromPartial({
    ...{ tenantId, agentId, sessionId, turnId: randomUUID() },
    situation: { message, candidateVariables: Object.entries(values).map(([name, value]) => ({ name, value })) },
    customerData: { customer_id: 'c-1' },
  });
}

async function processTurn(client: OrchestratorClient, turn: Turn): Promise<void> {
  const { response, replayed } = await client.processTurn(ProcessTurnRequest.fromPartial({ turn }), trace());
  console.log(`ProcessTurn   revision ${response.revision}${replayed ? ', replayed' : ''}: ${turnText(response)}`);
}

/** Sends a turn and prints each event. The last event contains the whole response. Set `responseView` to FULL to get the reasons in words. */
async function streamTurn(client: OrchestratorClient, turn: Turn): Promise<ProcessTurnResponse | undefined> {
  for await (const { event } of client.streamTurn(StreamTurnRequest.fromPartial({ turn }), trace())) {
    switch (event?.$case) {
      case 'lifecycle':
        console.log(`StreamTurn    lifecycle ${lifecycleText(event.value)}`);
        break;
      case 'transition':
        console.log(`StreamTurn    transition ${event.value.sourceStepId} -> ${event.value.targetStepId}`);
        break;
      case 'contribution':
        console.log(`StreamTurn    contribution ${contributionText(event.value)}`);
        break;
      case 'committed':
        console.log(`StreamTurn    committed, revision ${event.value.revision}`);
        return event.value;
    }
  }
  return undefined;
}

/** Reads `count` turns after the cursor and returns the new cursor. Store the cursor to resume in another process. */
async function watchSession(
  client: OrchestratorClient,
  cursor: WatchSessionRequest,
  count: number,
): Promise<WatchSessionRequest> {
  console.log(`WatchSession  after revision ${cursor.afterRevision}`);
  let next = cursor;
  let received = 0;
  for await (const { revision, turnId, request } of client.watchSession(cursor, trace())) {
    console.log(`WatchSession  revision ${revision}: "${request?.turn?.situation?.message}"`);
    next = { ...cursor, afterRevision: revision, afterTurnId: turnId };
    received += 1;
    if (received === count) break;
  }
  return next;
}

async function printError(client: OrchestratorClient, turn: Turn): Promise<void> {
  try {
    await client.processTurn(ProcessTurnRequest.fromPartial({ turn }), trace());
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    console.log(`Error         ${error.status}, ${error.reason}`);
    for (const { field, description } of error.violations) console.log(`Error         ${field}: ${description}`);
    if (error.traceId === traceId) console.log('Error         trace id of the request');
  }
}

/** Creates the outcome for a customer who confirms a CONFIRM. */
function confirmed({ instanceId, actionKey }: ScenarioContribution): StepOutcome {
  return StepOutcome.fromPartial({ instanceId, actionKey, kind: StepOutcomeKind.STEP_OUTCOME_KIND_CONFIRMED });
}

async function runConversation(client: OrchestratorClient): Promise<void> {
  const sessionId = randomUUID();
  const request = {
    ...messageTurn(sessionId, 'I want my money back for order 4711.', { order_id: '4711' }),
    candidates: [{ scenarioId: refundId, score: 0.9, reasoning: '' }],
  };
  await processTurn(client, request);
  await processTurn(client, request); // Simulates a retry after a lost response. The turn is applied once.

  const reason = messageTurn(sessionId, 'It arrived broken.', { refund_reason: 'broken' });
  const contributions = (await streamTurn(client, reason))?.plan?.contributions ?? [];

  const start = WatchSessionRequest.fromPartial({ tenantId, sessionId, afterRevision: 0 });
  const cursor = await watchSession(client, start, 2);

  await processTurn(client, { ...messageTurn(sessionId, 'Yes, please.'), stepOutcomes: contributions.map(confirmed) });
  await watchSession(client, cursor, 1);

  await printError(client, messageTurn('no-uuid', 'Hello?'));
}

const client = connect(process.env['SCENARIO_ORCHESTRATOR_SERVER'] ?? '127.0.0.1:50051', {
  credentials: insecure(),
  timeoutMs: 10_000,
});
try {
  await runConversation(client);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  client.close();
}
