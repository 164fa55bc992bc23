package caravan.cli;

import caravan.catalog.Catalog;
import caravan.kafka.Cluster;
import caravan.kafka.KafkaSettings;
import caravan.restore.Renames;
import caravan.restore.RestorePlan;
import caravan.restore.RestorePlan.TopicPlan;
import caravan.restore.RestorePlanner;
import caravan.restore.RestoreProgress;
import caravan.restore.RestoreReport;
import caravan.restore.RestoreTask;
import caravan.restore.TargetTopics;
import caravan.store.Store;
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

    @Option(
            names = "--apply-retention",
            description = "Turn retention on at the end, even if it deletes restored records.")
    private boolean applyRetention;

    @Option(names = "--dry-run", description = "Show what would be restored; change nothing.")
    private boolean dryRun;

    @Override
    public Integer call() throws Exception {
        KafkaSettings kafka = kafkaOptions.settings();
        String rename = String.join(",", renames);
        try (Store store = storeOptions.open();
                Cluster cluster = new Cluster(kafka)) {
            // A cluster that can't be reached is better known before anything is begun.
            cluster.id();
            RestorePlan plan =
                    new RestorePlanner(new Catalog(store)).plan(topicOptions.filter(), Renames.parse(rename), timeline);
            if (dryRun) {
                return show(plan, new TargetTopics(cluster).conflicts(plan));
            }
            return restore(store, kafka, rename);
        }
    }

    private int restore(Store store, KafkaSettings kafka, String rename) throws Exception {
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("topics", topicOptions.topics());
        parameters.put("excludeTopics", topicOptions.excludeTopics());
        parameters.put("rename", rename);
        parameters.put("timeline", timeline);
        parameters.put("applyRetention", Boolean.toString(applyRetention));
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
                    engine.stop(STOP_SECONDS);
                    common.warn(
                            "cut short: delete the topics that the restore had begun to fill before it is run again");
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

    private int show(RestorePlan plan, List<String> conflicts) {
        List<Map<String, Object>> topics = new ArrayList<>();
        StringBuilder text = new StringBuilder();
        for (TopicPlan topic : plan.topics()) {
            Map<String, Object> shown = new LinkedHashMap<>();
            shown.put("source", topic.source());
            shown.put("target", topic.target());
            shown.put("timeline", topic.timeline().folder());
            shown.put("partitions", topic.partitionCount());
            shown.put("replicationFactor", topic.snapshot().replicationFactor());
            shown.put("records", topic.records());
            shown.put("bytes", topic.bytes());
            shown.put("gaps", topic.gaps());
            topics.add(shown);
            text.append(String.format(
                    "%s -> %s: %d partitions, %,d records, %,.1f MB stored, %d gaps%n",
                    topic.source(),
                    topic.target(),
                    topic.partitionCount(),
                    topic.records(),
                    topic.bytes() / 1e6,
                    topic.gaps()));
        }
        conflicts.forEach(conflict -> text.append("conflict: ").append(conflict).append('\n'));
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("topics", topics);
        json.put("conflicts", conflicts);
        common.result(json, text.toString());
        return conflicts.isEmpty() ? ExitCode.DONE : ExitCode.COULD_NOT;
    }

    private int report(RestoreReport report) {
        StringBuilder text = new StringBuilder();
        report.topics()
                .forEach(topic -> text.append(String.format(
                        "restored %s: %d partitions, %,d records%n",
                        topic.source().equals(topic.target())
                                ? topic.target()
                                : topic.source() + " as " + topic.target(),
                        topic.partitions(),
                        topic.records())));
        common.result(report, text.toString());
        report.attention().forEach(common::warn);
        return report.attention().isEmpty() ? ExitCode.DONE : ExitCode.ATTENTION;
    }
}
