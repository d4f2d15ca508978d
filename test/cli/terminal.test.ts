import { statusLine } from '../../src/cli/terminal';

describe('the status line of a terminal', () => {
  let written: string;
  const stream = { columns: 40, write: (text: string) => { written += text; } };

  beforeEach(() => {
    written = '';
    jest.useFakeTimers();
  });

  afterEach(() => jest.useRealTimers());

  test('tells what is going on and for how long, and is gone in the end', async () => {
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

  test('says nothing of what is done at once', async () => {
    await statusLine(stream).during('Iot: create Ca', async () => 'done');
    await jest.advanceTimersByTimeAsync(5_000);
    expect(written).toBe('');
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
