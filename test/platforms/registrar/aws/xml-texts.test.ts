import { xmlTexts } from '../../../../src/platforms/registrar/aws/xml-texts';

const ANSWER = '<A xmlns="http://x/"><L><member><Id>1</Id><Url>https://x/?a=1&amp;b=&lt;2&gt;</Url></member><member><Id>2</Id></member></L><Ids>3</Ids></A>';

test('the texts of all elements with a name are found in their order, and of no other', () => {
  expect(xmlTexts(ANSWER, 'Id')).toEqual(['1', '2']);
  expect(xmlTexts(ANSWER, 'Absent')).toEqual([]);
  expect(xmlTexts('', 'Id')).toEqual([]);
});

test('a text is what the service has meant: references are resolved once', () => {
  expect(xmlTexts(ANSWER, 'Url')).toEqual(['https://x/?a=1&b=<2>']);
  expect(xmlTexts('<T>&quot;&apos;&#38;#65;&#65;&#x1F511;&amp;lt;</T>', 'T')).toEqual(['"\'&#65;A\u{1F511}&lt;']);
});

test('what is no reference stays as it is', () => {
  expect(xmlTexts('<T>&nbsp; &#9999999; & &;</T>', 'T')).toEqual(['&nbsp; &#9999999; & &;']);
});
