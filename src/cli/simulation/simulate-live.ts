import { setTimeout as sleep } from 'node:timers/promises';
import type { OrchestratorClient } from 'scenario-orchestrator-client';
import { WatchTurnsRequest, type WatchTurnsResponse } from '../../../gen/focal/orchestration/v1/feed';
import { SimulateTurnsRequest, type SimulateTurnsResponse } from '../../../gen/focal/orchestration/v1/scenario_service';
import { type AgentKey, listNamedScenarios } from '../catalogue-client';
import { FileProblemsError, readScenarioFiles } from '../files';
import { mergeResponses } from './merge-responses';

/** Sessions of one call. */
const batchSize = 25;

export interface LiveSimulation {
  readonly agent: AgentKey;
  /** Empty: all sessions with a turn in the feed that is kept. */
  readonly sessionIds: readonly string[];
  /** Scenario files and folders. */
  readonly paths: readonly string[];
  readonly isComplete: boolean;
  /** Called after each call with the number of turns that it has simulated. */
  readonly onTurns: (count: number) => void;
}

/** Simulates recorded sessions of a running service. Throws FileProblemsError if a file is invalid, and CallError. */
export async function simulateLive(
  client: OrchestratorClient,
  { agent, sessionIds, paths, isComplete, onTurns }: LiveSimulation,
): Promise<SimulateTurnsResponse> {
  const files = readScenarioFiles(paths, await listNamedScenarios(client, agent));
  const errors = files.problems.filter(({ severity }) => severity === 'ERROR');
  if (errors.length > 0) throw new FileProblemsError(errors);
  const ids = sessionIds.length > 0 ? sessionIds : await listFeedSessions(client, agent);
  const responses: SimulateTurnsResponse[] = [];
  for (let start = 0; start < ids.length; start += batchSize) {
    const response = await client.simulateTurns(
      SimulateTurnsRequest.fromPartial({
        ...agent,
        sessionIds: ids.slice(start, start + batchSize),
        scenarios: files.scenarios.map(({ message }) => message),
        relationships: files.relationships.map(({ message }) => message),
        fields: files.fields[0]?.message,
        replacesCatalogue: isComplete,
      }),
    );
    responses.push(response);
    onTurns(response.turnCount);
  }
  return mergeResponses(responses);
}

/** The feed is read to its end when no event has come for this time. */
const endOfFeedMs = 2_000;

/** Lists the sessions that have a turn in the kept part of the feed, sorted. The feed has no end, so a pause counts as one. */
async function listFeedSessions(client: OrchestratorClient, agent: AgentKey): Promise<readonly string[]> {
  const sessions = new Set<string>();
  const end = new AbortController();
  const request = WatchTurnsRequest.fromPartial({ ...agent, fromOldest: true });
  const responses = client.watchTurns(request, { signal: end.signal });
  try {
    for (;;) {
      const next = responses.next();
      next.catch(() => undefined); // It is canceled below if it comes too late.
      const response = await Promise.race([next, waitUntilEnd(next)]);
      if (response === undefined) return [...sessions].sort();
      addSessions(response.value, sessions);
    }
  } finally {
    end.abort();
  }
}

/** Resolves to undefined when the feed is quiet, unless the response comes before. */
async function waitUntilEnd(response: Promise<unknown>): Promise<undefined> {
  const timer = new AbortController();
  const stop = (): void => timer.abort();
  response.then(stop, stop);
  await sleep(endOfFeedMs, undefined, { signal: timer.signal }).catch(() => undefined);
  return undefined;
}

function addSessions({ events }: WatchTurnsResponse, sessions: Set<string>): void {
  for (const { event } of events) {
    if (event?.$case === 'turn') sessions.add(event.value.sessionId);
    if (event?.$case === 'deletedSession' || event?.$case === 'expiredSession') sessions.delete(event.value.sessionId);
  }
}
