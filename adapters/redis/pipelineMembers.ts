import { readFileSync } from 'node:fs';
import type { LedgerAnswers, Living, PipelineMembers } from '../../domain/joinPorts.ts';
import type { RedisConnection } from './connect.ts';

const BEAT = readFileSync(new URL('pipelineMembers.lua', import.meta.url), 'utf8');
const ANSWERS = readFileSync(new URL('ledgerAnswers.lua', import.meta.url), 'utf8');
const KEY = 'dz:pipelines';
const ANSWERS_KEY = 'dz:pipelines:ledger';

/** The pipelines of a system, in the window's Redis. @param staleMs a process that is not heard of for so long does not count */
export function redisPipelineMembers(redis: RedisConnection, staleMs: number): PipelineMembers {
  const beat = async (member: string, ms: number): Promise<Living> => {
    const reply: unknown = await redis.eval(BEAT, 1, KEY, member, ms);
    const [counted, ...members] = Array.isArray(reply) ? reply.map(String) : [];
    return { members, isNew: counted !== '1' };
  };
  return {
    beat: (member) => beat(member, staleMs),
    async leave(member) {
      await beat(member, 0);
    },
  };
}

/** Which pipelines the ledger answers, in the window's Redis. @param staleMs an answer counts for so long */
export function redisLedgerAnswers(redis: RedisConnection, staleMs: number): LedgerAnswers {
  return {
    async tell(member, isAnswered) {
      return Number(await redis.eval(ANSWERS, 1, ANSWERS_KEY, member, isAnswered ? 1 : 0, staleMs));
    },
  };
}
