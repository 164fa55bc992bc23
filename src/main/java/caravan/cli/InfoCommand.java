package caravan.cli;

import caravan.archive.ArchiveDocument;
import caravan.archive.TopicSnapshot;
import caravan.catalog.Catalog;
import caravan.catalog.Finding;
import caravan.catalog.KeyCheck;
import caravan.catalog.TopicContents;
import caravan.catalog.TopicDetails;
import caravan.catalog.TopicDetails.ClusterState;
import caravan.catalog.TopicDetails.Live;
import caravan.catalog.TopicDetails.Partition;
import caravan.catalog.TopicDetails.Timeline;
import caravan.kafka.Cluster;
import caravan.restore.GuardSettlement;
import caravan.store.Store;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code info}: everything about one topic of an archive, and with a cluster also what is not stored yet. */
@Command(
        name = "info",
        description =
                "Shows one topic: coverage of each partition, also over time, gaps, holes, settings; with a cluster also the"
                        + " lag.")
final class InfoCommand implements Callable<Integer> {

    @Mixin
    private CommonOptions common;

    @Mixin
    private StoreOptions storeOptions;

    @Mixin
    private KafkaOptions kafkaOptions;

    @Option(names = "--topic", paramLabel = "NAME", required = true, description = "The topic.")
    private String topic;

    @Option(
            names = "--bootstrap-servers",
            paramLabel = "H:P",
            description = "Brokers to ask for the lag, host:port, comma-separated (default: no cluster is asked).")
    private String bootstrapServers;

    @Option(
            names = "--group",
            paramLabel = "NAME",
            description = "Consumer group whose lag is shown (default: caravan-<archive id>).")
    private String group;

    /** Whether a restore left its settings on the topic. */
    private boolean guarded;

    @Override
    public Integer call() {
        try (Store store = storeOptions.open()) {
            Catalog catalog = new Catalog(store);
            ArchiveDocument archive = catalog.requireArchive();
            TopicContents contents = catalog.topic(topic)
                    .orElseThrow(() -> CommandException.couldNot(
                            "the archive in " + store.location() + " has no topic " + topic,
                            "see what it has with 'list'"));
            Live live = ask(archive);
            List<Finding> findings = new KeyCheck(store, Instant.now()).check(contents);
            TopicDetails result = TopicDetails.of(store, archive, contents, findings, live);
            common.result(result, text(result, contents));
            int exitCode = VerifyCommand.exitCode(findings);
            if (guarded) {
                common.warn("the topic " + topic
                        + " has the settings of a restore that goes on, or was cut off: when it does not go"
                        + " on, 'restore --settle' puts its own in place");
                return Math.max(exitCode, ExitCode.ATTENTION);
            }
            return exitCode;
        }
    }

    private Live ask(ArchiveDocument archive) {
        if (bootstrapServers == null) {
            return Live.none();
        }
        String name = group == null ? "caravan-" + archive.archiveId() : group;
        try (Cluster cluster = new Cluster(kafkaOptions.settings(bootstrapServers))) {
            guarded = GuardSettlement.guarded(cluster, topic);
            return Live.of(cluster, topic, name);
        }
    }

    private static String text(TopicDetails result, TopicContents contents) {
        StringBuilder text = new StringBuilder();
        text.append("topic ").append(result.topic()).append(" in ").append(result.store());
        text.append(", archive ").append(result.archiveId()).append('\n');
        ClusterState cluster = result.cluster();
        if (cluster != null) {
            text.append("cluster ").append(cluster.clusterId());
            text.append(
                    cluster.topicId() == null ? ": does not have the topic" : ": has it with id " + cluster.topicId());
            text.append("; group ").append(cluster.group()).append('\n');
        }
        for (int i = 0; i < result.timelines().size(); i++) {
            Timeline timeline = result.timelines().get(i);
            text.append('\n').append(text(timeline));
            Map<Integer, Long> logEnds = timeline.partitions().stream()
                    .filter(partition -> partition.logEnd() != null)
                    .collect(Collectors.toMap(Partition::partition, Partition::logEnd));
            String chart = CoverageChart.of(contents.timelines().get(i), result.findings(), logEnds, "  ");
            text.append(chart.isEmpty() ? "" : "\n" + chart);
        }
        text.append(CommitsTable.of(result.groups()));
        if (!result.findings().isEmpty()) {
            text.append('\n');
            result.findings()
                    .forEach(finding -> text.append(VerifyCommand.line(finding)).append('\n'));
        }
        return text.toString();
    }

    private static String text(Timeline timeline) {
        StringBuilder text = new StringBuilder();
        text.append("timeline ").append(timeline.timeline());
        text.append(" of cluster ").append(timeline.clusterId() == null ? "unknown" : timeline.clusterId());
        text.append(", begun ").append(Units.time(Optional.ofNullable(timeline.begunAt())));
        text.append(timeline.complete() ? "" : ", a baseline that is not complete");
        text.append(Boolean.TRUE.equals(timeline.live()) ? ", the cluster's topic of today\n" : "\n");
        text.append("  ").append(Units.count(timeline.partitions().size(), "partition"));
        text.append(", ").append(Units.count(timeline.objects(), "object"));
        text.append(", ").append(Units.count(timeline.records(), "record"));
        text.append(", ").append(Units.bytes(timeline.bytes())).append(" stored\n");
        String settings = timeline.configs().entrySet().stream()
                .filter(config -> config.getValue().source() == TopicSnapshot.Source.TOPIC)
                .map(config -> config.getKey() + "=" + config.getValue().value())
                .collect(Collectors.joining(", "));
        text.append("  settings of the topic's own: ")
                .append(settings.isEmpty() ? "none" : settings)
                .append("\n\n");
        Table table = new Table(
                ">PARTITION",
                ">START",
                ">NEXT",
                ">OBJECTS",
                ">RECORDS",
                ">STORED",
                "FROM",
                "TO",
                ">COMMITTED",
                ">LOG END",
                ">LAG",
                "REMARKS");
        for (Partition partition : timeline.partitions()) {
            List<String> remarks = new ArrayList<>();
            if (!partition.gaps().isEmpty()) {
                remarks.add(Units.count(partition.gaps().size(), "gap"));
            }
            if (!partition.holes().isEmpty()) {
                remarks.add(Units.count(partition.holes().size(), "hole"));
            }
            if (partition.voided() > 0) {
                remarks.add(Units.count(partition.voided(), "void object"));
            }
            table.row(
                    Integer.toString(partition.partition()),
                    Units.count(partition.startOffset()),
                    Units.count(partition.next()),
                    Units.count(partition.objects()),
                    Units.count(partition.records()),
                    Units.bytes(partition.bytes()),
                    Units.time(Optional.ofNullable(partition.baseTimestamp())),
                    Units.time(Optional.ofNullable(partition.maxTimestamp())),
                    number(partition.committed()),
                    number(partition.logEnd()),
                    number(partition.lag()),
                    String.join(", ", remarks));
        }
        return text.append(table.print("  ")).toString();
    }

    private static String number(Long number) {
        return number == null ? "" : Units.count(number);
    }
}
