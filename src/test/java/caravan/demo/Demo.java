package caravan.demo;

import caravan.testbed.CaravanCommands;
import caravan.testbed.CommandResult;
import caravan.testbed.EmbeddedBroker;
import caravan.testbed.TestData;
import caravan.testbed.TestS3;
import caravan.testbed.TopicContents;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * The main job on servers of its own: fills two topics, backs them up, throws the broker away, restores into another
 * cluster, and compares record by record. Ends with 0 only if all records are equal.
 */
public final class Demo {
    private static final String TOPIC = "example-topic";
    private static final String KEYED = "example-keyed";

    private final TestS3 s3;
    private final long started = System.nanoTime();

    private Demo(TestS3 s3) {
        this.s3 = s3;
    }

    /** Runs the demo, and the JVM ends with its exit code. */
    public static void main(String[] args) {
        int exitCode = 1;
        try (TestS3 s3 = TestS3.embedded()) {
            exitCode = new Demo(s3).run() ? 0 : 1;
        } catch (RuntimeException | AssertionError e) {
            e.printStackTrace();
        }
        System.exit(exitCode);
    }

    private boolean run() {
        String bucket = s3.createBucket("backups");
        String store = "s3://" + bucket + "/kafka";
        List<TopicContents> sources = backUp(store);

        step("What is in the bucket");
        CaravanCommands.run("list", "--store", store).expect(0).out().lines().forEach(Demo::tell);
        tell("");
        s3.client().listObjectsV2Paginator(request -> request.bucket(bucket)).contents().stream()
                .filter(object -> object.key().endsWith(".zip"))
                .forEach(Demo::show);

        List<TopicContents> targets = restore(store);

        step("Comparing source and target, record by record");
        boolean equal = compare(sources, targets);
        System.out.println();
        System.out.printf(
                Locale.ROOT,
                "%s (%.0f s)%n",
                equal ? "All records are equal." : "THE COPIES DIFFER.",
                (System.nanoTime() - started) / 1e9);
        return equal;
    }

    private List<TopicContents> backUp(String store) {
        step("Starting a Kafka broker and an S3 server, in this process");
        try (EmbeddedBroker broker = EmbeddedBroker.started()) {
            tell("Kafka cluster " + broker.clusterId() + " at " + broker.bootstrapServers() + ", " + s3.server()
                    + " at " + s3.endpoint());

            step("Filling " + TOPIC + " and " + KEYED);
            TestData data = new TestData(broker);
            data.exampleTopic(TOPIC);
            data.exampleKeyed(KEYED);
            List<TopicContents> sources = read(broker);
            sources.forEach(source -> tell(String.format(
                    Locale.ROOT,
                    "%s: %,d records in %d partitions",
                    source.topic(),
                    source.records(),
                    source.partitions().size())));

            step("Backing up");
            say(new CaravanCommands(broker.bootstrapServers(), s3).backup(store, "example-.*"));

            step("Throwing the broker and its data away");
            return sources;
        }
    }

    private List<TopicContents> restore(String store) {
        step("Starting an empty broker");
        try (EmbeddedBroker broker = EmbeddedBroker.started()) {
            tell("Kafka cluster " + broker.clusterId() + " at " + broker.bootstrapServers());

            step("Restoring");
            say(new CaravanCommands(broker.bootstrapServers(), s3).restore(store));
            return read(broker);
        }
    }

    private static List<TopicContents> read(EmbeddedBroker broker) {
        return List.of(
                TopicContents.read(broker.bootstrapServers(), TOPIC),
                TopicContents.read(broker.bootstrapServers(), KEYED));
    }

    private static boolean compare(List<TopicContents> sources, List<TopicContents> targets) {
        List<String> differences = new ArrayList<>();
        tell(String.format("%-15s %9s %9s %9s", "topic", "partition", "source", "target"));
        for (int i = 0; i < sources.size(); i++) {
            TopicContents source = sources.get(i);
            TopicContents target = targets.get(i);
            if (source.partitions().size() != target.partitions().size()) {
                source.firstDifference(target, false).ifPresent(differences::add);
                continue;
            }
            for (int partition = 0; partition < source.partitions().size(); partition++) {
                Optional<String> difference = source.firstDifference(target, partition, false);
                tell(String.format(
                        Locale.ROOT,
                        "%-15s %9d %,9d %,9d   %s",
                        source.topic(),
                        partition,
                        source.partitions().get(partition).size(),
                        target.partitions().get(partition).size(),
                        difference.isEmpty() ? "equal" : "DIFFERENT"));
                difference.ifPresent(differences::add);
            }
        }
        differences.forEach(difference -> tell("\n" + difference));
        return differences.isEmpty();
    }

    private void step(String what) {
        System.out.printf(Locale.ROOT, "%n[%4.1f s] %s%n", (System.nanoTime() - started) / 1e9, what);
    }

    private static void say(CommandResult result) {
        tell("$ " + result.line());
        result.expect(0);
        (result.err() + result.out()).lines().forEach(Demo::tell);
    }

    private static void show(S3Object object) {
        tell(String.format(Locale.ROOT, "%,10d  %s", object.size(), object.key()));
    }

    private static void tell(String line) {
        System.out.println("   " + line);
    }
}
