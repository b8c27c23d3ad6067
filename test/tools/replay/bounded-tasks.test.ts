import { BoundedTasks } from '../../../tools/replay/replay-folder';

describe('bounded tasks', () => {
  it('run all tasks with limited concurrency', async () => {
    const tasks = new BoundedTasks(3);
    let running = 0;
    let maxRunning = 0;
    let done = 0;
    for (let i = 0; i < 10; i += 1) {
      await tasks.add(async () => {
        running += 1;
        maxRunning = Math.max(maxRunning, running);
        await new Promise((resolve) => setTimeout(resolve, 1));
        running -= 1;
        done += 1;
      });
    }
    await tasks.waitForAll();
    expect([maxRunning, done]).toEqual([3, 10]);
  });

  it('throw the first failure from the next call', async () => {
    const tasks = new BoundedTasks(1);
    await tasks.add(() => Promise.reject(new Error('first')));
    await expect(tasks.add(async () => undefined)).rejects.toThrow('first');
    await expect(tasks.waitForAll()).rejects.toThrow('first');
  });
});
