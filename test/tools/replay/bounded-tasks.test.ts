import { BoundedTasks } from '../../../tools/replay/bounded-tasks';

describe('bounded tasks', () => {
  it('run no more than allowed at once, and all of them', async () => {
    const tasks = new BoundedTasks(3);
    let running = 0;
    let most = 0;
    let done = 0;
    for (let i = 0; i < 10; i += 1) {
      await tasks.add(async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setTimeout(resolve, 1));
        running -= 1;
        done += 1;
      });
    }
    await tasks.done();
    expect([most, done]).toEqual([3, 10]);
  });

  it('give the first failure to whoever waits next', async () => {
    const tasks = new BoundedTasks(1);
    await tasks.add(() => Promise.reject(new Error('first')));
    await expect(tasks.add(async () => undefined)).rejects.toThrow('first');
    await expect(tasks.done()).rejects.toThrow('first');
  });
});
