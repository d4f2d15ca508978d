import { PlatformAnswer, Refusal } from '../../support/https-platform';

/** As API Gateway and IoTDA refuse. https://support.huaweicloud.com/intl/en-us/devg-apisign/api-sign-0001.html */
export function refused(status: number, code: string, message: string): Refusal {
  return new Refusal({ status, body: { error_code: code, error_msg: message } });
}

/** A list: the newest first, 1 to 50 a page, from the marker of the page before. */
export function page(member: string, entries: readonly object[], query: URLSearchParams): PlatformAnswer {
  const limit = Number(query.get('limit') ?? 10);
  if (!(limit >= 1 && limit <= 50)) {
    throw refused(400, 'IOTDA.000006', 'Invalid input data.');
  }
  const all = entries.map((entry, index) => ({ entry, marker: index.toString(16).padStart(24, '0') })).reverse();
  const listed = all.filter(({ marker }) => marker < (query.get('marker') ?? 'f'.repeat(24))).slice(0, limit);
  return { status: 200, body: { [member]: listed.map(({ entry }) => entry), page: { count: all.length, marker: listed.at(-1)?.marker } } };
}
