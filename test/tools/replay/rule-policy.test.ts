import { join } from 'node:path';
import { type CatalogueEntry, type Chart, parseChart, toCatalogueEntry } from '../../../tools/replay/chart';
import { toScenario } from '../../../tools/replay/chart-scenario';
import { parseDialogueInputs } from '../../../tools/replay/dialogue-inputs';
import { type FileFigures, toFigures } from '../../../tools/replay/figures';
import { readRecords } from '../../../tools/replay/read-records';
import { scoreDialogue } from '../../../tools/replay/score-dialogue';
import { addGroupScores, emptyScores, type GroupScores } from '../../../tools/replay/scores';
import { type PolicyFault, RulePolicy } from './rule-policy';

// The folder in REPLAY_DATA; by default the sample.
const dataFolder = process.env['REPLAY_DATA'] ?? join(__dirname, '..', '..', '..', 'examples', 'replay');

async function scorePolicy(file: string, fault: PolicyFault = 'none'): Promise<FileFigures> {
  const charts = new Map<string, Chart>();
  const catalogue = new Map<string, CatalogueEntry>();
  let score: GroupScores = emptyScores;
  for await (const record of readRecords(join(dataFolder, `${file}.jsonl`))) {
    if (record.kind === 'scenario') {
      const chart = parseChart(record.value);
      const scenario = toScenario(chart);
      charts.set(chart.scenario_id, chart);
      catalogue.set(scenario.scenarioId, toCatalogueEntry(chart, scenario));
    } else if (record.kind === 'dialogue') {
      const played = new RulePolicy(charts, fault).play(parseDialogueInputs(record.value));
      score = addGroupScores(score, scoreDialogue(played, record.value, catalogue));
    }
  }
  return toFigures(file, score);
}

describe('the scoring of a rule policy', () => {
  it.each(['sgd_natural', 'sgd_interleave', 'sgd_parallel'])('%s: nearly all acts agree', async (file) => {
    const figures = await scorePolicy(file);
    for (const { f1 } of [figures.ask, figures.confirm, figures.action, figures.inform]) {
      expect(f1).toBeGreaterThanOrEqual(0.99);
    }
    expect(figures.active).toBeGreaterThanOrEqual(0.99);
    expect([figures.asksForKnownFields, figures.unconfirmedActions]).toEqual([0, 0]);
    expect(figures.completeInWindow).toBeGreaterThanOrEqual(0.97);
    expect(figures.finalState).toBeGreaterThanOrEqual(0.97);
  });

  it('sgd_interleave: every pause and resume agrees', async () => {
    const { pauseReturnRecall, resumeRecall } = await scorePolicy('sgd_interleave');
    expect([pauseReturnRecall, resumeRecall]).toEqual([1, 1]);
  });

  it.each(['star_multi', 'star_single'])('%s: the agreement of acts is at least 70% and below 98%', async (file) => {
    const figures = await scorePolicy(file);
    expect(figures.active).toBeGreaterThanOrEqual(0.7);
    expect(figures.active).toBeLessThan(0.98);
  });
});

describe('the scoring of a broken policy', () => {
  it.each(['sgd_natural', 'sgd_interleave', 'sgd_parallel'])(
    '%s: loses confirmations and has unconfirmed actions if it never confirms',
    async (file) => {
      const figures = await scorePolicy(file, 'never confirms');
      expect(figures.active).toBeLessThan(0.95);
      expect(figures.confirm.recall).toBe(0);
      expect(figures.unconfirmedActions).toBeGreaterThan(0);
    },
  );

  it('sgd_parallel: loses most turns if it serves one scenario per turn', async () => {
    const { active } = await scorePolicy('sgd_parallel', 'one scenario per turn');
    expect(active).toBeLessThan(0.5);
  });
});
