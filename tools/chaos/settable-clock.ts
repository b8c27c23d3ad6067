import { readFileSync, renameSync, writeFileSync } from 'node:fs';

// Loaded into a node before the service (node --require), so that its clock can be set while it runs, without changing the clock of
// the machine. On SIGUSR2 it reads the offset from the file CHAOS_CLOCK_FILE, and confirms it in the file CHAOS_CLOCK_FILE.set.
// Monotonic time (performance.now, timers) does not change, as for a real clock.

const RealDate = Date;
let offsetMs = 0;

class SettableDate extends RealDate {
  constructor(...parts: readonly unknown[]) {
    if (parts.length === 0) super(SettableDate.now());
    else super(...(parts as [number]));
  }

  static override now(): number {
    return RealDate.now() + offsetMs;
  }
}

globalThis.Date = SettableDate as DateConstructor;

const file = process.env['CHAOS_CLOCK_FILE'];
if (file === undefined) throw new Error('CHAOS_CLOCK_FILE must name the file with the offset of the clock.');

process.on('SIGUSR2', () => {
  const text = readFileSync(file, 'utf8');
  // The digits after the point only distinguish the changes.
  offsetMs = Math.trunc(Number(text));
  // Renamed, so that a reader never finds an empty file.
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, `${file}.set`);
});
