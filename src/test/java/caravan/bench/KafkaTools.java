package caravan.bench;

import caravan.testbed.JavaCommand;
import caravan.testbed.Workspace;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The yardsticks: Kafka's own {@code ConsumerPerformance} and {@code ProducerPerformance}, each in a process with the heap and
 * collector that {@code kafka-consumer-perf-test.sh} and {@code kafka-producer-perf-test.sh} give it, and no other libraries on its
 * class path than theirs.
 */
final class KafkaTools {
    /** {@code KAFKA_HEAP_OPTS} of the two scripts, and {@code KAFKA_JVM_PERFORMANCE_OPTS} of kafka-run-class.sh. */
    private static final List<String> JVM = List.of(
            "-Xmx512M",
            "-server",
            "-XX:+UseG1GC",
            "-XX:MaxGCPauseMillis=20",
            "-XX:InitiatingHeapOccupancyPercent=35",
            "-XX:+ExplicitGCInvokesConcurrent");

    private static final Pattern LIBRARIES = Pattern.compile(
            "(kafka-|zstd-jni|lz4-|snappy-|slf4j-api|logback-|argparse4j|jopt-simple|jackson-).*\\.jar");
    private static final int CONSUMED_RECORDS = 4;

    private final Processes processes;
    private final Broker broker;
    private final Workspace workspace;
    private final List<String> jvm;
    private final Map<Payload, Path> payloads = new EnumMap<>(Payload.class);

    /** @param logging a logback configuration that is silent unless something is wrong, as the scripts' own is */
    KafkaTools(Processes processes, Broker broker, Workspace workspace, Path logging) {
        this.processes = processes;
        this.broker = broker;
        this.workspace = workspace;
        this.jvm = new ArrayList<>(JVM);
        this.jvm.add("-Dlogback.configurationFile=" + logging);
    }

    /** Reads a topic from its beginning into nothing, with the tool's own settings. */
    Finished consume(String topic, long records) {
        Finished finished = run(
                "org.apache.kafka.tools.ConsumerPerformance",
                List.of(
                        "--bootstrap-server",
                        broker.bootstrapServers(),
                        "--topic",
                        topic,
                        "--messages",
                        Long.toString(records),
                        "--hide-header"));
        String[] columns =
                finished.out().strip().lines().reduce("", (all, line) -> line).split(", ");
        if (columns.length <= CONSUMED_RECORDS || Long.parseLong(columns[CONSUMED_RECORDS]) < records) {
            throw new BenchException(
                    "ConsumerPerformance did not read " + records + " records:\n" + finished.out() + finished.err());
        }
        return finished;
    }

    /** Fills a topic with values drawn from a payload. */
    Finished produce(String topic, long records, Payload payload, List<String> producer) {
        List<String> arguments = new ArrayList<>(List.of(
                "--topic",
                topic,
                "--num-records",
                Long.toString(records),
                "--payload-file",
                payloads.computeIfAbsent(payload, one -> one.write(workspace.file(one + ".txt")))
                        .toString(),
                "--throughput",
                "-1",
                "--producer-props",
                "bootstrap.servers=" + broker.bootstrapServers()));
        arguments.addAll(producer);
        return run("org.apache.kafka.tools.ProducerPerformance", arguments);
    }

    private Finished run(String tool, List<String> arguments) {
        List<String> command = JavaCommand.of(
                jvm, entry -> LIBRARIES.matcher(entry.getFileName().toString()).matches(), tool, arguments);
        return processes.run(command, Map.of(), Set.of(0));
    }
}
