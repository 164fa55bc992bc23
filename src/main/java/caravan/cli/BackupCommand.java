package caravan.cli;

import caravan.archive.Compression;
import caravan.archive.FrameCodecs;
import caravan.backup.BackupException;
import caravan.backup.BackupTask;
import caravan.backup.Baselines;
import caravan.backup.Progress;
import caravan.backup.Spool;
import caravan.backup.UntilNow;
import caravan.kafka.Cluster;
import caravan.kafka.GroupFilter;
import caravan.kafka.KafkaErrors;
import caravan.kafka.KafkaSettings;
import caravan.kafka.TopicFilter;
import caravan.store.Store;
import caravan.store.StoreException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.apache.kafka.common.errors.RetriableException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code backup}: backs topics up, until now or until it is stopped. */
@Command(name = "backup", description = "Backs topics up to the store; without --until-now, until it is stopped.")
final class BackupCommand implements Callable<Integer> {
    private static final long DRAIN_SECONDS = 45;
    private static final long POLL_MILLIS = 200;
    /** How often the cluster is asked how far the group is, while this process knows that it is not done itself. */
    private static final Duration ASK_INTERVAL = Duration.ofSeconds(1);

    @Mixin
    private CommonOptions common;

    @Mixin
    private StoreOptions.Writable storeOptions;

    @Mixin
    private KafkaOptions.Required kafkaOptions;

    @Mixin
    private TopicOptions.Required topicOptions;

    @Mixin
    private RateOptions rateOptions;

    @Mixin
    private RouteOptions routeOptions;

    @Option(names = "--until-now", description = "End when all that was there at the start is stored.")
    private boolean untilNow;

    @Option(
            names = "--baseline",
            description =
                    "Copy the topics anew, into timelines of their own, and end when all that was there is stored.")
    private boolean baseline;

    @Option(
            names = "--group",
            paramLabel = "NAME",
            defaultValue = "",
            description = "Consumer group; without one, the archive's own (caravan-<archive id>).")
    private String group;

    @Option(
            names = "--groups",
            paramLabel = "LIST",
            description =
                    "Consumer groups whose offsets for these topics are kept, in the form of --topics; '' for none"
                            + " (default: all but Caravan's own).")
    private String groups;

    @Option(
            names = "--groups-interval",
            paramLabel = "TIME",
            defaultValue = "60s",
            description = "How often the offsets of consumer groups are looked at (default: ${DEFAULT-VALUE}).")
    private String groupsInterval;

    @Option(
            names = "--max-bytes",
            paramLabel = "BYTES",
            defaultValue = "67108864",
            description = "Bytes of log after which an object is stored (default: ${DEFAULT-VALUE}).")
    private long maxBytes;

    @Option(
            names = "--max-age",
            paramLabel = "TIME",
            defaultValue = "60s",
            description = "Age after which an object is stored (default: ${DEFAULT-VALUE}).")
    private String maxAge;

    @Option(
            names = "--compression",
            paramLabel = "METHOD",
            defaultValue = "auto",
            description = "auto (by what arrives), zstd, stored or deflate (default: ${DEFAULT-VALUE}).")
    private Compression compression;

    @Option(
            names = "--zstd-level",
            paramLabel = "N",
            defaultValue = "" + FrameCodecs.DEFAULT_ZSTD_LEVEL,
            description = "Level of zstd, 1 (fastest) to 19 (smallest) (default: ${DEFAULT-VALUE}).")
    private int zstdLevel;

    @Option(
            names = "--spool-dir",
            paramLabel = "DIR",
            description =
                    "Where objects grow before they are stored (default: caravan-spool in the temporary directory).")
    private Path spoolDirectory = Path.of(System.getProperty("java.io.tmpdir"), "caravan-spool");

    @Option(
            names = "--spool-bytes",
            paramLabel = "BYTES",
            defaultValue = "2147483648",
            description = "Most bytes that the spool takes up (default: ${DEFAULT-VALUE}).")
    private long spoolBytes;

    @Option(
            names = "--store-timeout",
            paramLabel = "TIME",
            defaultValue = "1h",
            description =
                    "How long the store or Kafka may fail before the command gives up (default: ${DEFAULT-VALUE}).")
    private String storeTimeout;

    @Option(
            names = "--transaction-wait",
            paramLabel = "TIME",
            defaultValue = "15m",
            description = "How long --until-now waits for open transactions (default: ${DEFAULT-VALUE}).")
    private String transactionWait;

    @Option(
            names = "--allow-unidentified-topics",
            description =
                    "Back up topics without a topic id, though a recreated one can't be told from its predecessor.")
    private boolean allowUnidentifiedTopics;

    private final List<String> attention = new ArrayList<>();
    private List<Baselines.Outcome> outcomes = List.of();

    @Override
    public Integer call() throws Exception {
        untilNow |= baseline;
        rateOptions.parameter();
        Durations timeouts = new Durations(storeTimeout, transactionWait);
        Times.duration("--max-age", maxAge);
        requireGroups();
        if (maxBytes < 1 || maxBytes > BackupTask.LARGEST_OBJECT) {
            throw CommandException.usage(
                    "an object can't have " + maxBytes + " bytes of log",
                    "give --max-bytes between 1 and " + BackupTask.LARGEST_OBJECT);
        }
        if (zstdLevel < 1 || zstdLevel > FrameCodecs.HIGHEST_ZSTD_LEVEL) {
            throw CommandException.usage(
                    "zstd has no level " + zstdLevel,
                    "give --zstd-level between 1 and " + FrameCodecs.HIGHEST_ZSTD_LEVEL);
        }
        KafkaSettings kafka = kafkaOptions.settings();
        try (Store store = storeOptions.open();
                Cluster cluster = new Cluster(kafka)) {
            UntilNow now = UntilNow.note(cluster, topicOptions.filter());
            requireTopics(now.topics(), cluster);
            Signals signals = new Signals();
            try (Engine engine = new Engine(routeOptions.directory(), false, store, kafka, Optional.of(spool()))) {
                if (untilNow) {
                    engine.withoutJmx();
                }
                Optional<Baselines> baselines =
                        baseline ? Optional.of(begin(store, cluster, now.topics())) : Optional.empty();
                baselines.ifPresent(made -> engine.main().bind(Baselines.BEAN, made));
                if (baselines.isPresent()) {
                    // They end where the log ended when they began, which is later than it was noted.
                    now = UntilNow.note(
                            cluster,
                            TopicFilter.of(String.join(",", baselines.get().topics()), ""));
                }
                engine.start();
                engine.add("kafka-backup", "backup", parameters(now));
                BackupTask task = engine.task(BackupTask.class);
                if (untilNow) {
                    task.storeAtOnce(now.ends());
                }
                boolean finished = watch(task, now, signals, timeouts);
                if (untilNow && finished) {
                    task.keepGroups();
                }
                boolean drained = engine.stop(DRAIN_SECONDS);
                if (baselines.isPresent() && finished) {
                    finish(baselines.get(), task.groupName(), cluster);
                }
                report(task);
                return exitCode(finished && (untilNow || drained), signals);
            }
        }
    }

    private Baselines begin(Store store, Cluster cluster, Set<String> topics) {
        try {
            return Baselines.begin(store, cluster, topics, allowUnidentifiedTopics);
        } catch (BackupException e) {
            throw CommandException.couldNot(e.getMessage(), e.hint());
        }
    }

    private void finish(Baselines baselines, String made, Cluster cluster) {
        outcomes = baselines.finish();
        outcomes.stream()
                .filter(outcome -> !outcome.complete())
                .forEach(outcome -> note("the baseline " + outcome.timeline() + " of " + outcome.topic()
                        + " is not complete; 'backup --baseline' goes on with it"));
        if (outcomes.stream().allMatch(Baselines.Outcome::complete)) {
            // Nobody goes on in this group.
            cluster.forget(made);
        }
    }

    private record Durations(Duration store, Duration transactions) {
        private Durations(String store, String transactions) {
            this(Times.duration("--store-timeout", store), Times.duration("--transaction-wait", transactions));
        }

        private Duration longest() {
            return store.compareTo(transactions) > 0 ? store : transactions;
        }
    }

    private void requireGroups() {
        if (Times.duration("--groups-interval", groupsInterval).isZero()) {
            throw CommandException.usage(
                    "consumer groups can't be looked at all the time",
                    "give a longer --groups-interval, or --groups '' for none");
        }
        try {
            GroupFilter.of(groups());
        } catch (IllegalArgumentException e) {
            throw CommandException.usage(
                    "--groups: " + e.getMessage(),
                    "entries of letters, digits, '.', '_' and '-' are names; others regular expressions");
        }
    }

    private String groups() {
        return groups == null ? GroupFilter.ALL : groups;
    }

    private Spool spool() {
        try {
            return new Spool(spoolDirectory, spoolBytes);
        } catch (IOException e) {
            throw CommandException.couldNot(
                    "the spool directory " + spoolDirectory + " can't be used: " + e.getMessage(),
                    "name a directory that can be written with --spool-dir");
        } catch (IllegalArgumentException e) {
            throw CommandException.usage(e.getMessage(), "give it more with --spool-bytes");
        }
    }

    private void requireTopics(Set<String> found, Cluster cluster) {
        cluster.requireVisible(topicOptions.filter().names());
        if (found.isEmpty()) {
            throw CommandException.couldNot(
                    "no topic matches " + topicOptions.topics(),
                    "see what there is, and what this user may see of it, with kafka-topics.sh --list");
        }
        for (String name : topicOptions.filter().names()) {
            if (!found.contains(name)) {
                attention.add("the topic " + name + " does not exist");
            }
        }
    }

    private Map<String, String> parameters(UntilNow now) {
        Map<String, String> parameters = new LinkedHashMap<>();
        // A topic that appears meanwhile has no baseline.
        parameters.put("topics", baseline ? String.join(",", now.topics()) : topicOptions.topics());
        parameters.put("excludeTopics", baseline ? "" : topicOptions.excludeTopics());
        parameters.put("group", group);
        parameters.put("groups", groups());
        parameters.put("groupsInterval", groupsInterval);
        parameters.put("maxBytes", Long.toString(maxBytes));
        parameters.put("maxAge", maxAge);
        parameters.put("compression", compression.name());
        parameters.put("zstdLevel", Integer.toString(zstdLevel));
        parameters.put("maxRate", rateOptions.parameter());
        parameters.put("allowUnidentifiedTopics", Boolean.toString(allowUnidentifiedTopics));
        return parameters;
    }

    /** Whether all that was to be stored is stored; false where a signal came first. */
    private boolean watch(BackupTask task, UntilNow now, Signals signals, Durations timeouts) {
        ProgressLine line = new ProgressLine(common.err());
        long moved = System.nanoTime();
        long reachable = moved;
        Optional<Long> asked = Optional.empty();
        long taken = -1;
        long before = -1;
        String left = "";
        while (!signals.await(POLL_MILLIS)) {
            Progress progress = task.progress();
            progress.fatal().ifPresent(BackupCommand::giveUp);
            // One that has been running for long may see the user's rights changed, and changed back.
            if (untilNow || progress.recordsTaken() == 0) {
                progress.failing()
                        .map(Progress.Failing::cause)
                        .flatMap(KafkaErrors::refusal)
                        .ifPresent(BackupCommand::giveUp);
            }
            if (task.stuck().compareTo(timeouts.store()) > 0) {
                throw nothingStored(task.stuck(), progress);
            }
            boolean due =
                    asked.map(last -> since(last).compareTo(ASK_INTERVAL) >= 0).orElse(true);
            if (untilNow && (due || task.storedUpTo(now.ends()))) {
                asked = Optional.of(System.nanoTime());
                UntilNow.Remaining remaining;
                List<String> held;
                try {
                    remaining = task.remaining(now);
                    boolean waited = since(moved).compareTo(timeouts.transactions()) > 0;
                    held = waited && !remaining.open().isEmpty() ? task.openTransactions(now, remaining) : List.of();
                    reachable = System.nanoTime();
                } catch (RetriableException | StoreException e) {
                    boolean away =
                            !(e instanceof StoreException store) || store.kind() == StoreException.Kind.UNREACHABLE;
                    if (!away || since(reachable).compareTo(timeouts.store()) > 0) {
                        throw e;
                    }
                    continue;
                }
                remaining
                        .gone()
                        .forEach(name -> note("the topic " + name + " was deleted or recreated during the backup"));
                held.forEach(this::note);
                if (remaining.open().isEmpty() || !held.isEmpty()) {
                    line.end();
                    return true;
                }
                // Not what was taken of others: a busy partition would hide one that stands still.
                long advanced = task.taken(remaining.open().keySet());
                if (advanced != taken || remaining.left() != before) {
                    taken = advanced;
                    before = remaining.left();
                    moved = System.nanoTime();
                }
                if (since(moved).compareTo(timeouts.longest()) > 0) {
                    throw nothingStored(since(moved), progress);
                }
                left = String.format("%,d offsets left", remaining.left());
            }
            line.show("backing up", progress.recordsTaken(), progress.bytesTaken(), left);
        }
        line.end();
        return !untilNow;
    }

    private static Duration since(long nanoTime) {
        return Duration.ofNanos(System.nanoTime() - nanoTime);
    }

    private static CommandException nothingStored(Duration lasting, Progress progress) {
        return CommandException.couldNot(
                "nothing could be stored for " + lasting.toSeconds() + " s"
                        + progress.failing()
                                .map(failing -> ": " + failing.cause().getMessage())
                                .orElse(""),
                "what is not stored is not committed: run it again when the cause is gone");
    }

    private static void giveUp(Throwable cause) {
        if (cause instanceof BackupException known) {
            throw CommandException.couldNot(known.getMessage(), known.hint());
        }
        KafkaErrors.refusal(cause).ifPresent(refusal -> {
            throw refusal;
        });
        throw CommandException.couldNot(cause.toString(), "see the log above");
    }

    private void note(String sentence) {
        if (!attention.contains(sentence)) {
            attention.add(sentence);
        }
    }

    private void report(BackupTask task) {
        Progress progress = task.progress();
        long deleted = progress.gaps() - progress.lateReads();
        if (deleted > 0) {
            note(deleted + " gap(s): records that Kafka deleted before they were stored; see 'info'");
        }
        if (progress.lateReads() > 0) {
            note(progress.lateReads()
                    + " gap(s): records were read so late that tombstones may have been compacted away unseen; see 'info'."
                    + (baseline
                            ? " A copy has to take less time than delete.retention.ms"
                            : " 'backup --baseline' copies the topics anew"));
        }
        if (progress.truncations() > 0) {
            note(
                    progress.truncations()
                            + " truncated log(s): what they hold from there on is backed up again; the log above says from where");
        }
        if (groups != null) {
            task.groupsProblem().ifPresent(why -> note("the offsets of consumer groups are not kept: " + why));
            task.groupsMissing()
                    .forEach(group -> note("the consumer group " + group + " has no offsets for these topics"));
        }
        Map<String, Object> result = new LinkedHashMap<>();
        result.put("archive", storeOptions.location());
        result.put("group", task.groupName());
        result.put("objects", progress.objectsStored());
        result.put("records", progress.recordsStored());
        result.put("logBytes", progress.logBytesStored());
        result.put("storedBytes", progress.bytesStored());
        result.put("groups", task.groupsKept().orElse(null));
        result.put("baselines", outcomes.stream().map(BackupCommand::json).toList());
        result.put("attention", attention);
        common.result(
                result,
                String.format(
                                "stored %,d records in %,d objects, %,.1f MB of log as %,.1f MB%n",
                                progress.recordsStored(),
                                progress.objectsStored(),
                                progress.logBytesStored() / 1e6,
                                progress.bytesStored() / 1e6)
                        + baselines());
        attention.forEach(common::warn);
    }

    private static Map<String, Object> json(Baselines.Outcome outcome) {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("topic", outcome.topic());
        shown.put("timeline", outcome.timeline().folder());
        shown.put("complete", outcome.complete());
        return shown;
    }

    private String baselines() {
        StringBuilder text = new StringBuilder();
        outcomes.stream()
                .filter(Baselines.Outcome::complete)
                .forEach(outcome -> text.append(
                        String.format("%s: the baseline %s is complete%n", outcome.topic(), outcome.timeline())));
        return text.toString();
    }

    private int exitCode(boolean finished, Signals signals) {
        if (signals.heard() && !(finished && signals.terminated())) {
            return signals.exitCode();
        }
        return attention.isEmpty() ? ExitCode.DONE : ExitCode.ATTENTION;
    }
}
