package caravan.torture;

import caravan.testbed.CommandResult;
import caravan.testbed.FaultyS3;
import caravan.testbed.ProcessCluster;
import caravan.testbed.S3Fault;
import caravan.testbed.S3Requests;
import caravan.testbed.S3Server;
import caravan.testbed.Workspace;
import caravan.torture.FaultKind.Victim;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import picocli.CommandLine;
import software.amazon.awssdk.core.sync.ResponseTransformer;

/** One run of the torture. Ends with 1 where a record was lost, doubled or changed, or Caravan did what it must not do. */
public final class Torture {
    private static final int BROKERS = 3;
    private static final String ARCHIVE = "archive";
    private static final Duration BEGINNING = Duration.ofMinutes(4);
    private static final Duration CATCHING_UP = Duration.ofMinutes(6);
    private static final Duration COMMAND = Duration.ofMinutes(10);

    /** Who is held is missed soon, and who comes back is soon in sync. */
    private static final Map<String, String> SOURCE = Map.of(
            "min.insync.replicas", "2",
            "transaction.state.log.min.isr", "2",
            "offsets.topic.num.partitions", "3",
            "transaction.state.log.num.partitions", "3",
            "broker.session.timeout.ms", "6000",
            "broker.heartbeat.interval.ms", "1000",
            "replica.lag.time.max.ms", "8000",
            "transaction.abort.timed.out.transaction.cleanup.interval.ms", "2000");

    private final TortureOptions options;
    private final Workspace workspace;
    private final S3Server s3;
    private final FaultyS3 proxy;
    private final ProcessCluster source;
    private final Counts counts = new Counts();
    private final Failures failures = new Failures();
    private final Weather weather = new Weather();
    private final Ledger ledger;
    private final CaravanCommand caravan;
    private final String store;
    private final Topics topics;

    private Torture(
            TortureOptions options,
            Workspace workspace,
            S3Server s3,
            FaultyS3 proxy,
            ProcessCluster source,
            Ledger ledger) {
        this.options = options;
        this.workspace = workspace;
        this.s3 = s3;
        this.proxy = proxy;
        this.source = source;
        this.ledger = ledger;
        this.caravan = new CaravanCommand(workspace, options.jar(), proxy.environment(s3.environment()));
        this.store = s3.store(ARCHIVE);
        this.topics = new Topics(source.admin(), BROKERS);
    }

    /** Runs the torture, and the JVM ends with its exit code; {@code --help} tells the options. */
    public static void main(String[] args) {
        TortureOptions options = new TortureOptions();
        CommandLine line = new CommandLine(options);
        int exitCode = 1;
        try {
            line.parseArgs(args);
            if (line.isUsageHelpRequested()) {
                line.usage(System.out);
                exitCode = 0;
            } else {
                exitCode = run(options) ? 0 : 1;
            }
        } catch (CommandLine.ParameterException e) {
            System.err.println("error: " + e.getMessage());
        } catch (IOException | RuntimeException | Error e) {
            e.printStackTrace();
        }
        System.exit(exitCode);
    }

    private static boolean run(TortureOptions options) throws IOException {
        long begin = System.nanoTime();
        Plan plan = new Plan(options.seed(), options.seconds(), options.kinds());
        Console.step(
                "seed %d: %d faults are planned", options.seed(), plan.all().size());
        try (Workspace workspace = new Workspace("caravan-torture")) {
            boolean passed = false;
            try (S3Server s3 = S3Server.start(workspace);
                    FaultyS3 proxy = new FaultyS3(s3.endpoint());
                    ProcessCluster source = ProcessCluster.started(workspace, "source", BROKERS, SOURCE);
                    Ledger ledger = new Ledger(workspace.directory("ledger"))) {
                Torture torture = new Torture(options, workspace, s3, proxy, source, ledger);
                Report report;
                try {
                    report = torture.run(plan, begin);
                    passed = report.passed();
                } finally {
                    if (!passed) {
                        torture.keepArchive();
                    }
                }
                System.out.print(report.text());
                options.json().ifPresent(report::write);
            } finally {
                if (!passed) {
                    Console.step(
                            "logs, ledger, brokers' data and the archive (as a directory) stay in %s",
                            workspace.keep());
                }
            }
            return passed;
        }
    }

    private Report run(Plan plan, long begin) {
        Writers writers = new Writers(source.bootstrapServers(), options.rate(), options.seed(), ledger);
        Comparison comparison = new Comparison();
        boolean caughtUp = false;
        try (Backups backups = new Backups(
                caravan, workspace, source.bootstrapServers(), store, options.backups(), weather, counts, failures)) {
            Subject.ALL.forEach(subject -> writers.start(topics.create(subject), subject));
            backups.start();
            awaitFirstObjects();
            Console.step("the attack begins");
            try {
                attack(plan, backups, writers);
            } finally {
                Console.step("the attack is over");
                writers.stop();
                proxy.heal();
            }
            source.awaitWhole();
            if (!failures.any()) {
                catchUp();
                backups.stop();
                caughtUp = true;
            }
        }
        counts.add("rebalances", Generations.of(source.bootstrapServers(), Backups.GROUP));
        if (caughtUp) {
            // Both, whatever the first one says: together they tell more.
            command("backup-until-now", untilNow());
            command(
                    "verify-source",
                    List.of(
                            "verify",
                            "--store",
                            store,
                            "--data",
                            "--against",
                            "--bootstrap-servers",
                            source.bootstrapServers()));
        }
        if (caughtUp) {
            // Also where a command has found something: what the comparison finds is no word of Caravan's.
            try (ProcessCluster target = ProcessCluster.started(workspace, "target", 1, Map.of())) {
                if (restore(target)) {
                    compare(target, comparison);
                }
            }
        }
        return report(plan, comparison, (System.nanoTime() - begin) / 1e9);
    }

    private void awaitFirstObjects() {
        try {
            Awaitility.await()
                    .atMost(BEGINNING)
                    .pollInterval(Duration.ofMillis(500))
                    .until(() -> failures.any() || StoredKeys.of(s3, ARCHIVE).objects() > 0);
        } catch (ConditionTimeoutException e) {
            throw new TortureException("nothing was stored within " + BEGINNING.toSeconds() + " s", e);
        }
    }

    private void attack(Plan plan, Backups backups, Writers writers) {
        Map<Victim, Consumer<Fault>> attackers = new EnumMap<>(Victim.class);
        attackers.put(Victim.BACKUPS, backups::attack);
        attackers.put(Victim.S3, new S3Faults(proxy, weather, counts)::attack);
        attackers.put(Victim.BROKERS, new BrokerFaults(source, weather)::attack);
        attackers.put(Victim.TOPIC, new Rebirth(Subject.REBORN, topics, writers, s3, ARCHIVE, failures)::attack);
        new Attack(plan, options.seconds(), attackers, counts, failures).run();
    }

    /** Nothing is in the backups' way any more: they come to the end of all logs by themselves. */
    private void catchUp() {
        Console.step("waiting until the group's lag is 0");
        long begin = System.nanoTime();
        try {
            Awaitility.await()
                    .atMost(CATCHING_UP)
                    .pollInterval(Duration.ofMillis(500))
                    .ignoreExceptions()
                    .until(() -> failures.any() || lag().isEmpty());
        } catch (ConditionTimeoutException e) {
            failures.add(
                    "the backup did not catch up within " + CATCHING_UP.toSeconds() + " s; offsets left: " + lag());
        }
        counts.add("seconds to catch up", Math.round((System.nanoTime() - begin) / 1e9));
    }

    /** Offsets that are not committed yet, by partition. */
    private Map<TopicPartition, Long> lag() {
        Map<TopicPartition, Long> committed = topics.committed(Backups.GROUP);
        Map<TopicPartition, Long> lag = new LinkedHashMap<>();
        Subject.ALL.forEach(subject -> topics.ends(subject).forEach((partition, end) -> {
            long left = end - committed.getOrDefault(partition, 0L);
            if (left != 0) {
                lag.put(partition, left);
            }
        }));
        return lag;
    }

    private List<String> untilNow() {
        List<String> arguments = new ArrayList<>(Backups.arguments(source.bootstrapServers(), store));
        arguments.addAll(List.of(
                "--until-now", "--spool-dir", workspace.file("last-spool").toString()));
        return arguments;
    }

    private void command(String name, List<String> arguments) {
        Console.step("%s", String.join(" ", arguments));
        try {
            CommandResult result = caravan.run(name, COMMAND, arguments);
            if (result.exitCode() != 0) {
                failures.add(result.toString());
            }
        } catch (TortureException e) {
            failures.add(e.getMessage());
        }
    }

    /** Whether all of it could be restored. */
    private boolean restore(ProcessCluster target) {
        Console.step("restoring, with S3 answers that break off");
        FaultyS3.Injection cuts = proxy.inject(
                S3Fault.answerCutAfter(500), S3Requests.gets("\\.zip").withChance(0.05, options.seed()));
        FaultyS3.Injection slow =
                proxy.inject(S3Fault.slowDown(), S3Requests.all().withChance(0.15, options.seed()));
        Restores restores =
                new Restores(caravan, workspace, target, store, new Random(options.seed()), counts, failures);
        Map<Life, Uuid> lives = topics.lives(Subject.REBORN.topic());
        Map<String, List<String>> parts = new LinkedHashMap<>();
        if (lives.size() == 1) {
            parts.put("all", List.of());
        } else {
            parts.put("others", List.of("--exclude-topics", Subject.REBORN.topic()));
            lives.forEach((life, id) -> parts.put("life-" + life.number(), ofLife(life, id)));
        }
        boolean restored = true;
        int kills = options.restoreKills();
        for (Map.Entry<String, List<String>> part : parts.entrySet()) {
            restored &= restores.restore("restore-" + part.getKey(), kills, part.getValue());
            kills = 0;
        }
        cuts.end();
        slow.end();
        counts.add("S3 requests met while restoring", cuts.count() + slow.count());
        if (!restored) {
            return false;
        }
        List<String> verify =
                List.of("verify", "--store", store, "--against", "--bootstrap-servers", target.bootstrapServers());
        parts.forEach((name, part) -> command("verify-target-" + name, with(verify, part)));
        return true;
    }

    private static List<String> with(List<String> arguments, List<String> more) {
        List<String> all = new ArrayList<>(arguments);
        all.addAll(more);
        return all;
    }

    private List<String> ofLife(Life life, Uuid id) {
        return List.of(
                "--topics", life.topic(), "--timeline", id.toString(), "--rename", life.topic() + "=" + restored(life));
    }

    /** The name of a life's copy. */
    private String restored(Life life) {
        return topics.lives(life.topic()).size() > 1 ? life.topic() + "-life-" + life.number() : life.topic();
    }

    private void compare(ProcessCluster target, Comparison comparison) {
        Console.step("comparing what was restored with what producers were promised");
        try (PartitionReader reader = new PartitionReader(target.bootstrapServers())) {
            for (Subject subject : Subject.ALL) {
                for (Life life : topics.lives(subject.topic()).keySet()) {
                    for (int partition = 0; partition < subject.partitions(); partition++) {
                        comparison.compare(
                                life,
                                partition,
                                ledger.read(life, partition),
                                reader.read(new TopicPartition(restored(life), partition)));
                    }
                }
            }
        }
        if (!comparison.sound()) {
            comparison.findings().forEach(failures::add);
            explain(comparison.lost());
        }
    }

    /** Says of lost records whether the source has them: Kafka itself may have lost what it had acknowledged. */
    private void explain(List<Comparison.Lost> lost) {
        try (PartitionReader reader = new PartitionReader(source.bootstrapServers())) {
            lost.stream().limit(20).forEach(record -> {
                List<Life> lives =
                        List.copyOf(topics.lives(record.life().topic()).keySet());
                boolean there = lives.get(lives.size() - 1).equals(record.life());
                String of = !there
                        ? "of a topic that was deleted"
                        : reader.find(
                                                new TopicPartition(record.life().topic(), record.partition()),
                                                Math.max(0, record.entry().offset()))
                                        .flatMap(found -> RecordId.in(found.key(), found.value()))
                                        .filter(record.entry().id()::equals)
                                        .isPresent()
                                ? "the source cluster has it"
                                : "THE SOURCE CLUSTER DOES NOT HAVE IT EITHER";
                failures.add("lost: " + record + "; " + of);
            });
        }
    }

    private Report report(Plan plan, Comparison comparison, double wallSeconds) {
        Map<String, Report.Done> faults = new LinkedHashMap<>();
        for (FaultKind kind : FaultKind.values()) {
            long planned =
                    plan.all().stream().filter(fault -> fault.kind() == kind).count();
            if (planned > 0) {
                faults.put(kind.id(), new Report.Done(planned, counts.get(kind.id())));
            }
        }
        Map<String, Long> others = new LinkedHashMap<>(counts.all());
        others.keySet().removeAll(faults.keySet());
        StoredKeys keys = StoredKeys.of(s3, ARCHIVE);
        others.put("objects", keys.objects());
        others.put("objects that overlap others", keys.overlaps());
        others.put("gaps", keys.gaps());
        Map<String, Long> records = new LinkedHashMap<>();
        records.put("records acknowledged", ledger.count(Fate.ACKNOWLEDGED));
        records.put("bytes of them", ledger.bytes());
        records.put("records of aborted transactions", ledger.count(Fate.ABORTED));
        records.put("records whose answer was never heard", ledger.count(Fate.UNKNOWN));
        records.put("of these in the copy", comparison.unknownRestored());
        records.put("records restored", comparison.restored());
        records.put("lost", (long) comparison.lost().size());
        records.put("doubled", comparison.doubled());
        records.put("changed", comparison.changed());
        records.put("out of order", comparison.disordered());
        records.put("aborted, and restored", comparison.abortedRestored());
        records.put("never sent", comparison.strangers());
        return new Report(
                options.seed(), options.minutes(), s3.name(), wallSeconds, faults, others, records, failures.all());
    }

    /** Copies the archive into a directory, which is a store, too. */
    private void keepArchive() {
        s3.objects(ARCHIVE).forEach(object -> {
            Path file = workspace.file(object.key());
            try {
                Files.createDirectories(file.getParent());
                s3.client()
                        .getObject(
                                request -> request.bucket(s3.bucket()).key(object.key()),
                                ResponseTransformer.toFile(file));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }
}
