import { OrchestratorError } from '../../../src/core/model/orchestrator-error';
import type { Logger } from '../../../src/server/ports/logger';
import { createPinoLogger, type PinoLoggerOptions } from '../../../src/server/telemetry/pino-logger';

/** Creates a logger and collects its lines. */
function createLogger(options: Partial<PinoLoggerOptions> = {}): {
  log: Logger;
  lines: () => Record<string, unknown>[];
} {
  const written: string[] = [];
  const destination = { write: (line: string) => void written.push(line) };
  const log = createPinoLogger({ level: 'debug', isCustomerDataAllowed: false, destination, ...options });
  return { log, lines: () => written.map((line) => JSON.parse(line)) };
}

it('writes a JSON line with time, level, fields and message', () => {
  const { log, lines } = createLogger();
  log.info({ session_id: 's', revision: 3 }, 'turn committed');
  expect(lines()).toEqual([
    {
      level: 'info',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      session_id: 's',
      revision: 3,
      msg: 'turn committed',
    },
  ]);
});

it('writes only lines at or above its level', () => {
  const { log, lines } = createLogger({ level: 'warn' });
  log.debug({}, 'a');
  log.info({}, 'b');
  log.warn({}, 'c');
  log.error({}, 'd');
  expect(lines().map(({ msg }) => msg)).toEqual(['c', 'd']);
});

describe('customer data and secrets', () => {
  const fields = {
    turn_id: 't',
    customer_data: { name: 'Lovelace' },
    sessionVariables: { iban: 'Lovelace' },
    plan: { asks: [{ field: 'name', known_values: { name: 'Lovelace' } }] },
    bytes: Buffer.from('Lovelace'),
    value: 'Lovelace',
  };

  it('are redacted by field name at any depth, and bytes are replaced by their length', () => {
    const { log, lines } = createLogger();
    log.info(fields, 'm');
    expect(lines()[0]).toMatchObject({
      turn_id: 't',
      customer_data: '[redacted]',
      sessionVariables: '[redacted]',
      plan: { asks: [{ field: 'name', known_values: '[redacted]' }] },
      bytes: '[8 bytes]',
      value: '[redacted]',
    });
    expect(JSON.stringify(lines())).not.toContain('Lovelace');
  });

  it('are written if customer data is allowed', () => {
    const { log, lines } = createLogger({ isCustomerDataAllowed: true });
    log.info(fields, 'm');
    expect(lines()[0]).toMatchObject({ customer_data: { name: 'Lovelace' }, value: 'Lovelace' });
  });

  it('are not written as properties of an error, such as the arguments of a Redis command', () => {
    const { log, lines } = createLogger();
    const cause = Object.assign(new Error('Command timed out'), { code: 'ETIMEDOUT', command: { args: ['Lovelace'] } });
    log.error(
      { error: new OrchestratorError('STORE_UNAVAILABLE', 'The store does not respond.', { cause }) },
      'failed',
    );
    expect(lines()[0]).toMatchObject({
      error: {
        type: 'OrchestratorError',
        message: 'The store does not respond.',
        reason: 'STORE_UNAVAILABLE',
        stack: expect.stringContaining('pino-logger.test'),
        cause: { type: 'Error', message: 'Command timed out', code: 'ETIMEDOUT' },
      },
    });
    expect(JSON.stringify(lines())).not.toContain('Lovelace');
  });

  it('are redacted in fields of passwords, tokens and URLs', () => {
    const { log, lines } = createLogger();
    log.info(
      {
        redis: { url: 'redis://:x@h', password: 'x' },
        authorization: 'x',
        api_key: 'x',
        credentials: 'x',
        privateKey: 'x',
      },
      'm',
    );
    expect(lines()[0]).toMatchObject({
      redis: { url: '[redacted]', password: '[redacted]' },
      authorization: '[redacted]',
      api_key: '[redacted]',
      credentials: '[redacted]',
      privateKey: '[redacted]',
    });
  });
});

it('writes values that JSON does not support: cycles, big integers and __proto__', () => {
  const { log, lines } = createLogger();
  const cycle: Record<string, unknown> = { big: 2n ** 64n };
  cycle['self'] = cycle;
  log.info({ cycle, hostile: JSON.parse('{"__proto__": {"polluted": true}, "constructor": 1, "a": 2}') }, 'm');
  expect(lines()[0]).toMatchObject({ cycle: { big: '18446744073709551616' }, hostile: { constructor: 1, a: 2 } });
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
});
