// Writes an event into Kafka: org.apache.kafka:kafka-clients and org.apache.avro:avro (docs/events.md).
//   java -cp 'libs/*' SendEvents.java localhost:9092 payments schemas/avro/payment-event.v1.avsc
import java.io.File;
import java.nio.ByteBuffer;
import java.time.OffsetDateTime;
import java.util.Properties;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.message.BinaryMessageEncoder;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

public final class SendEvents {
  public static void main(String[] args) throws Exception {
    String servers = args[0];
    String topic = args[1];
    Schema schema = new Schema.Parser().parse(new File(args[2]));

    GenericRecord event = new GenericData.Record(schema);
    event.put("eventId", "pay-20260309-000002");
    event.put("merchantId", "H001");
    event.put("kind", "PAYMENT");
    event.put("orderNo", "YT20260309000002");
    event.put("refundNo", null);
    event.put("channel", "WECHAT");
    event.put("channelTxnNo", "4200002026030900000000000002");
    event.put("amountFen", 2500L);
    event.put("occurredAt", OffsetDateTime.parse("2026-03-09T10:00:00+08:00").toInstant().toEpochMilli());
    event.put("businessType", "挂号");

    // Single-object encoding: C3 01, the schema's fingerprint, the body.
    ByteBuffer bytes = new BinaryMessageEncoder<GenericRecord>(GenericData.get(), schema).encode(event);
    byte[] value = new byte[bytes.remaining()];
    bytes.get(value);

    Properties settings = new Properties();
    settings.put("bootstrap.servers", servers);
    settings.put("acks", "all");
    settings.put("enable.idempotence", "true");
    settings.put("compression.type", "zstd");
    try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer())) {
      // One key for all events of an order: they stay in one partition, whatever the partitioner.
      String key = event.get("merchantId") + " " + event.get("orderNo");
      RecordMetadata sent = producer.send(new ProducerRecord<>(topic, key, value)).get();
      System.out.println(sent.topic() + "/" + sent.partition() + " " + sent.offset());
    }
  }
}
