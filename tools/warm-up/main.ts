import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatRecordedCalls, recordCalls } from './record-calls';

// `npm run warm-up-calls`: writes the calls of the warm-up. The relative paths start at dist/tools/warm-up.
const root = join(__dirname, '..', '..', '..');

recordCalls(join(root, 'examples')).then(
  (calls) => writeFileSync(join(root, 'src', 'server', 'warm-up', 'recorded-calls.json'), formatRecordedCalls(calls)),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(1);
  },
);
