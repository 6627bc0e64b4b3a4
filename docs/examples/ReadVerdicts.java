// Reads what the system says of orders: org.apache.kafka:kafka-clients and org.apache.avro:avro (docs/events.md).
//   java -cp 'libs/*' ReadVerdicts.java localhost:9092 verdicts my-group schemas/avro/verdict-change.v1.avsc
// Prints each change once and ends when nothing has come for five seconds.
import java.io.File;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.message.BinaryMessageDecoder;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

public final class ReadVerdicts {
  public static void main(String[] args) throws Exception {
    Schema schema = new Schema.Parser().parse(new File(args[3]));
    BinaryMessageDecoder<GenericRecord> decoder = new BinaryMessageDecoder<>(GenericData.get(), schema);
    Properties settings = new Properties();
    settings.put("bootstrap.servers", args[0]);
    settings.put("group.id", args[2]);
    settings.put("auto.offset.reset", "earliest");
    settings.put("enable.auto.commit", "false");
    // The highest version that was seen of each key; a consumer that lives on keeps it beside what it makes of it.
    Map<String, Long> seen = new HashMap<>();
    try (var consumer = new KafkaConsumer<>(settings, new StringDeserializer(), new ByteArrayDeserializer())) {
      consumer.subscribe(List.of(args[1]));
      long quietSince = System.nanoTime();
      while (System.nanoTime() - quietSince < 5_000_000_000L) {
        ConsumerRecords<String, byte[]> records = consumer.poll(Duration.ofMillis(200));
        for (ConsumerRecord<String, byte[]> record : records) {
          quietSince = System.nanoTime();
          GenericRecord change = decoder.decode(record.value());
          String key = record.key() + " " + change.get("keyPart") + " " + change.get("span");
          long version = (Long) change.get("version");
          // A repeat, or something older that came again.
          if (version <= seen.getOrDefault(key, Long.MIN_VALUE)) continue;
          seen.put(key, version);
          System.out.println(change.get("changeId") + " " + change.get("code"));
        }
        consumer.commitSync();
      }
    }
  }
}
