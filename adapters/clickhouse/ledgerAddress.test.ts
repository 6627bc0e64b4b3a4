import { expect, test } from 'vitest';
import { ledgerUrlOf, readLedgerUrl } from './ledgerAddress.ts';

const SERVER = 'http://duizhang:secret@ch1:8123';

test('without a cluster the address stays as it is', () => {
  expect(ledgerUrlOf(SERVER, {})).toBe(SERVER);
  expect(ledgerUrlOf(SERVER, { DUIZHANG_CLICKHOUSE_CLUSTER: '' })).toBe(SERVER);
  expect(readLedgerUrl(SERVER)).toEqual({ server: SERVER, cluster: null });
});

test('the address of a cluster says so, and is one server for requests', () => {
  const url = ledgerUrlOf(SERVER, { DUIZHANG_CLICKHOUSE_CLUSTER: 'books' });
  expect(url).toBe(`${SERVER}/?cluster=books`);
  expect(readLedgerUrl(url)).toEqual({ server: `${SERVER}/`, cluster: 'books' });
});

test.each(['a-b', '1st', "x'y", 'a b'])('%s is no name of a cluster', (cluster) => {
  expect(() => ledgerUrlOf(SERVER, { DUIZHANG_CLICKHOUSE_CLUSTER: cluster })).toThrow(
    expect.objectContaining({ code: 'DZ_CONFIG_INVALID' }),
  );
});
