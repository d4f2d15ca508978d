import { fields, table } from '../../src/cli/table';
import { displayWidth } from '../../src/cli/text-width';

const HEAD = ['name', 'what is said of it', 'number'];
const ROWS = [['one', 'a sentence of several words that can be broken', '1'], ['three', 'short', '333']];

describe('a table', () => {
  test('is as wide as it has to be if it is not on a terminal', () => {
    expect(table(HEAD, ROWS)).toBe([
      'name   what is said of it                              number',
      'one    a sentence of several words that can be broken  1',
      'three  short                                           333',
      '',
    ].join('\n'));
  });

  test('breaks its widest cells at spaces if it would be too wide', () => {
    expect(table(HEAD, ROWS, { columns: 45, indent: ' ' })).toBe([
      ' name   what is said of it             number',
      ' one    a sentence of several words    1',
      '        that can be broken',
      ' three  short                          333',
      '',
    ].join('\n'));
  });

  test('becomes a list if its columns would be too narrow to read', () => {
    expect(table(HEAD, ROWS, { columns: 36 })).toBe([
      'name                one',
      'what is said of it  a sentence of',
      '                    several words',
      '                    that can be',
      '                    broken',
      'number              1',
      '',
      'name                three',
      'what is said of it  short',
      'number              333',
      '',
      '',
    ].join('\n'));
  });

  test('never breaks a word, so that a whole fingerprint can be copied', () => {
    const word = 'f'.repeat(64);
    expect(fields([['SHA-256', word], ['note', 'fits']], { columns: 70 })).toBe(`SHA-256\n  ${word}\nnote     fits\n`);
    expect(fields([['SHA-256', word]], { columns: 30 })).toBe(`SHA-256\n  ${word}\n`);
  });
});

test.each([
  ['sensor', 6], ['传感器', 6], ['センサー', 8], ['ｾﾝｻｰ', 4], ['센서', 4], ['e\u0301', 1], ['👩‍🔬', 2], ['ü', 1], ['Ａ', 2], ['', 0], ['\u200d', 0],
])('the string "%s" takes %d columns of a terminal', (text, columns) => {
  expect(displayWidth(text)).toBe(columns);
});
