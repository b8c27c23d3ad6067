import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { CallError } from 'scenario-orchestrator-client';
import type { PutScenarioRequest } from '../../../gen/focal/orchestration/v1/scenario_service';
import { PutScenarioResponse } from '../../../gen/focal/orchestration/v1/scenario_service';
import type { Turn } from '../../../gen/focal/orchestration/v1/turn';
import { type ReplayClient, replayFolder } from '../../../tools/replay/replay-folder';
import { toScenarioId } from '../../../tools/replay/replay-ids';
import { aDialogue, aResponse, aSearchChart, aTurn } from './replay-builders';

let data: string;
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'replay-'));
  const expected = { acts: [{ type: 'ASK', scenario_id: 'sgd.Homes_1.FindHome' }], lifecycle: [] };
  const { turns } = aDialogue([aTurn()]);
  const dialogue = { lifecycles: [], turns: turns.map((turn) => ({ ...turn, expected })) };
  const records = [
    { record: 'meta', format: 'scenario-replay/1', dialogues: 2 },
    { record: 'scenario', ...aSearchChart() },
    { record: 'dialogue', dialogue_id: 'd1', ...dialogue },
    { record: 'dialogue', dialogue_id: 'd2', ...dialogue },
  ];
  for (const file of ['a', 'b']) {
    writeFileSync(join(data, `${file}.jsonl`), records.map((record) => JSON.stringify(record)).join('\n'));
  }
});
afterEach(() => rmSync(data, { recursive: true, force: true }));

/** A service that accepts all requests, returns empty plans, and records the requests. */
function aSilentService(): ReplayClient & { readonly put: PutScenarioRequest[]; readonly turns: Turn[] } {
  const put: PutScenarioRequest[] = [];
  const turns: Turn[] = [];
  return {
    put,
    turns,
    putScenario: async (request) => {
      put.push(request);
      return PutScenarioResponse.create();
    },
    processTurn: async ({ turn }) => {
      if (turn !== undefined) turns.push(turn);
      return { response: aResponse(), replayed: false };
    },
  };
}

describe('the replay of a folder', () => {
  it('stores the scenarios and plays each dialogue in its own session, file by file', async () => {
    const service = aSilentService();
    const all = await replayFolder({ data, run: 'one' }, service);
    expect(all.map(({ file, turns, active }) => [file, turns, active])).toEqual([
      ['a', 2, 0],
      ['b', 2, 0],
    ]);
    expect(service.put.map(({ scenario }) => scenario?.scenarioId)).toEqual(
      ['a', 'b'].map(() => toScenarioId('sgd.Homes_1.FindHome')),
    );
    expect(new Set(service.put.map(({ agentId }) => agentId)).size).toBe(2);
    expect(new Set(service.turns.map(({ sessionId }) => sessionId)).size).toBe(4);
  });

  it('reports the figures and disagreements of each file', async () => {
    const reported: unknown[] = [];
    await replayFolder(
      { data, files: ['b'], onFile: ({ file }, disagreements) => reported.push([file, disagreements.length]) },
      aSilentService(),
    );
    expect(reported).toEqual([['b', 2]]);
  });

  it('uses new sessions each time', async () => {
    const first = aSilentService();
    const second = aSilentService();
    await replayFolder({ data, files: ['a'] }, first);
    await replayFolder({ data, files: ['a'] }, second);
    expect(second.turns[0]?.sessionId).not.toBe(first.turns[0]?.sessionId);
  });

  it('rejects with the scenario or dialogue of a failed call', async () => {
    const failure = new CallError('ProcessTurn', { code: status.UNAVAILABLE, message: 'no connection', details: [] });
    const refusing = { ...aSilentService(), putScenario: () => Promise.reject(failure) };
    await expect(replayFolder({ data }, refusing)).rejects.toMatchObject({
      message: expect.stringMatching(/^a: cannot store the scenario sgd\.Homes_1\.FindHome: /),
      exitCode: 3,
    });
    const failing = { ...aSilentService(), processTurn: () => Promise.reject(failure) };
    await expect(replayFolder({ data }, failing)).rejects.toMatchObject({
      message: expect.stringMatching(/^a: dialogue d1 \(session [0-9a-f-]+\) failed: /),
      exitCode: 3,
    });
  });

  it('rejects with the file of a record that does not match the format', async () => {
    const meta = { record: 'meta', format: 'scenario-replay/1' };
    writeFileSync(
      join(data, 'a.jsonl'),
      [meta, { record: 'dialogue' }].map((record) => JSON.stringify(record)).join('\n'),
    );
    await expect(replayFolder({ data }, aSilentService())).rejects.toMatchObject({
      message: expect.stringMatching(/^a: not a record of scenario-replay\/1: /),
      exitCode: 1,
    });
  });
});
