// A reporter of Jest. Jest stops a test after its timeout, but not one whose process never yields to its event loop. This reporter then
// names the files that have not ended, kills the processes that run them, and ends the run with code 1.
const { existsSync, readdirSync, readFileSync } = require('node:fs');

/** Time without the result of a file after which the run is ended. Longer than the timeouts of all tests of any file. Milliseconds. */
const limitMs = 20 * 60_000;

class StalledFiles {
  running = new Set();
  timer;

  constructor(_config, { write = (text) => process.stderr.write(text), end = endRun } = {}) {
    this.write = write;
    this.end = end;
  }

  onRunStart() {
    this.restart();
  }

  onTestFileStart({ path }) {
    this.running.add(path);
  }

  onTestFileResult({ path }) {
    this.running.delete(path);
    this.restart();
  }

  onRunComplete() {
    clearTimeout(this.timer);
  }

  restart() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.write(
        `\nNo test file has ended for ${limitMs / 60_000} minutes, so the run is ended. Still running:\n` +
          [...this.running].map((path) => `  ${path}\n`).join(''),
      );
      this.end();
    }, limitMs);
    this.timer.unref();
  }
}

function endRun() {
  for (const pid of listChildren()) process.kill(pid, 'SIGKILL');
  process.exit(1);
}

/** The process ids of the children of this process; none where there is no /proc. */
function listChildren() {
  if (!existsSync('/proc/self/stat')) return [];
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => readParent(pid) === process.pid);
}

/** The process id of the parent; undefined if there is no such process. */
function readParent(pid) {
  try {
    // The second field is the name in parentheses, which may contain spaces.
    const [, parent] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ');
    return Number(parent);
  } catch {
    return undefined;
  }
}

module.exports = StalledFiles;
