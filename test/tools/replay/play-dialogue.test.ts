import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ContributionType } from '../../../gen/focal/orchestration/v1/contribution';
import { ScenarioLifecycleAction } from '../../../gen/focal/orchestration/v1/lifecycle';
import type { ProcessTurnResponse } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { type Turn, TurnTrigger } from '../../../gen/focal/orchestration/v1/turn';
import { type DialogueInputs, parseDialogueInputs } from '../../../tools/replay/dialogue-inputs';
import { playDialogue } from '../../../tools/replay/play-dialogue';
import { getDialogueIds } from '../../../tools/replay/replay-ids';
import { aContribution, aDecision, aDialogue, aResponse, aSignal, aTurn } from './replay-builders';

const findHome = 'sgd.Homes_1.FindHome';
const ids = getDialogueIds('run', 'file', 'd1');
const hint = aContribution(ContributionType.CONTRIBUTION_TYPE_ACTION_HINT, { tools: [{ toolId: 'Homes_1.FindHome' }] });

/** Plays a dialogue against a service that returns `responses`, followed by empty responses. Returns the sent turns. */
async function collectTurns(inputs: DialogueInputs, responses: readonly ProcessTurnResponse[] = []): Promise<Turn[]> {
  const sent: Turn[] = [];
  const played = await playDialogue(inputs, ids, async ({ turn }) => {
    if (turn === undefined) throw new Error('The request has no turn.');
    sent.push(turn);
    return responses[sent.length - 1] ?? aResponse();
  });
  expect(played.turns.flatMap(({ exchanges }) => exchanges).length + 1).toBe(sent.length);
  return sent;
}

describe('a played dialogue', () => {
  const run = { scenario_id: findHome, tool: 'Homes_1.FindHome', status: 'success', result_count: 1 } as const;

  it('sends each message, and the fact that the customer has left', async () => {
    const sent = await collectTurns(aDialogue([aTurn(), aTurn({ signals: [aSignal({ scenario_id: findHome })] })]));
    expect(sent.map(({ situation }) => situation?.signals.length)).toEqual([0, 1, 0]);
    expect(sent.map(({ situation }) => situation?.facts['ending'])).toEqual([false, false, true]);
  });

  it('sends the results of hinted tools before the next message', async () => {
    const other = { ...run, scenario_id: 'sgd.Homes_1.BookVisit', tool: 'Homes_1.BookVisit' };
    const otherHint = aContribution(ContributionType.CONTRIBUTION_TYPE_ACTION_HINT, {
      scenario: other.scenario_id,
      tools: [{ toolId: other.tool }],
    });
    const dialogue = aDialogue([aTurn({}, { tool_outcomes: [run, other] })]);
    const sent = await collectTurns(dialogue, [aResponse([hint]), aResponse([otherHint]), aResponse([otherHint])]);
    const { TURN_TRIGGER_MESSAGE: message, TURN_TRIGGER_TOOL_RESULTS: results } = TurnTrigger;
    expect(sent.map(({ trigger }) => trigger)).toEqual([message, results, results, message]);
    expect(sent.map(({ stepOutcomes }) => stepOutcomes.length)).toEqual([0, 1, 1, 0]);
  });

  it('reports a run that the plan did not ask for, until its instance ends', async () => {
    const start = aDecision(ScenarioLifecycleAction.SCENARIO_LIFECYCLE_ACTION_START);
    const complete = aDecision(ScenarioLifecycleAction.SCENARIO_LIFECYCLE_ACTION_COMPLETE);
    const dialogue = aDialogue([aTurn({}, { tool_outcomes: [run] }), aTurn(), aTurn()]);
    const sent = await collectTurns(dialogue, [aResponse([], [start]), aResponse(), aResponse([], [complete])]);
    expect(sent.map(({ sessionVariables }) => sessionVariables)).toEqual([
      {},
      { 'Homes_1.FindHome.report': { succeeded: true, sequence: 1 }, 'Homes_1.FindHome.succeeded': true },
      {},
      { 'Homes_1.FindHome.report': null, 'Homes_1.FindHome.succeeded': null },
      {},
    ]);
    expect(sent[1]?.trigger).toBe(TurnTrigger.TURN_TRIGGER_TOOL_RESULTS);
  });

  it('reports the runs that follow the hinted one together with its outcome', async () => {
    const start = aDecision(ScenarioLifecycleAction.SCENARIO_LIFECYCLE_ACTION_START);
    const dialogue = aDialogue([aTurn({}, { tool_outcomes: [run, { ...run, tool: 'Homes_1.Book' }] })]);
    const sent = await collectTurns(dialogue, [aResponse([hint], [start])]);
    expect(sent[1]).toMatchObject({
      stepOutcomes: [{ toolId: 'Homes_1.FindHome' }],
      sessionVariables: { 'Homes_1.Book.succeeded': true },
    });
  });

  it('sends nothing about a run of a scenario that is not running', async () => {
    const sent = await collectTurns(aDialogue([aTurn({}, { tool_outcomes: [run] })]));
    expect(sent.map(({ trigger }) => trigger)).toEqual([
      TurnTrigger.TURN_TRIGGER_MESSAGE,
      TurnTrigger.TURN_TRIGGER_MESSAGE,
    ]);
  });

  it('sends turns with unique ids and increasing times, which are equal in every replay', async () => {
    const dialogue = aDialogue([aTurn(), aTurn()]);
    const sent = await collectTurns(dialogue);
    expect(new Set(sent.map(({ turnId }) => turnId)).size).toBe(3);
    expect(new Set(sent.map(({ sessionId }) => sessionId))).toEqual(new Set([ids.sessionId]));
    const times = sent.map(({ occurredAt }) => occurredAt?.getTime() ?? 0);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(await collectTurns(dialogue)).toEqual(sent);
  });

  it('sends a yes to the instance of the CONFIRM', async () => {
    const signals = [aSignal({ scenario_id: findHome, confirmation: 'yes' as const })];
    const confirm = aContribution(ContributionType.CONTRIBUTION_TYPE_CONFIRM, { actionKey: 'key-1' });
    const start = aDecision(ScenarioLifecycleAction.SCENARIO_LIFECYCLE_ACTION_START);
    const sent = await collectTurns(aDialogue([aTurn(), aTurn({ signals })]), [aResponse([confirm], [start])]);
    expect(sent[1]?.stepOutcomes).toMatchObject([{ instanceId: 'instance-1', actionKey: 'key-1' }]);
  });
});

describe('the mapping of a dialogue', () => {
  const sample = readFileSync(join(__dirname, '..', '..', '..', 'examples', 'replay', 'sgd_interleave.jsonl'), 'utf8');
  const records: Record<string, unknown>[] = sample
    .split('\n')
    .filter((line) => line.includes('"record": "dialogue"'))
    .map((line) => JSON.parse(line));

  it('sends the same turns for any expected results', async () => {
    expect(records.length).toBeGreaterThan(0);
    for (const record of records) {
      const { turns } = record;
      if (!Array.isArray(turns)) throw new Error('The dialogue has no turns.');
      const scrambled = {
        ...record,
        lifecycles: 'anything',
        composite: null,
        turns: turns.map((turn) => ({ ...turn, expected: { acts: ['anything'] }, user_text: '?', system_text: '?' })),
      };
      expect(parseDialogueInputs(scrambled)).toEqual(parseDialogueInputs(record));
      expect(await collectTurns(parseDialogueInputs(scrambled))).toEqual(
        await collectTurns(parseDialogueInputs(record)),
      );
    }
  });

  it('has inputs without the expected results', () => {
    const words = JSON.stringify(records.map(parseDialogueInputs));
    for (const word of ['expected', 'lifecycle', 'system_text', 'user_text']) expect(words).not.toContain(word);
  });

  it('does not import the reference', () => {
    const folder = join(__dirname, '..', '..', '..', 'tools', 'replay');
    const importers = readdirSync(folder).filter((name) =>
      readFileSync(join(folder, name), 'utf8').includes("from './reference'"),
    );
    expect(importers).toEqual(['score-dialogue.ts', 'score-lifecycle.ts', 'scores.ts']);
  });

  it('names no chart and no step', () => {
    const folder = join(__dirname, '..', '..', '..', 'tools', 'replay');
    const files = readdirSync(folder).filter((name) => !/^(score|scores|seen-charts|figures|reference)/.test(name));
    const charts = readFileSync(join(folder, 'seen-charts.ts'), 'utf8').match(/star\.\w+/g) ?? [];
    expect(charts.length).toBeGreaterThan(5);
    for (const name of files) {
      const text = readFileSync(join(folder, name), 'utf8');
      expect([name, charts.filter((chart) => text.includes(chart))]).toEqual([name, []]);
      expect([name, /step_id === '|scenario_id === '/.test(text)]).toEqual([name, false]);
    }
  });
});
