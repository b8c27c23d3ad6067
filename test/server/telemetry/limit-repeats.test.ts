import { limitRepeats } from '../../../src/server/telemetry/limit-repeats';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

/** Creates a limited writer with an interval of a second, and collects what it writes. */
function createWriter() {
  const lines: string[] = [];
  const write = limitRepeats((fields, message) => lines.push(`${message} ${JSON.stringify(fields)}`), 1_000);
  return { lines, write };
}

it('writes the first line at once, and the last one of an interval with the number of lines left out', () => {
  const { lines, write } = createWriter();
  for (const id of [1, 2, 3, 4]) write({ id }, 'failed');
  expect(lines).toEqual(['failed {"id":1}']);
  jest.advanceTimersByTime(1_000);
  expect(lines.slice(1)).toEqual(['failed {"id":4,"omitted_lines":2}']);
  write({ id: 5 }, 'failed');
  expect(lines).toHaveLength(2);
  jest.advanceTimersByTime(1_000);
  expect(lines.slice(2)).toEqual(['failed {"id":5}']);
  jest.advanceTimersByTime(1_000);
  write({ id: 6 }, 'failed');
  expect(lines.slice(3)).toEqual(['failed {"id":6}']);
});

it('limits each message separately', () => {
  const { lines, write } = createWriter();
  write({}, 'a');
  write({}, 'b');
  expect(lines).toEqual(['a {}', 'b {}']);
});

it('writes at most one line per interval and loses no line, whatever the rate', () => {
  const { lines, write } = createWriter();
  for (let step = 0; step < 10_000; step += 1) {
    for (let count = 0; count < (step * 7) % 4; count += 1) write({}, 'failed');
    jest.advanceTimersByTime(7);
  }
  jest.advanceTimersByTime(2_000);
  const omitted = lines.map((line) => Number(/"omitted_lines":(\d+)/.exec(line)?.[1] ?? 0));
  expect(lines.length + omitted.reduce((sum, each) => sum + each, 0)).toBe(15_000);
  expect(lines.length).toBeLessThanOrEqual(73);
});

it('keeps no timer for a message that is not repeated', () => {
  const { write } = createWriter();
  write({}, 'failed');
  jest.advanceTimersByTime(1_000);
  expect(jest.getTimerCount()).toBe(0);
});
