// Writes the reply to a customer who wants a refund: sends the message as a turn, and says what the plan asks for.
import { randomUUID } from 'node:crypto';
import { connect, insecure, ProcessTurnRequest, type ReplyPart, toReplyParts } from 'scenario-orchestrator-client';

/** Words one part of the reply. A real planner lets a language model or its templates do this. */
function write(part: ReplyPart): string {
  switch (part.kind) {
    case 'say':
      return `<${part.templateId}>`;
    case 'reject':
      return part.text || `${part.rejected.value} is not a valid ${part.field}.`;
    case 'ask':
      return part.fields.map(({ name, prompt }) => prompt || `What is the ${name}?`).join(' ');
    case 'confirm': {
      const values = Object.entries(part.values).map(([name, value]) => `${name}: ${value}`);
      return `${part.action} (${values.join(', ')}) Is that right?`;
    }
    case 'choose':
      return `Do you mean ${part.choices.map(({ scenarioName }) => scenarioName).join(' or ')}?`;
    case 'run':
      return `One moment, I run ${part.tools.map(({ toolId }) => toolId).join(', ')}.`;
    case 'offer':
      return `Shall we go on with ${part.offer.scenarioName}?`;
  }
}

const client = connect(process.env['SCENARIO_ORCHESTRATOR_SERVER'] ?? '127.0.0.1:50051', { credentials: insecure() });
try {
  const turn = {
    tenantId: '7b0e5f0e-0f5c-4f4c-9a39-0c2b4a3f1d01',
    agentId: '7b0e5f0e-0f5c-4f4c-9a39-0c2b4a3f1d02',
    ...{ sessionId: randomUUID(), turnId: randomUUID() },
    situation: {
      message: 'I want my money back for order 4711.',
      candidateVariables: [{ name: 'order_id', value: '4711' }],
    },
    candidates: [{ scenarioId: '1d5b2b3a-7d3f-4c5e-9a52-0c7f2f6f4b01', score: 0.9 }], // examples/scenarios/refund.yaml
    customerData: { customer_id: 'c-1' },
  };
  const { response } = await client.processTurn(ProcessTurnRequest.fromPartial({ turn }));
  for (const part of response.plan ? toReplyParts(response.plan) : []) console.log(write(part));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  client.close();
}
