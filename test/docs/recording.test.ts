import { childTimeoutMs, execute } from '../cli/command-line';
import { ensureBuilt } from '../support/built-server';

test(
  'docs/terminal.svg shows the output of the program',
  async () => {
    await ensureBuilt();
    const { code, stderr } = await execute('node', ['scripts/recording/record.mjs', '--check']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  },
  childTimeoutMs,
);
