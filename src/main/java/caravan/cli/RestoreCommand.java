package caravan.cli;

import caravan.archive.PlanDocument;
import caravan.kafka.Cluster;
import caravan.kafka.KafkaSettings;
import caravan.kafka.TopicFilter;
import caravan.restore.FrozenPlans;
import caravan.restore.GuardSettlement;
import caravan.restore.RestorePreview;
import caravan.restore.RestoreProgress;
import caravan.restore.RestoreReport;
import caravan.restore.RestoreRequest;
import caravan.restore.RestoreTask;
import caravan.store.Store;
import caravan.store.Stores;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code restore}: produces what the archive holds to its original topics, and ends. */
@Command(name = "restore", description = "Restores topics from the store into Kafka, and ends.")
final class RestoreCommand implements Callable<Integer> {
    private static final long POLL_MILLIS = 200;
    private static final long STOP_SECONDS = 5;

    @Mixin
    private CommonOptions common;

    @Mixin
    private StoreOptions storeOptions;

    @Mixin
    private KafkaOptions.Required kafkaOptions;

    @Mixin
    private TopicOptions.Optional topicOptions;

    @Mixin
    private RateOptions rateOptions;

    @Mixin
    private RouteOptions routeOptions;

    @Option(
            names = "--rename",
            paramLabel = "OLD=NEW",
            description = "Another name in the cluster; can be given several times.")
    private List<String> renames = new ArrayList<>();

    @Option(
            names = "--timeline",
            paramLabel = "ID",
            defaultValue = "",
            description = "Which life of a topic, where the archive has several: newest, or the name of one.")
    private String timeline;

    @Mixin
    private SelectionOptions selection;

    @Mixin
    private TargetOptions target;

    @Option(
            names = "--accept-loss",
            description =
                    "Restore what there is, though the archive has holes or damaged objects; says what is missing.")
    private boolean acceptLoss;

    @Option(
            names = "--verify",
            description = "Read what was restored again at the end, and compare it with the archive.")
    private boolean verify;

    @Option(
            names = "--groups",
            paramLabel = "LIST",
            arity = "0..1",
            defaultValue = "",
            fallbackValue = ".*",
            description =
                    "Give consumer groups the place that they had in the source: all, or these names and expressions.")
    private String groups;

    @Option(
            names = "--groups-at",
            paramLabel = "T",
            defaultValue = "",
            description =
                    "Take the groups' offsets as they were at this time (default: at --to-time, else the newest).")
    private String groupsAt;

    @Option(
            names = "--plan-dir",
            paramLabel = "DIR",
            defaultValue = "",
            description =
                    "Directory for the plan and the report, where the store can't be written to (default: the store).")
    private String planDir;

    @Option(names = "--dry-run", description = "Show what would be restored; change nothing.")
    private boolean dryRun;

    @Option(
            names = "--settle",
            description =
                    "Restore nothing; give topics their own settings that restores left guarded when they were cut off.")
    private boolean settle;

    @Override
    public Integer call() throws Exception {
        rateOptions.parameter();
        KafkaSettings kafka = kafkaOptions.settings();
        Map<String, String> parameters = parameters();
        RestoreRequest request = new RestoreRequest(parameters);
        try (Store store = storeOptions.open();
                Cluster cluster = new Cluster(kafka)) {
            // A cluster that can't be reached is better known before anything is begun.
            String clusterId = cluster.id();
            FrozenPlans plans = new FrozenPlans(plans(store));
            if (settle) {
                return settle(
                        new GuardSettlement(cluster, request.applyRetention()),
                        plans.unfinished(clusterId),
                        request.topics());
            }
            if (dryRun) {
                return new RestorePreviewText(common).show(RestorePreview.of(store, plans, cluster, request));
            }
            return restore(store, kafka, parameters);
        }
    }

    /** By the names of the route template's parameters. */
    private Map<String, String> parameters() {
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("topics", topicOptions.topics());
        parameters.put("excludeTopics", topicOptions.excludeTopics());
        parameters.put("rename", String.join(",", renames));
        parameters.put("timeline", timeline);
        parameters.put("acceptLoss", Boolean.toString(acceptLoss));
        parameters.put("verify", Boolean.toString(verify));
        parameters.put("planDir", planDir);
        parameters.put("groups", groups);
        parameters.put("groupsAt", groupsAt);
        parameters.putAll(selection.parameters());
        parameters.putAll(target.parameters());
        parameters.put("maxRate", rateOptions.parameter());
        return parameters;
    }

    private Store plans(Store archive) {
        return planDir.isEmpty()
                ? archive
                : Stores.open("file://" + Path.of(planDir).toAbsolutePath());
    }

    private int settle(GuardSettlement settlement, List<PlanDocument> unfinished, TopicFilter topics) {
        GuardSettlement.Settled settled = settlement.settle(unfinished, topics);
        StringBuilder text = new StringBuilder();
        settled.topics()
                .forEach(topic ->
                        text.append(topic).append(" has its own settings again").append(System.lineSeparator()));
        if (settled.topics().isEmpty()) {
            text.append("no topic has the guards of a restore that was cut off").append(System.lineSeparator());
        }
        common.result(settled, text.toString());
        settled.attention().forEach(common::warn);
        return settled.attention().isEmpty() ? ExitCode.DONE : ExitCode.ATTENTION;
    }

    private int restore(Store store, KafkaSettings kafka, Map<String, String> parameters) throws Exception {
        Signals signals = new Signals();
        try (Engine engine = new Engine(routeOptions.directory(), false, store, kafka, Optional.empty())) {
            engine.withoutJmx();
            engine.start();
            engine.add("kafka-restore", "restore", parameters);
            RestoreTask task = engine.task(RestoreTask.class);
            ProgressLine line = new ProgressLine(common.err());
            while (!task.done().isDone()) {
                if (signals.await(POLL_MILLIS)) {
                    line.end();
                    task.cancel();
                    engine.stop(STOP_SECONDS);
                    common.warn("cut short: run it again to go on, or put the topics' settings back with --settle");
                    return signals.exitCode();
                }
                RestoreProgress progress = task.progress();
                double done = progress.plan().records() == 0
                        ? 0
                        : (double) progress.records() / progress.plan().records();
                line.show("restoring", progress.records(), progress.logBytes(), line.estimate(done));
            }
            line.end();
            return report(task.done().join());
        }
    }

    private int report(RestoreReport report) {
        StringBuilder text = new StringBuilder();
        if (report.earlier()) {
            text.append("the restore ")
                    .append(report.restoreId())
                    .append(" came to its end before: no record was written")
                    .append(System.lineSeparator());
        }
        report.topics()
                .forEach(topic -> text.append(String.format(
                        "restored %s: %s, %s%n",
                        topic.source().equals(topic.target())
                                ? topic.target()
                                : topic.source() + " as " + topic.target(),
                        Units.count(topic.partitions(), "partition"),
                        Units.count(topic.records(), "record"))));
        if (report.compared() > 0) {
            text.append(Units.count(report.compared(), "record"))
                    .append(" compared with the archive: equal")
                    .append(System.lineSeparator());
        }
        groups(text, report);
        common.result(report, text.toString());
        report.attention().forEach(common::warn);
        return report.attention().isEmpty() ? ExitCode.DONE : ExitCode.ATTENTION;
    }

    private static void groups(StringBuilder text, RestoreReport report) {
        if (!report.groups().isEmpty()) {
            Table table = new Table("GROUP", "TOPIC", ">PARTITION", ">IN THE SOURCE", ">OFFSET");
            report.groups()
                    .forEach(group -> table.row(
                            group.group(),
                            group.topic(),
                            Integer.toString(group.partition()),
                            Units.count(group.source()),
                            Units.count(group.offset())));
            text.append(table.print(""));
        }
    }
}
