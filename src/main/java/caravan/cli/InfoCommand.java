package caravan.cli;

import caravan.archive.ArchiveDocument;
import caravan.archive.OffsetRange;
import caravan.archive.TopicSnapshot;
import caravan.catalog.Catalog;
import caravan.catalog.Finding;
import caravan.catalog.KeyCheck;
import caravan.catalog.PartitionContents;
import caravan.catalog.TimelineContents;
import caravan.catalog.TopicContents;
import caravan.kafka.Cluster;
import caravan.store.Store;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code info}: everything about one topic of an archive, and with a cluster also what is not stored yet. */
@Command(
        name = "info",
        description =
                "Shows one topic: coverage of each partition, gaps, holes, settings; with a cluster also the lag.")
final class InfoCommand implements Callable<Integer> {

    /**
     * What {@code --output json} prints.
     *
     * @param store the store's URL
     * @param cluster null where no cluster was asked
     * @param timelines in the order in which they began
     * @param findings gaps, holes, foreign files and damage, as {@code verify} reports them
     */
    @JsonPropertyOrder({"store", "archiveId", "topic", "cluster", "timelines", "findings"})
    record Result(
            String store,
            String archiveId,
            String topic,
            ClusterState cluster,
            List<Timeline> timelines,
            List<VerifyCommand.FoundJson> findings) {}

    /** The cluster as it is now; {@code topicId} is null where it does not have the topic. */
    @JsonPropertyOrder({"clusterId", "topicId", "group"})
    record ClusterState(String clusterId, String topicId, String group) {}

    /**
     * One life of the topic.
     *
     * @param clusterId cluster that it was in; null where the snapshots are damaged
     * @param begunAt epoch millis; null where the snapshots are damaged
     * @param live whether it is the cluster's topic of today; null where no cluster was asked
     * @param configs effective settings at the newest snapshot, each with its source
     */
    @JsonPropertyOrder({
        "timeline",
        "clusterId",
        "begunAt",
        "live",
        "replicationFactor",
        "objects",
        "records",
        "bytes",
        "baseTimestamp",
        "maxTimestamp",
        "configs",
        "partitions"
    })
    record Timeline(
            String timeline,
            String clusterId,
            Long begunAt,
            Boolean live,
            Integer replicationFactor,
            long objects,
            long records,
            long bytes,
            Long baseTimestamp,
            Long maxTimestamp,
            Map<String, TopicSnapshot.Config> configs,
            List<Partition> partitions) {}

    /**
     * One partition.
     *
     * @param startOffset where its backup began, inclusive
     * @param next end of what is stored without a hole, exclusive
     * @param gaps ranges of offsets that can never be stored any more
     * @param holes ranges of offsets that nothing answers for
     * @param committed what the group committed; null where it did not, or no cluster was asked
     * @param logEnd the log's end in the cluster, exclusive; null where no cluster was asked, or it is another life of the topic
     * @param lag {@code logEnd} less what is committed (or, without a commit, stored): what is not yet safe; null like {@code logEnd}
     */
    @JsonPropertyOrder({
        "partition",
        "startOffset",
        "next",
        "objects",
        "records",
        "bytes",
        "baseTimestamp",
        "maxTimestamp",
        "gaps",
        "holes",
        "committed",
        "logEnd",
        "lag"
    })
    record Partition(
            int partition,
            long startOffset,
            long next,
            long objects,
            long records,
            long bytes,
            Long baseTimestamp,
            Long maxTimestamp,
            List<OffsetRange> gaps,
            List<OffsetRange> holes,
            Long committed,
            Long logEnd,
            Long lag) {}

    /** What a cluster says about the topic; nothing where none was asked. */
    private record Live(
            Optional<ClusterState> state,
            Optional<Cluster.Topic> topic,
            Map<TopicPartition, Long> logEnds,
            Map<TopicPartition, OffsetAndMetadata> committed) {

        static Live none() {
            return new Live(Optional.empty(), Optional.empty(), Map.of(), Map.of());
        }
    }

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
            Result result = new Result(
                    store.location(),
                    archive.archiveId(),
                    topic,
                    live.state().orElse(null),
                    contents.timelines().stream()
                            .map(timeline -> timeline(timeline, live))
                            .toList(),
                    findings.stream().map(VerifyCommand.FoundJson::of).toList());
            common.result(result, text(result));
            return VerifyCommand.exitCode(findings);
        }
    }

    private Live ask(ArchiveDocument archive) {
        if (bootstrapServers == null) {
            return Live.none();
        }
        String name = group == null ? "caravan-" + archive.archiveId() : group;
        try (Cluster cluster = new Cluster(kafkaOptions.settings(bootstrapServers))) {
            Optional<Cluster.Topic> now = cluster.topic(topic);
            ClusterState state = new ClusterState(
                    cluster.id(), now.map(t -> t.id().toString()).orElse(null), name);
            if (now.isEmpty()) {
                return new Live(Optional.of(state), now, Map.of(), Map.of());
            }
            return new Live(
                    Optional.of(state),
                    now,
                    cluster.highWatermarks(Cluster.partitions(now.get())),
                    cluster.committed(name));
        }
    }

    private static Timeline timeline(TimelineContents contents, Live live) {
        boolean current = live.topic()
                .map(now -> now.id().equals(contents.timeline().topicId()))
                .orElse(false);
        return new Timeline(
                contents.timeline().folder(),
                contents.newest().map(TopicSnapshot::clusterId).orElse(null),
                contents.first().map(TopicSnapshot::takenAt).orElse(null),
                live.state().isPresent() ? current : null,
                contents.newest().map(TopicSnapshot::replicationFactor).orElse(null),
                contents.objects(),
                contents.records(),
                contents.bytes(),
                contents.baseTimestamp().orElse(null),
                contents.maxTimestamp().orElse(null),
                contents.newest().map(TopicSnapshot::configs).orElse(Map.of()),
                partitions(contents, live, current));
    }

    private static List<Partition> partitions(TimelineContents contents, Live live, boolean current) {
        Map<Integer, Partition> partitions = new TreeMap<>();
        contents.partitions()
                .forEach(partition -> partitions.put(partition.partition(), partition(partition, live, current)));
        return List.copyOf(partitions.values());
    }

    private static Partition partition(PartitionContents contents, Live live, boolean current) {
        TopicPartition name = new TopicPartition(contents.folder().topic(), contents.partition());
        Long committed = current && live.committed().containsKey(name)
                ? Long.valueOf(live.committed().get(name).offset())
                : null;
        Long logEnd = current ? live.logEnds().get(name) : null;
        long safe = committed == null ? contents.coverage().next() : committed;
        return new Partition(
                contents.partition(),
                contents.startOffset(),
                contents.coverage().next(),
                contents.objects().size(),
                contents.records(),
                contents.bytes(),
                contents.baseTimestamp().orElse(null),
                contents.maxTimestamp().orElse(null),
                contents.coverage().gaps().stream()
                        .map(gap -> new OffsetRange(gap.from(), gap.next()))
                        .toList(),
                contents.coverage().holes(),
                committed,
                logEnd,
                logEnd == null ? null : Math.max(0, logEnd - safe));
    }

    private static String text(Result result) {
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
        result.timelines().forEach(timeline -> text.append('\n').append(text(timeline)));
        if (!result.findings().isEmpty()) {
            text.append('\n');
            result.findings().forEach(finding -> text.append(finding.line()).append('\n'));
        }
        return text.toString();
    }

    private static String text(Timeline timeline) {
        StringBuilder text = new StringBuilder();
        text.append("timeline ").append(timeline.timeline());
        text.append(" of cluster ").append(timeline.clusterId() == null ? "unknown" : timeline.clusterId());
        text.append(", begun ").append(Units.time(Optional.ofNullable(timeline.begunAt())));
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
