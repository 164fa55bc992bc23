package caravan.it;

import static org.assertj.core.api.Assertions.assertThat;

import caravan.testbed.CaravanCommands;
import caravan.testbed.CommandResult;
import caravan.testbed.EmbeddedBroker;
import caravan.testbed.TestData;
import caravan.testbed.TestS3;
import caravan.testbed.TestServers;
import caravan.testbed.TopicContents;
import caravan.testbed.TopicContents.Entry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The README's story of an accident, by its own commands: only names and times are others. */
@ExtendWith(TestServers.class)
class WorstHourIT {
    private static final Pattern COMMANDS = Pattern.compile("```bash story\n(.*?)```", Pattern.DOTALL);
    private static final String GOOD = "payment of 12.50";

    private EmbeddedBroker broker;
    private TestData data;
    private CaravanCommands caravan;
    private String store;

    @Test
    void rubbishIsFoundAndEverythingBeforeItComesBack(EmbeddedBroker broker, TestS3 s3, TestServers.Names names)
            throws Exception {
        // Given: payments, of which the group has read a part; then a producer goes mad, while good ones go on
        this.broker = broker;
        data = new TestData(broker);
        caravan = new CaravanCommands(broker.bootstrapServers(), s3);
        store = s3.newStore();
        String payments = names.topic("payments");
        String copy = names.topic("payments-good");
        String group = names.topic("billing");
        data.createTopic(payments, 2, Map.of("retention.ms", "-1"));
        long start = System.currentTimeMillis() - 120_000;
        data.send("zstd", payments(payments, 0, GOOD, start, 1200));
        data.send("none", payments(payments, 1, GOOD, start, 1200));
        commit(group, Map.of(new TopicPartition(payments, 0), 900L, new TopicPartition(payments, 1), 1200L));
        caravan.backup(store, payments).expect(0);
        long accident = System.currentTimeMillis();
        data.send("zstd", payments(payments, 0, "rubbish", accident, 300));
        data.send("none", payments(payments, 1, GOOD, accident - 7, 3));
        data.send("none", payments(payments, 1, "rubbish", accident + 1, 10));
        commit(group, Map.of(new TopicPartition(payments, 0), 1300L));
        caravan.backup(store, payments).expect(0);
        Map<String, String> others = Map.of(
                "payments-good", copy,
                "payments", payments,
                "billing", group,
                "2026-11-28T05:36:00Z", Instant.ofEpochMilli(start).toString(),
                "2026-11-28T05:40:00Z", Instant.ofEpochMilli(accident).toString());
        List<String> story = story();
        assertThat(story).hasSize(4);

        // When: the moment is found
        CommandResult found = run(story.get(0), others).expect(0);

        // Then
        assertThat(found.out()).contains("\"timestamp\":" + accident, "rubbish 0");

        // When: the plan is looked at, and the restore done
        CommandResult plan = run(story.get(1), others).expect(0);
        CommandResult restored = run(story.get(2), others).expect(0);

        // Then: all that was good is there, also what came late, and nothing else
        assertThat(plan.out()).contains("is created", group, "IN THE SOURCE", "900");
        assertThat(restored.out()).contains("2,403 records compared with the archive: equal");
        List<List<Entry>> partitions =
                TopicContents.read(broker.bootstrapServers(), copy).partitions();
        assertThat(partitions).extracting(List::size).containsExactly(1200, 1203);
        assertThat(partitions.stream().flatMap(List::stream))
                .allSatisfy(entry -> assertThat(text(entry)).startsWith(GOOD));

        // When: the group is switched
        CommandResult switched = run(story.get(3), others).expect(0);

        // Then
        assertThat(switched.out()).contains("came to its end before", group);
        assertThat(Topics.committed(broker, group))
                .containsEntry(new TopicPartition(copy, 0), 900L)
                .containsEntry(new TopicPartition(copy, 1), 1200L);
    }

    private static List<String> story() throws Exception {
        List<String> commands = new ArrayList<>();
        Matcher matcher = COMMANDS.matcher(Files.readString(Path.of("README.md")));
        while (matcher.find()) {
            commands.add(matcher.group(1).strip());
        }
        return commands;
    }

    /** A command of the README, with this test's names and times for those of the story. */
    private CommandResult run(String command, Map<String, String> others) {
        Matcher words =
                Pattern.compile("payments-good|payments|billing|2026-\\S+Z").matcher(command);
        String told = words.replaceAll(word -> others.get(word.group()));
        List<String> arguments = new ArrayList<>(Arrays.asList(told.split("\\s+")));
        assertThat(arguments.remove(0)).isEqualTo("caravan");
        arguments.addAll(List.of("--store", store));
        if (arguments.get(0).equals("restore")) {
            arguments.addAll(List.of("--bootstrap-servers", broker.bootstrapServers()));
        }
        return CaravanCommands.run(arguments.toArray(String[]::new));
    }

    private static List<ProducerRecord<byte[], byte[]>> payments(
            String topic, int partition, String text, long from, int count) {
        List<ProducerRecord<byte[], byte[]>> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            records.add(new ProducerRecord<>(topic, partition, from + i, utf8("payment-" + i), utf8(text + " " + i)));
        }
        return records;
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(Entry entry) {
        return StandardCharsets.UTF_8
                .decode(entry.value().orElseThrow().duplicate())
                .toString();
    }

    private void commit(String group, Map<TopicPartition, Long> offsets) {
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers",
                        broker.bootstrapServers(),
                        "group.id",
                        group,
                        "enable.auto.commit",
                        "false"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            Map<TopicPartition, OffsetAndMetadata> all = new HashMap<>();
            offsets.forEach((partition, offset) -> all.put(partition, new OffsetAndMetadata(offset)));
            consumer.commitSync(all);
        }
    }
}
