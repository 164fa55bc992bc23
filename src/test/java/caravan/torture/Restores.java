package caravan.torture;

import caravan.testbed.CommandResult;
import caravan.testbed.ProcessCluster;
import caravan.testbed.ProcessSignal;
import caravan.testbed.Workspace;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/** Restores an archive into an empty cluster, killed in the middle and run again until it comes to its end. */
final class Restores {
    private static final Duration PATIENCE = Duration.ofMinutes(15);
    private static final Duration BEGIN = Duration.ofMinutes(4);
    /** Bytes of log in a second, while it is to be killed: so that there is a middle. */
    private static final String SLOW = "3000000";
    /** What S3 says that fails on purpose. */
    private static final String INJECTED = "injected fault";

    private static final int MOST_RUNS = 8;

    private final CaravanCommand caravan;
    private final Workspace workspace;
    private final ProcessCluster target;
    private final String store;
    private final Random random;
    private final Counts counts;
    private final Failures failures;

    Restores(
            CaravanCommand caravan,
            Workspace workspace,
            ProcessCluster target,
            String store,
            Random random,
            Counts counts,
            Failures failures) {
        this.caravan = caravan;
        this.workspace = workspace;
        this.target = target;
        this.store = store;
        this.random = random;
        this.counts = counts;
        this.failures = failures;
    }

    /**
     * Restores, and goes on where it was killed, or where S3 failed too often; a failure where it does not come to its end.
     *
     * @param name of this restore
     * @param kills how often it is killed
     * @param options what is restored, and as what
     * @return whether it came to its end
     */
    boolean restore(String name, int kills, List<String> options) {
        List<String> arguments =
                new ArrayList<>(List.of("restore", "--bootstrap-servers", target.bootstrapServers(), "--store", store));
        arguments.add("--replication-factor");
        arguments.add("1");
        arguments.addAll(options);
        for (int kill = 1; kill <= kills; kill++) {
            if (killed(name + "-killed-" + kill, arguments)) {
                counts.add("restores killed", 1);
            }
        }
        CommandResult result = caravan.run(name, PATIENCE, arguments);
        for (int again = 1; cutOff(result) && again <= MOST_RUNS; again++) {
            counts.add("restores cut off by S3", 1);
            result = caravan.run(name + "-again-" + again, PATIENCE, arguments);
        }
        if (result.exitCode() != 0) {
            failures.add("the restore did not come to its end: " + result);
        }
        return result.exitCode() == 0;
    }

    /** Whether S3 failed so often that it has to be run again, as it says. */
    private static boolean cutOff(CommandResult result) {
        return result.exitCode() == 1 && result.err().contains(INJECTED);
    }

    /** Whether it could be killed before its end. */
    private boolean killed(String name, List<String> arguments) {
        List<String> slow = new ArrayList<>(arguments);
        slow.addAll(List.of("--max-rate", SLOW));
        Path directory = workspace.directory(name);
        long before = records();
        Process process = caravan.start(directory, slow);
        long begin = System.nanoTime();
        double longer = random.nextDouble() * 1.5;
        while (process.isAlive() && records() == before) {
            if (System.nanoTime() - begin > BEGIN.toNanos()) {
                throw new TortureException("a restore restored nothing within " + BEGIN.toSeconds() + " s: "
                        + CaravanCommand.read(CaravanCommand.err(directory)));
            }
            Attack.pause(0.05);
        }
        Attack.pause(longer);
        boolean inTime = process.isAlive();
        ProcessSignal.KILL.send(process.pid());
        CommandResult result = CaravanCommand.await(process, directory, PATIENCE, slow);
        if (!inTime && cutOff(result)) {
            counts.add("restores cut off by S3", 1);
        } else if (!inTime && result.exitCode() != 0) {
            failures.add("a restore ended by itself: " + result);
        }
        return inTime;
    }

    /** Records in all topics of the target: nothing else is in its logs. */
    private long records() {
        try {
            Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
            var names = target.admin().listTopics().names().get(20, TimeUnit.SECONDS);
            target.admin()
                    .describeTopics(names)
                    .allTopicNames()
                    .get(20, TimeUnit.SECONDS)
                    .forEach((name, topic) -> topic.partitions()
                            .forEach(partition ->
                                    asked.put(new TopicPartition(name, partition.partition()), OffsetSpec.latest())));
            return target.admin().listOffsets(asked).all().get(20, TimeUnit.SECONDS).values().stream()
                    .mapToLong(end -> end.offset())
                    .sum();
        } catch (ExecutionException | java.util.concurrent.TimeoutException e) {
            throw new TortureException("the restored cluster does not answer: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TortureException("interrupted", e);
        }
    }
}
