export interface ReplayProgress {
  startFile(name: string): FileProgress;
}

export interface FileProgress {
  /** Sets the number of dialogues of the file. */
  setTotal(dialogues: number): void;
  /** Adds a played dialogue with a number of turns. */
  addDialogue(turns: number): void;
  end(): void;
}

export const noProgress: ReplayProgress = {
  startFile: () => ({ setTotal: () => undefined, addDialogue: () => undefined, end: () => undefined }),
};

const barWidth = 24;

/** The part of a stream that the progress needs. */
export interface ProgressOutput {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Shows a bar for each file. On a terminal, the bar is redrawn. Otherwise, it is written once, at the end of the file. */
export function createProgressBars(output: ProgressOutput): ReplayProgress {
  return { startFile: (name) => new FileBar(name, output) };
}

class FileBar implements FileProgress {
  private expected = 0;
  private dialogues = 0;
  private turns = 0;

  constructor(
    private readonly name: string,
    private readonly output: ProgressOutput,
  ) {}

  setTotal(dialogues: number): void {
    this.expected = dialogues;
    this.redraw();
  }

  addDialogue(turns: number): void {
    this.dialogues += 1;
    this.turns += turns;
    this.redraw();
  }

  end(): void {
    this.output.write(this.output.isTTY ? `\r${this.format()}\n` : `${this.format()}\n`);
  }

  private redraw(): void {
    if (this.output.isTTY) this.output.write(`\r${this.format()}`);
  }

  private format(): string {
    const total = Math.max(this.expected, this.dialogues, 1);
    const filled = Math.round((this.dialogues / total) * barWidth);
    const bar = '#'.repeat(filled).padEnd(barWidth, '.');
    return `${this.name.padEnd(16)} [${bar}] ${this.dialogues}/${total} dialogues, ${this.turns} turns`;
  }
}
