import type { Mechanism } from 'kafkajs';
import kafkajs from 'kafkajs';
import { DuizhangError } from '../../domain/errors.ts';
import type { OauthToken } from './kafkaSettings.ts';

const LENGTH_BYTES = 4;

/**
 * The login by a bearer token (RFC 7628). kafkajs has one that does not look at the answer: a token that is refused then shows as
 * a connection that is closed, for ever.
 */
export function oauthBearer(token: OauthToken): Mechanism {
  return {
    mechanism: 'oauthbearer',
    authenticationProvider: ({ saslAuthenticate }) => ({
      async authenticate() {
        const { value } = await token().catch(throwPassing);
        const request = { encode: () => withLength(`n,,\u0001auth=Bearer ${value}\u0001\u0001`) };
        const response = {
          decode: (bytes: Buffer) => bytes.subarray(LENGTH_BYTES),
          parse: (said: Buffer) => said.toString('utf8'),
        };
        // Who is let in is answered with nothing, who is not with the reason, as JSON.
        const said = (await saslAuthenticate({ request, response })) ?? '';
        if (said === '') return;
        throw new DuizhangError('DZ_LOG_REFUSED', `Kafka refuses the token of log.kafka.sasl: ${said}`);
      },
    }),
  };
}

/** Who gives out tokens may be away as brokers may, and is waited for as they are (failures.ts). */
function throwPassing(error: unknown): never {
  if (error instanceof DuizhangError || !(error instanceof Error)) throw error;
  throw new kafkajs.KafkaJSError(error);
}

function withLength(text: string): Buffer {
  const body = Buffer.from(text);
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeInt32BE(body.length);
  return Buffer.concat([length, body]);
}
