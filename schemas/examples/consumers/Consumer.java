// Read tasrih's topics: java -cp JARS Consumer.java BOOTSTRAP SCHEMAS [PREFIX]; needs kafka-clients and
// com.networknt:json-schema-validator (Jackson comes with it).
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.*;
import java.io.PrintStream;
import java.nio.file.*;
import java.time.Duration;
import java.util.*;
import org.apache.kafka.clients.consumer.*;
import org.apache.kafka.common.serialization.StringDeserializer;

class Consumer {
  static final PrintStream OUT = new PrintStream(System.out, true, java.nio.charset.StandardCharsets.UTF_8);

  public static void main(String[] args) throws Exception {
    String prefix = args.length > 2 ? args[2] : "";
    Map<String, JsonSchema> schemas = new HashMap<>();
    for (String name : List.of("wire.enriched.v1", "wire.statements.v1", "wire.recalls.v1"))
      schemas.put(prefix + name, JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
          .getSchema(Files.readString(Path.of(args[1], name + ".schema.json"))));
    try (var consumer = new KafkaConsumer<String, String>(Map.of(
        "bootstrap.servers", args[0], "group.id", prefix + "example-java",
        "isolation.level", "read_committed", "auto.offset.reset", "earliest"),
        new StringDeserializer(), new StringDeserializer())) {
      consumer.subscribe(schemas.keySet());
      while (true)
        for (var record : consumer.poll(Duration.ofSeconds(1))) handle(record, schemas.get(record.topic()));
    }
  }

  static void handle(ConsumerRecord<String, String> record, JsonSchema schema) throws Exception {
    if (record.value() == null) { // the statement of this key, or the story, is deleted
      OUT.println("retracted " + record.key());
      return;
    }
    JsonNode value = new ObjectMapper().readTree(record.value());
    if (!schema.validate(value).isEmpty()) OUT.println("refused " + record.key());
    else if (value.has("recall")) {
      List<String> ids = new ArrayList<>();
      value.get("retracted").forEach(id -> ids.add(id.asText()));
      OUT.println("recall " + value.get("recall").asText() + " " + value.get("story_id").asText() + " " + String.join(",", ids));
    } else if (value.has("status")) {
      OUT.println("story " + value.get("id").asText() + " " + value.get("version").asText() + " " + value.get("status").asText());
      for (JsonNode one : value.path("statements")) // none in a story that was killed or withheld
        OUT.println("said " + one.at("/source/name").asText() + " | " + cut(value.get("text").asText(), one.get("content")));
    }
  }

  static String cut(String text, JsonNode span) { // spans count code points, strings UTF-16 units
    int start = text.offsetByCodePoints(0, span.get("start").asInt());
    return text.substring(start, text.offsetByCodePoints(start, span.get("end").asInt() - span.get("start").asInt()));
  }
}
