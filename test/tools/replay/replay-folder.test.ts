import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PutScenarioRequest } from '../../../gen/focal/orchestration/v1/scenario_service';
import { PutScenarioResponse } from '../../../gen/focal/orchestration/v1/scenario_service';
import type { Turn } from '../../../gen/focal/orchestration/v1/turn';
import type { ReplayClient } from '../../../tools/replay/replay-client';
import { replayFolder } from '../../../tools/replay/replay-folder';
import { scenarioUuid } from '../../../tools/replay/replay-ids';
import { aDialogue, anAnswer, aSearchChart, aTurn } from './replay-builders';

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

/** A service that takes everything and plans nothing, with what it was sent. */
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
      return { response: anAnswer(), replayed: false };
    },
  };
}

describe('a folder', () => {
  it('is replayed file by file: scenarios stored, dialogues played as sessions of their own', async () => {
    const service = aSilentService();
    const all = await replayFolder({ data, run: 'one' }, service);
    expect(all.map(({ file, turns, active }) => [file, turns, active])).toEqual([
      ['a', 2, 0],
      ['b', 2, 0],
    ]);
    expect(service.put.map(({ scenario }) => scenario?.scenarioId)).toEqual(
      ['a', 'b'].map(() => scenarioUuid('sgd.Homes_1.FindHome')),
    );
    expect(new Set(service.put.map(({ agentId }) => agentId)).size).toBe(2);
    expect(new Set(service.turns.map(({ sessionId }) => sessionId)).size).toBe(4);
  });

  it('tells the figures of a file, and where plan and recording differ, as soon as they are there', async () => {
    const told: unknown[] = [];
    await replayFolder(
      { data, files: ['b'], onFile: ({ file }, disagreements) => told.push([file, disagreements.length]) },
      aSilentService(),
    );
    expect(told).toEqual([['b', 2]]);
  });

  it('is played into new sessions each time', async () => {
    const first = aSilentService();
    const second = aSilentService();
    await replayFolder({ data, files: ['a'] }, first);
    await replayFolder({ data, files: ['a'] }, second);
    expect(second.turns[0]?.sessionId).not.toBe(first.turns[0]?.sessionId);
  });

  it('ends with the scenario that is refused, or the dialogue that fails', async () => {
    const refusal = new Error('no');
    const refusing = { ...aSilentService(), putScenario: () => Promise.reject(refusal) };
    await expect(replayFolder({ data }, refusing)).rejects.toMatchObject({
      message: 'a: scenario sgd.Homes_1.FindHome was refused',
      cause: refusal,
    });
    const failing = { ...aSilentService(), processTurn: () => Promise.reject(refusal) };
    await expect(replayFolder({ data }, failing)).rejects.toMatchObject({
      message: expect.stringMatching(/^a: dialogue d1 \(session [0-9a-f-]+\) failed$/),
      cause: refusal,
    });
  });
});
