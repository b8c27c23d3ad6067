import { deepStrictEqual } from 'node:assert';
import { connect, insecure, type OrchestratorClient } from 'scenario-orchestrator-client';
import { ProcessTurnRequest, type ProcessTurnResponse } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { CleanupStack } from '../cleanup';
import type { BenchServer } from '../servers/servers';
import { buildSessionTurns, defaultShape } from '../workload/session-turns';

/** Checks that the XState service contributes the same to each turn of a session as the service. Throws if it does not. */
export function checkPeer(service: BenchServer, peer: BenchServer): Promise<void> {
  const cleanup = new CleanupStack();
  return cleanup.run(async () => {
    const open = ({ address }: BenchServer): OrchestratorClient =>
      cleanup.add(connect(address, { credentials: insecure() }), (opened) => opened.close());
    const [serviceClient, peerClient] = [open(service), open(peer)];
    for (const [index, turn] of buildSessionTurns(defaultShape).entries()) {
      const request = ProcessTurnRequest.fromPartial({ turn });
      const [expected, actual] = await Promise.all([serviceClient, peerClient].map((client) => send(client, request)));
      deepStrictEqual(actual, expected, `turn ${index + 1} of the XState service`);
    }
  });
}

async function send(client: OrchestratorClient, request: ProcessTurnRequest): Promise<object> {
  return summarize((await client.processTurn(request)).response);
}

/** What each scenario contributes, by scenario: the order of the plan depends on priorities, which the peer does not have. */
function summarize({ plan, revision }: ProcessTurnResponse): object {
  const contributions = (plan?.contributions ?? [])
    .map(({ scenarioId, instanceId, stepId, type, fieldsToAsk, templateIds, tools }) => {
      return {
        scenarioId,
        instanceId,
        stepId,
        type,
        fieldsToAsk,
        templateIds,
        tools: tools.map(({ toolId }) => toolId),
      };
    })
    .toSorted((a, b) => a.scenarioId.localeCompare(b.scenarioId));
  return { revision, contributions };
}
