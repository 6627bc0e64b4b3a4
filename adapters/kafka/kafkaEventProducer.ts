import type { EventProducer, Topic } from '../../domain/ports.ts';
import { KafkaAppender } from './kafkaAppender.ts';
import type { KafkaSettings } from './kafkaSettings.ts';

export type KafkaProducerOptions = {
  /** How long an append waits for brokers that are away (default 60 s). */
  readonly waitMs?: number;
};

/** Writes events to the log. */
export class KafkaEventProducer extends KafkaAppender<Topic> implements EventProducer {
  constructor(settings: KafkaSettings, { waitMs = 60_000 }: KafkaProducerOptions = {}) {
    super({ settings, names: settings.topicNames, waitMs, what: 'events' });
  }
}
