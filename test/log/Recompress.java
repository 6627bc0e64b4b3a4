// Reads each topic of the arguments with Kafka's own client and writes it, compressed in the same way, to <topic>.java:
//   java -cp 'libs/*' Recompress.java BROKERS (TOPIC COMPRESSION RECORDS)...
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

public final class Recompress {
  public static void main(String[] args) throws Exception {
    for (int at = 1; at < args.length; at += 3) {
      copy(args[0], args[at], args[at + 1], Integer.parseInt(args[at + 2]));
    }
  }

  private static void copy(String brokers, String topic, String compression, int records) throws Exception {
    Properties reading = new Properties();
    reading.put("bootstrap.servers", brokers);
    Properties writing = new Properties();
    writing.put("bootstrap.servers", brokers);
    writing.put("compression.type", compression);
    writing.put("linger.ms", "50");
    try (var consumer = new KafkaConsumer<>(reading, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        var producer = new KafkaProducer<>(writing, new ByteArraySerializer(), new ByteArraySerializer())) {
      var partition = new TopicPartition(topic, 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      for (int read = 0; read < records; ) {
        for (var record : consumer.poll(Duration.ofSeconds(5))) {
          producer.send(new ProducerRecord<>(topic + ".java", record.key(), record.value()));
          read += 1;
        }
      }
    }
  }
}
