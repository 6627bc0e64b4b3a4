export type RedisNode = { readonly host: string; readonly port: number };

type Login = { readonly username?: string; readonly password?: string };

/** Where a Redis is to be found, as its address says it. */
export type RedisAddress =
  | { readonly kind: 'single'; readonly url: string }
  | {
      readonly kind: 'sentinel';
      readonly sentinels: readonly RedisNode[];
      readonly master: string;
      readonly login: Login;
      readonly sentinelLogin: Login;
      readonly tls: boolean;
    }
  | {
      readonly kind: 'cluster';
      readonly nodes: readonly RedisNode[];
      readonly login: Login;
      readonly tls: boolean;
    };

/** For messages: what an address of Redis may look like. */
export const REDIS_FORMS =
  'redis://host:6379, redis-sentinel://host:26379,host2:26379/master or redis-cluster://host:6379,host2:6379 (rediss… with TLS)';

/** Readers skip what stands before their position: one that is given again would hide its second event. */
export const LOG_NEEDS_ONE =
  'the event log lies in one Redis or in Kafka, not behind sentinels or in a cluster: a fail-over loses what was acknowledged last, and its positions are given again';

const SINGLE = ['redis:', 'rediss:'];
/** Several hosts are more than a URL may name. */
const SEVERAL = /^(rediss?)-(sentinel|cluster):\/\/(?:([^@/]*)@)?([^/?#@]+)(?:\/([^/?#]*))?(?:\?([^#]*))?$/;
const NODE = /^(\[[0-9a-f:.]+\]|[\w.-]+)(?::(\d{1,5}))?$/i;
const PORTS = { sentinel: 26_379, cluster: 6_379 } as const;

/** @returns null: it is no address of Redis */
export function redisAddressOf(url: string): RedisAddress | null {
  if (URL.canParse(url) && SINGLE.includes(new URL(url).protocol)) return { kind: 'single', url };
  const [, protocol, kind, user = '', hosts = '', path = '', query = ''] = SEVERAL.exec(url) ?? [];
  if (kind !== 'sentinel' && kind !== 'cluster') return null;
  const nodes = hosts.split(',').map((host) => nodeOf(host, PORTS[kind]));
  const known = nodes.filter((node) => node !== null);
  const login = loginOf(...splitOnce(user));
  if (login === null || known.length < nodes.length) return null;
  const tls = protocol === 'rediss';
  if (kind === 'cluster') return path + query === '' ? { kind, nodes: known, login, tls } : null;
  const more = new URLSearchParams(query);
  const sentinelLogin = loginOf(more.get('sentinelUser') ?? '', more.get('sentinelPassword') ?? '');
  const isKnown = [...more.keys()].every((name) => name === 'sentinelUser' || name === 'sentinelPassword');
  if (path === '' || !isKnown || sentinelLogin === null) return null;
  return { kind, sentinels: known, master: path, login, sentinelLogin, tls };
}

function nodeOf(text: string, defaultPort: number): RedisNode | null {
  const [, host, port] = NODE.exec(text) ?? [];
  if (host === undefined || Number(port ?? 1) > 65_535) return null;
  return { host: host.replace(/^\[|\]$/g, ''), port: port === undefined ? defaultPort : Number(port) };
}

function splitOnce(user: string): readonly [string, string] {
  const colon = user.indexOf(':');
  return colon < 0 ? [user, ''] : [user.slice(0, colon), user.slice(colon + 1)];
}

/** @returns null: what stands there is not percent-encoded as it should be */
function loginOf(username: string, password: string): Login | null {
  try {
    return {
      ...(username === '' ? {} : { username: decodeURIComponent(username) }),
      ...(password === '' ? {} : { password: decodeURIComponent(password) }),
    };
  } catch {
    return null;
  }
}
