import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ContributionType } from '../../../gen/focal/orchestration/v1/contribution';
import { ScenarioLifecycleAction } from '../../../gen/focal/orchestration/v1/lifecycle';
import type { ProcessTurnResponse } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { type Turn, TurnTrigger } from '../../../gen/focal/orchestration/v1/turn';
import { type DialogueInputs, dialogueInputsOf } from '../../../tools/replay/dialogue-inputs';
import { playDialogue } from '../../../tools/replay/play-dialogue';
import { dialogueIds } from '../../../tools/replay/replay-ids';
import { aContribution, aDecision, aDialogue, anAnswer, aSignal, aTurn } from './replay-builders';

const FIND = 'sgd.Homes_1.FindHome';
const ids = dialogueIds('run', 'file', 'd1');
const hint = aContribution(ContributionType.CONTRIBUTION_TYPE_ACTION_HINT, { tools: [{ toolId: 'Homes_1.FindHome' }] });

/** Plays against a service that gives these answers in turn, and then empty ones; returns what it was sent. */
async function requestsOf(inputs: DialogueInputs, answers: readonly ProcessTurnResponse[] = []): Promise<Turn[]> {
  const sent: Turn[] = [];
  const played = await playDialogue(inputs, ids, async ({ turn }) => {
    if (turn === undefined) throw new Error('no turn');
    sent.push(turn);
    return answers[sent.length - 1] ?? anAnswer();
  });
  expect(played.turns.flatMap(({ exchanges }) => exchanges).length + 1).toBe(sent.length);
  return sent;
}

describe('playing a dialogue', () => {
  const run = { scenario_id: FIND, tool: 'Homes_1.FindHome', status: 'success', result_count: 1 } as const;

  it('sends each message, and at last that the customer has left', async () => {
    const sent = await requestsOf(aDialogue([aTurn(), aTurn({ signals: [aSignal({ scenario_id: FIND })] })]));
    expect(sent.map(({ situation }) => situation?.signals.length)).toEqual([0, 1, 0]);
    expect(sent.map(({ situation }) => situation?.facts['ending'])).toEqual([false, false, true]);
  });

  it('feeds back the results of hinted tools before the next message, for as long as there are some', async () => {
    const dialogue = aDialogue([aTurn({}, { tool_outcomes: [run, run] })]);
    const sent = await requestsOf(dialogue, [anAnswer([hint]), anAnswer([hint]), anAnswer([hint])]);
    const { TURN_TRIGGER_MESSAGE: message, TURN_TRIGGER_TOOL_RESULTS: results } = TurnTrigger;
    expect(sent.map(({ trigger }) => trigger)).toEqual([message, results, results, message]);
    expect(sent.map(({ stepOutcomes }) => stepOutcomes.length)).toEqual([0, 1, 1, 0]);
  });

  it('sends the turns of one session with ids and times of their own, the same on each replay', async () => {
    const dialogue = aDialogue([aTurn(), aTurn()]);
    const sent = await requestsOf(dialogue);
    expect(new Set(sent.map(({ turnId }) => turnId)).size).toBe(3);
    expect(new Set(sent.map(({ sessionId }) => sessionId))).toEqual(new Set([ids.sessionId]));
    const times = sent.map(({ occurredAt }) => occurredAt?.getTime() ?? 0);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(await requestsOf(dialogue)).toEqual(sent);
  });

  it('addresses a yes to the instance that asked for it', async () => {
    const signals = [aSignal({ scenario_id: FIND, confirmation: 'yes' as const })];
    const confirm = aContribution(ContributionType.CONTRIBUTION_TYPE_CONFIRM, { actionKey: 'key-1' });
    const start = aDecision(ScenarioLifecycleAction.SCENARIO_LIFECYCLE_ACTION_START);
    const sent = await requestsOf(aDialogue([aTurn(), aTurn({ signals })]), [anAnswer([confirm], [start])]);
    expect(sent[1]?.stepOutcomes).toMatchObject([{ instanceId: 'instance-1', actionKey: 'key-1' }]);
  });
});

describe('the mapping reads inputs and tool outcomes only', () => {
  const sample = readFileSync(join(__dirname, '..', '..', '..', 'examples', 'replay', 'sgd_interleave.jsonl'), 'utf8');
  const records: Record<string, unknown>[] = sample
    .split('\n')
    .filter((line) => line.includes('"record": "dialogue"'))
    .map((line) => JSON.parse(line));

  it('so it sends the same turns whatever was expected', async () => {
    expect(records.length).toBeGreaterThan(0);
    for (const record of records) {
      const { turns } = record;
      if (!Array.isArray(turns)) throw new Error('a dialogue has turns');
      const scrambled = {
        ...record,
        lifecycles: 'anything',
        composite: null,
        turns: turns.map((turn) => ({ ...turn, expected: { acts: ['anything'] }, user_text: '?', system_text: '?' })),
      };
      expect(dialogueInputsOf(scrambled)).toEqual(dialogueInputsOf(record));
      expect(await requestsOf(dialogueInputsOf(scrambled))).toEqual(await requestsOf(dialogueInputsOf(record)));
    }
  });

  it('so nothing of what was expected is even in its hands', () => {
    const words = JSON.stringify(records.map(dialogueInputsOf));
    for (const word of ['expected', 'lifecycle', 'system_text', 'user_text']) expect(words).not.toContain(word);
  });

  it('so only the scoring imports the reference', () => {
    const folder = join(__dirname, '..', '..', '..', 'src', 'replay');
    const importers = readdirSync(folder).filter((name) =>
      readFileSync(join(folder, name), 'utf8').includes("from './reference'"),
    );
    expect(importers.filter((name) => !name.includes('score'))).toEqual([]);
    expect(importers).not.toEqual([]);
  });
});
