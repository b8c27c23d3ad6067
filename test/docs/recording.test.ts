import { childTimeoutMs, execute } from '../cli/command-line';
import { ensureBuilt } from '../support/built-server';

test(
  'docs/terminal.svg shows what the program prints',
  async () => {
    await ensureBuilt();
    const { code, stderr } = await execute('node', ['scripts/recording/record.mjs', '--check']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  },
  childTimeoutMs,
);
