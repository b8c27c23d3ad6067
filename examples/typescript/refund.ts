// A refund, told in ../README.md: a turn, a turn as a stream, the session followed and taken up again, and a refusal read.
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

/** With OpenTelemetry its instrumentation of grpc sends the context of the current span by itself. */
const traceId = randomBytes(16).toString('hex');
const trace = () => ({ metadata: { traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01` } });

/** A message of the customer, and what was found in it. The turn id stays the same however often the turn is sent. */
function messageTurn(sessionId: string, message: string, found: Readonly<Record<string, string>> = {}): Turn {
  return Turn.fromPartial({
    ...{ tenantId, agentId, sessionId, turnId: randomUUID() },
    situation: { message, candidateVariables: Object.entries(found).map(([name, value]) => ({ name, value })) },
    customerData: { customer_id: 'c-1' },
  });
}

async function processTurn(client: OrchestratorClient, turn: Turn): Promise<void> {
  const { response, replayed } = await client.processTurn(ProcessTurnRequest.fromPartial({ turn }), trace());
  console.log(
    `ProcessTurn   revision ${response.revision}${replayed ? ', answered before' : ''}: ${turnText(response)}`,
  );
}

/** The same turn, each decision as it is told; the last event has everything. */
async function streamTurn(client: OrchestratorClient, turn: Turn): Promise<ProcessTurnResponse | undefined> {
  for await (const { event } of client.streamTurn(StreamTurnRequest.fromPartial({ turn }), trace())) {
    switch (event?.$case) {
      case 'context':
        console.log('StreamTurn    context');
        break;
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

/** Takes so many turns behind the cursor; resolves to where it left. Keep that, and another process may go on from it. */
async function watchSession(
  client: OrchestratorClient,
  cursor: WatchSessionRequest,
  count: number,
): Promise<WatchSessionRequest> {
  console.log(`WatchSession  behind revision ${cursor.afterRevision}`);
  let left = cursor;
  let taken = 0;
  for await (const { revision, turnId, request } of client.watchSession(cursor, trace())) {
    console.log(`WatchSession  revision ${revision}: "${request?.turn?.situation?.message}"`);
    left = { ...cursor, afterRevision: revision, afterTurnId: turnId };
    taken += 1;
    if (taken === count) break;
  }
  return left;
}

async function readRefusal(client: OrchestratorClient, turn: Turn): Promise<void> {
  try {
    await client.processTurn(ProcessTurnRequest.fromPartial({ turn }), trace());
  } catch (error) {
    if (!(error instanceof CallError)) throw error;
    console.log(`Refused       ${error.status}, ${error.reason}`);
    for (const { field, description } of error.violations) console.log(`Refused       ${field}: ${description}`);
    if (error.traceId === traceId) console.log('Refused       within the trace that was sent');
  }
}

/** The customer's yes to what a CONFIRM asked. */
function confirmed({ instanceId, actionKey }: ScenarioContribution): StepOutcome {
  return StepOutcome.fromPartial({ instanceId, actionKey, kind: StepOutcomeKind.STEP_OUTCOME_KIND_CONFIRMED });
}

async function tell(client: OrchestratorClient): Promise<void> {
  const sessionId = randomUUID();
  const wish = {
    ...messageTurn(sessionId, 'I want my money back for order 4711.', { order_id: '4711' }),
    candidates: [{ scenarioId: refundId, score: 0.9, reasoning: '' }],
  };
  await processTurn(client, wish);
  await processTurn(client, wish); // as after an answer that was lost: applied once

  const reason = messageTurn(sessionId, 'It arrived broken.', { refund_reason: 'broken' });
  const asked = (await streamTurn(client, reason))?.plan?.contributions ?? [];

  const beginning = WatchSessionRequest.fromPartial({ tenantId, sessionId, afterRevision: 0 });
  const cursor = await watchSession(client, beginning, 2);

  await processTurn(client, { ...messageTurn(sessionId, 'Yes, please.'), stepOutcomes: asked.map(confirmed) });
  await watchSession(client, cursor, 1);

  await readRefusal(client, messageTurn('no-uuid', 'Hello?'));
}

const client = connect(process.env['SCENARIO_ORCHESTRATOR_SERVER'] ?? '127.0.0.1:50051', {
  credentials: insecure(),
  timeoutMs: 10_000,
});
try {
  await tell(client);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  client.close();
}
