import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

const COMPOSE = new URL('../../docker-compose.yml', import.meta.url);

/** The image that docker-compose.yml pins for a service: tests run on what is deployed. */
export function imageOf(service: string): string {
  const { services } = parse(readFileSync(COMPOSE, 'utf8'), { merge: true });
  const image: unknown = services?.[service]?.image;
  if (typeof image !== 'string') throw new Error(`docker-compose.yml names no image of ${service}`);
  return image;
}
