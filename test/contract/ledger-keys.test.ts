import {
  certificatePartition, certificatePartitions, listPartition, namePartition, revocationPartition, serialKey, serialNumberIn, shardedIssuer,
  shardedIssuers,
} from '../../src/contract/ledger-keys';

const CA = `ca-${'2'.repeat(32)}`;

describe('the items of a common name', () => {
  // Final: decision 4. SHA-256 over the UTF-8 of "sensor-001", "école" and "strasse".
  test.each([
    ['sensor-001', '14a047d79f7f5f415a90f9d9cedc92c029621e60121aa81b43c5c3a22cd334bf', ['Sensor-001', ' sensor-001 ', 'ｓensor-001', 'sensor\u200b-001']],
    ['École', 'f0f772e182a4941e6fdef31116540b17be18ab0be3290d2d1df760251f859b24', ['école', 'E\u0301cole', 'e\u0301cole', 'e\u034f\u0301cole']],
    ['Straße', '16d96952087774fee069b7585d3991b24d90c181c09b2129b4908c35baa7f0c0', ['STRASSE', 'straſſe']],
  ])('are in the partition of its digest, and so are its twins: %s', (name, digest, twins) => {
    expect([name, ...twins].map(each => namePartition(CA, each))).toEqual([name, ...twins].map(() => `name#${CA}#${digest}`));
  });

  test('tell other names apart', () => {
    const names = ['sensor-001', 'sensor 001', 'sensor-01', 'sensor-001.', 'ecole', 'école'];
    expect(new Set(names.map(each => namePartition(CA, each))).size).toBe(names.length);
  });

  test('hold for one CA', () => {
    expect(namePartition(CA, 'sensor-001')).not.toBe(namePartition(`ca-${'3'.repeat(32)}`, 'sensor-001'));
  });
});

describe('the keys of a certificate', () => {
  const serialNumber = '4A1B2C3D4E5F60718293A4B5C6D7E8F900112233';

  test('are its CA and its serial number', () => {
    // Final: decision 4.
    expect([certificatePartition(CA, serialNumber), revocationPartition(CA), listPartition(CA)]).toEqual([`issuer#${CA}#2`, `revoked#${CA}`, `crl#${CA}`]);
    expect(serialKey(serialNumber)).toBe(`serial#${serialNumber}`);
  });

  test.each([
    ['40', '0'], ['43', '0'], ['44', '1'], ['5F', '7'], ['60', '8'], ['7B', 'E'], ['7C', 'F'], ['7F', 'F'],
    ['00', '0'], ['05', '0'], ['80', 'F'], ['FF', 'F'],
  ])('are spread over sixteen shards by the first octet of the serial number: %s', (octet, shard) => {
    // Final: decision 4.
    expect([octet, octet + '00'.repeat(19)].map(number => shardedIssuer(CA, number))).toEqual([`${CA}#${shard}`, `${CA}#${shard}`]);
  });

  test('are in shards that follow each other in the order of the serial numbers', () => {
    const octets = Array.from({ length: 256 }, (_, octet) => octet.toString(16).toUpperCase().padStart(2, '0'));
    const visited = [...new Set(octets.map(octet => certificatePartition(CA, octet)))];
    expect(certificatePartitions(CA)).toEqual(visited);
    expect(shardedIssuers(CA).map(each => `issuer#${each}`)).toEqual(visited);
    expect(visited).toHaveLength(16);
  });

  test('lead back to the serial number, and no other key does', () => {
    expect(serialNumberIn(`serial#${serialNumber}`)).toBe(serialNumber);
    expect([serialNumber, `serial#0${serialNumber}`, `serial#${serialNumber} `, 'serial#05', `resource#${serialNumber}`, undefined, [`serial#${serialNumber}`]].map(serialNumberIn))
      .toEqual(Array(7).fill(undefined));
  });
});
