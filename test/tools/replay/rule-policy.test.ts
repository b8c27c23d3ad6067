import { join } from 'node:path';
import { type Chart, chartOf } from '../../../tools/replay/chart';
import { scenarioOf } from '../../../tools/replay/chart-scenario';
import { dialogueInputsOf } from '../../../tools/replay/dialogue-inputs';
import { addScores, type DialogueScore, EMPTY_SCORE } from '../../../tools/replay/dialogue-score';
import { type FileFigures, figuresOf } from '../../../tools/replay/file-figures';
import { readRecords } from '../../../tools/replay/read-records';
import { type CatalogueEntry, catalogueEntry } from '../../../tools/replay/replay-catalogue';
import { scoreDialogue } from '../../../tools/replay/score-dialogue';
import { type PolicyFault, RulePolicy } from './rule-policy';

// The sample, or the full data where REPLAY_DATA names its folder.
const DATA = process.env['REPLAY_DATA'] ?? join(__dirname, '..', '..', '..', 'examples', 'replay');

async function figuresOfPolicy(file: string, fault: PolicyFault = 'none'): Promise<FileFigures> {
  const charts = new Map<string, Chart>();
  const catalogue = new Map<string, CatalogueEntry>();
  let score: DialogueScore = EMPTY_SCORE;
  for await (const record of readRecords(join(DATA, `${file}.jsonl`))) {
    if (record.kind === 'scenario') {
      const chart = chartOf(record.value);
      const scenario = scenarioOf(chart);
      charts.set(chart.scenario_id, chart);
      catalogue.set(scenario.scenarioId, catalogueEntry(chart, scenario));
    } else if (record.kind === 'dialogue') {
      const played = new RulePolicy(charts, fault).play(dialogueInputsOf(record.value));
      score = addScores(score, scoreDialogue(played, record.value, catalogue));
    }
  }
  return figuresOf(file, score);
}

describe('the scoring gives a small rule policy the figures that the data promises it', () => {
  it.each(['sgd_natural', 'sgd_interleave', 'sgd_parallel'])('%s: nearly everything', async (file) => {
    const figures = await figuresOfPolicy(file);
    for (const { f1 } of [figures.ask, figures.confirm, figures.action, figures.inform]) {
      expect(f1).toBeGreaterThanOrEqual(0.99);
    }
    expect(figures.active).toBeGreaterThanOrEqual(0.99);
    expect([figures.asksOfKnown, figures.unconfirmedActions]).toEqual([0, 0]);
    expect(figures.completeInWindow).toBeGreaterThanOrEqual(0.97);
    expect(figures.finalState).toBeGreaterThanOrEqual(0.97);
  });

  it('sgd_interleave: every pause with its return', async () => {
    const { pauseReturnRecall, resumeRecall } = await figuresOfPolicy('sgd_interleave');
    expect([pauseReturnRecall, resumeRecall]).toEqual([1, 1]);
  });

  it.each(['star_multi', 'star_single'])('%s: about as much as people agree with a rule', async (file) => {
    const figures = await figuresOfPolicy(file);
    expect(figures.active).toBeGreaterThanOrEqual(0.7);
    expect(figures.active).toBeLessThan(0.98);
  });
});

describe('the scoring takes from a broken policy what the data says that it must', () => {
  it.each(['sgd_natural', 'sgd_interleave', 'sgd_parallel'])('%s: never confirming', async (file) => {
    const figures = await figuresOfPolicy(file, 'never confirms');
    expect(figures.active).toBeLessThan(0.95);
    expect(figures.confirm.recall).toBe(0);
    expect(figures.unconfirmedActions).toBeGreaterThan(0);
  });

  it('sgd_parallel: one scenario a turn', async () => {
    const { active } = await figuresOfPolicy('sgd_parallel', 'one scenario a turn');
    expect(active).toBeLessThan(0.5);
  });
});
