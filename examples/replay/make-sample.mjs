// Creates the sample in this folder from the full data. Usage: node examples/replay/make-sample.mjs DIR. DIR contains *.jsonl
// files in the format scenario-replay/1 and their license texts. The same data produces the same sample.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The number of dialogues to select from each file, evenly distributed. */
const dialogueCounts = { sgd_natural: 10, sgd_interleave: 7, sgd_parallel: 10, star_multi: 9, star_single: 10 };

const [source] = process.argv.slice(2);
if (source === undefined) {
  console.error('usage: node examples/replay/make-sample.mjs DIR');
  process.exit(2);
}

for (const [file, count] of Object.entries(dialogueCounts)) {
  const lines = readFileSync(join(source, `${file}.jsonl`), 'utf8')
    .split('\n')
    .filter(Boolean);
  const records = lines.map((line) => ({ line, ...JSON.parse(line) }));
  const all = records.filter(({ record }) => record === 'dialogue');
  const dialogues = Array.from({ length: count }, (_, index) => all[Math.floor((index * all.length) / count)]);
  const scenarioIds = new Set(dialogues.flatMap(getScenarioIds));
  const scenarios = records.filter(({ record, scenario_id: id }) => record === 'scenario' && scenarioIds.has(id));
  const { line, ...meta } = records[0];
  const head = { ...meta, scenarios: scenarios.length, dialogues: count, sample_of_dialogues: all.length };
  const outputLines = [
    JSON.stringify(head),
    ...scenarios.map((entry) => entry.line),
    ...dialogues.map((entry) => entry.line),
  ];
  writeFileSync(join(import.meta.dirname, `${file}.jsonl`), `${outputLines.join('\n')}\n`);
  console.log(`${file}: ${count} of ${all.length} dialogues, ${scenarios.length} scenarios`);
}
for (const name of readdirSync(source).filter((entry) => entry.startsWith('LICENSE.'))) {
  writeFileSync(join(import.meta.dirname, name), readFileSync(join(source, name)));
}

/** Returns the ids of the scenarios and candidates of a dialogue. */
function getScenarioIds({ scenarios, turns }) {
  return [...scenarios, ...turns.flatMap(({ inputs }) => inputs.candidates.map((candidate) => candidate.scenario_id))];
}
