import { statusLine } from '../../src/cli/terminal';

describe('the status line of a terminal', () => {
  let written: string;
  const stream = { columns: 40, write: (text: string) => { written += text; } };

  beforeEach(() => {
    written = '';
    jest.useFakeTimers();
  });

  afterEach(() => jest.useRealTimers());

  test('shows the present step and its duration, and is gone at the end', async () => {
    const result = await statusLine(stream).during('Iot: create Ca', async () => {
      await jest.advanceTimersByTimeAsync(2_600);
      return 'done';
    });
    expect(result).toBe('done');
    const lines = written.split('\r\u001b[K');
    expect(lines).toContain('Iot: create Ca … 0 s');
    expect(lines.slice(-2)).toEqual(['Iot: create Ca … 2 s', '']);
  });

  test('stays on one line', async () => {
    await statusLine(stream).during('x'.repeat(100), () => jest.advanceTimersByTimeAsync(1_000));
    expect(Math.max(...written.split('\r\u001b[K').map(line => line.length))).toBe(39);
  });

  test('is silent for steps that end at once', async () => {
    await statusLine(stream).during('Iot: create Ca', async () => 'done');
    await jest.advanceTimersByTimeAsync(5_000);
    expect(written).toBe('');
  });

  test('shows the whole that a step is a part of, and how long that has taken', async () => {
    const progress = statusLine({ ...stream, columns: 100 });
    await progress.during('stack Iot', async () => {
      await jest.advanceTimersByTimeAsync(3_000);
      await progress.during('137 of 300 resources', () => progress.during('create Sensor137', () => jest.advanceTimersByTimeAsync(1_500)));
    });
    const lines = written.split('\r\u001b[K');
    expect(lines).toContain('stack Iot … 2 s');
    expect(lines).toContain('stack Iot: 137 of 300 resources: create Sensor137 … 4 s');
    expect(lines[lines.length - 1]).toBe('');
  });

  test('counts many short steps, each of which ends before anybody could read it', async () => {
    const progress = statusLine(stream);
    await progress.during('stack Iot', async () => {
      for (let step = 1; step <= 300; step++) {
        await progress.during(`${step} of 300`, () => jest.advanceTimersByTimeAsync(20));
      }
    });
    const shown = written.split('\r\u001b[K').filter(line => line !== '');
    expect(shown.length).toBeGreaterThan(15);
    expect(shown.length).toBeLessThan(30);
    expect(shown[shown.length - 1]).toMatch(/^stack Iot: (29\d|300) of 300 … [56] s$/);
  });

  test('is gone after a failure too', async () => {
    await expect(statusLine(stream).during('Iot: create Ca', async () => {
      await jest.advanceTimersByTimeAsync(1_000);
      throw new Error('refused');
    })).rejects.toThrow('refused');
    expect(written).toMatch(/\r\u001b\[K$/);
    written = '';
    await jest.advanceTimersByTimeAsync(5_000);
    expect(written).toBe('');
  });
});
