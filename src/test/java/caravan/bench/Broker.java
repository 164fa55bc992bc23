package caravan.bench;

import caravan.testbed.ServerProcess;
import caravan.testbed.Workspace;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;

/** One broker, in a process of its own, with Kafka's own heap, collector and threads. */
final class Broker implements AutoCloseable {
    /** As {@code bin/kafka-server-start.sh} and {@code bin/kafka-run-class.sh} start it. */
    private static final List<String> JVM = List.of(
            "-Xmx1G",
            "-Xms1G",
            "-server",
            "-XX:+UseG1GC",
            "-XX:MaxGCPauseMillis=20",
            "-XX:InitiatingHeapOccupancyPercent=35",
            "-XX:+ExplicitGCInvokesConcurrent");

    /** The shipped values where the embedded broker has others for tests, and no copies of deleted topics for a minute. */
    private static final List<String> SETTINGS = List.of(
            "num.network.threads=3",
            "num.io.threads=8",
            "log.cleaner.dedupe.buffer.size=134217728",
            "log.cleaner.backoff.ms=15000",
            "log.initial.task.delay.ms=30000",
            "log.retention.check.interval.ms=300000",
            "log.segment.delete.delay.ms=1000",
            "auto.create.topics.enable=false",
            "group.initial.rebalance.delay.ms=0");

    private final ServerProcess process;
    private final Admin admin;

    private Broker(ServerProcess process) {
        this.process = process;
        this.admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, process.ready()));
    }

    static Broker start(Workspace workspace) {
        return new Broker(
                ServerProcess.start(workspace, workspace.directory("broker"), JVM, BrokerMain.class, SETTINGS));
    }

    String bootstrapServers() {
        return process.ready();
    }

    /** CPU seconds that the broker took so far. */
    double cpuSeconds() {
        return ProcFiles.cpuSeconds(process.pid());
    }

    void createTopic(String topic, int partitions) {
        await(admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1)))
                .all());
        // It is known to clients a moment later. Asking for offsets before that works, but logs an error each time.
        Awaitility.await()
                .atMost(Duration.ofMinutes(1))
                .pollInterval(Duration.ofMillis(500))
                .until(() -> await(admin.listTopics().names()).contains(topic));
        Awaitility.await()
                .atMost(Duration.ofMinutes(1))
                .pollInterval(Duration.ofMillis(500))
                .ignoreExceptionsInstanceOf(BenchException.class)
                .until(() -> endOffsets(topic, partitions).size() == partitions);
    }

    void deleteTopic(String topic) {
        await(admin.deleteTopics(List.of(topic)).all());
    }

    /** The end offset of each partition. */
    Map<Integer, Long> endOffsets(String topic, int partitions) {
        Map<TopicPartition, OffsetSpec> asked = IntStream.range(0, partitions)
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .collect(Collectors.toMap(partition -> partition, partition -> OffsetSpec.latest()));
        Map<Integer, Long> ends = new TreeMap<>();
        await(admin.listOffsets(asked).all())
                .forEach((partition, end) -> ends.put(partition.partition(), end.offset()));
        return ends;
    }

    /** In how many partitions a group has a committed offset. */
    int committedPartitions(String group) {
        return await(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata())
                .size();
    }

    private static <T> T await(KafkaFuture<T> future) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw new BenchException("the broker: " + e.getCause().getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("interrupted", e);
        }
    }

    @Override
    public void close() {
        admin.close();
        process.close();
    }
}
