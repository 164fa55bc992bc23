package caravan.restore;

import caravan.archive.Coverage;
import caravan.archive.GapDocument;
import caravan.archive.GapDocument.Reason;
import caravan.archive.GapKey;
import caravan.archive.ObjectKey;
import caravan.archive.OffsetRange;
import caravan.archive.TopicSnapshot;
import caravan.catalog.Catalog;
import caravan.catalog.PartitionContents;
import caravan.catalog.TimelineContents;
import caravan.catalog.TopicContents;
import caravan.kafka.TopicFilter;
import caravan.restore.RestoreException.Kind;
import caravan.restore.RestorePlan.Gap;
import caravan.restore.RestorePlan.ObjectPlan;
import caravan.restore.RestorePlan.PartitionPlan;
import caravan.restore.RestorePlan.TopicPlan;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes a plan from what an archive holds. */
public final class RestorePlanner {
    private static final Logger LOG = LoggerFactory.getLogger(RestorePlanner.class);

    private final Catalog catalog;

    /** What is damaged, a sentence each. */
    private final List<String> damage = new ArrayList<>();

    /** @param catalog of the archive; a planner makes one plan */
    public RestorePlanner(Catalog catalog) {
        this.catalog = catalog;
    }

    /**
     * @throws RestoreException where nothing can be restored, a choice is needed, or the archive is damaged
     */
    public RestorePlan plan(RestoreRequest request) {
        TopicFilter filter = request.topics();
        Renames renames = request.renames();
        catalog.requireArchive();
        List<TopicPlan> topics = new ArrayList<>();
        Map<String, String> sources = new HashMap<>();
        for (String topic : catalog.topics()) {
            if (!filter.matches(topic)) {
                continue;
            }
            TopicContents contents = catalog.topic(topic)
                    .orElseThrow(() -> new RestoreException(
                            Kind.NOT_POSSIBLE, "the topic " + topic + " went away while it was listed", "try again"));
            if (contents.timelines().isEmpty()) {
                // A foreign file that lies like a topic's; 'verify' names it.
                continue;
            }
            String target = renames.target(topic);
            String other = sources.put(target, topic);
            if (other != null) {
                throw new RestoreException(
                        Kind.CHOICE_NEEDED,
                        other + " and " + topic + " would both be restored as " + target,
                        "give each a name of its own");
            }
            plan(contents, target, request).ifPresent(topics::add);
        }
        if (!damage.isEmpty()) {
            throw damaged(String.join("; ", damage));
        }
        for (String name : filter.names()) {
            if (topics.stream().noneMatch(topic -> topic.source().equals(name))) {
                throw new RestoreException(
                        Kind.NOT_POSSIBLE, "the archive has no topic " + name, "see what it has with 'list'");
            }
        }
        for (String name : renames.sources()) {
            if (topics.stream().noneMatch(topic -> topic.source().equals(name))) {
                throw new RestoreException(
                        Kind.CHOICE_NEEDED,
                        "the topic " + name + " gets another name, but is not restored",
                        "see what the archive has with 'list', and what --topics chooses");
            }
        }
        if (topics.isEmpty()) {
            throw new RestoreException(
                    Kind.NOT_POSSIBLE, "the archive has no such topic", "see what it has with 'list'");
        }
        requirePartitions(request.selection(), topics);
        return new RestorePlan(topics, request.selection());
    }

    /** Partitions that were asked for by number, and that no topic has, were a slip of the pen. */
    private static void requirePartitions(Selection selection, List<TopicPlan> topics) {
        boolean any = topics.stream().anyMatch(topic -> IntStream.range(0, topic.partitionCount())
                .anyMatch(partition -> selection.partitions().contains(partition)));
        if (!any) {
            throw new RestoreException(
                    Kind.NOT_POSSIBLE,
                    "no topic has such a partition",
                    "see which there are with 'info --topic " + topics.get(0).source() + "'");
        }
    }

    private Optional<TopicPlan> plan(TopicContents contents, String target, RestoreRequest request) {
        String topic = contents.topic();
        TimelineContents chosen = chosen(contents, request);
        boolean named = !request.timeline().isEmpty() && !request.timeline().equals("newest");
        if (!named && contents.superseded(chosen)) {
            LOG.info(
                    "{} is restored from the timeline {}: later baselines lack what was overwritten before they were made",
                    topic,
                    chosen.timeline());
        }
        if (!named) {
            longer(contents, chosen)
                    .ifPresent(older -> LOG.warn(
                            "{} is restored from its baseline {}; older records, which Kafka had deleted before it was made, are only in {}:"
                                    + " --timeline {} restores that one",
                            topic,
                            chosen.timeline(),
                            older.timeline(),
                            older.timeline().folder()));
        }
        if (chosen.newest().isEmpty()) {
            damage.add(topic + " has no snapshot that says how many partitions it had: "
                    + chosen.damage().orElse("it is missing"));
            return Optional.empty();
        }
        if (!named && !request.acceptLoss()) {
            unreadable(contents, chosen).ifPresent(damage::add);
        }
        List<PartitionPlan> partitions = new ArrayList<>();
        for (PartitionContents partition : chosen.partitions()) {
            partitions.add(plan(partition, target, request));
        }
        return Optional.of(
                new TopicPlan(topic, chosen.timeline(), target, chosen.newest().get(), partitions));
    }

    private static TimelineContents chosen(TopicContents contents, RestoreRequest request) {
        String wanted = request.timeline();
        List<TimelineContents> timelines =
                contents.restorable(request.selection().window().to());
        if (wanted.equals("newest")) {
            return timelines.get(timelines.size() - 1);
        }
        if (!wanted.isEmpty()) {
            return contents.timelines().stream()
                    .filter(timeline -> timeline.timeline().folder().equals(wanted))
                    .findFirst()
                    .orElseThrow(() -> new RestoreException(
                            Kind.CHOICE_NEEDED,
                            contents.topic() + " has no timeline " + wanted,
                            "it has these:\n" + table(contents.timelines())));
        }
        if (timelines.size() > 1) {
            throw new RestoreException(
                    Kind.CHOICE_NEEDED,
                    contents.topic() + " was deleted and created again, and has " + timelines.size()
                            + " timelines with records",
                    "choose one with --timeline newest or --timeline ID:\n" + table(timelines));
        }
        return timelines.get(0);
    }

    /** An earlier copy of the same life that begins before the one that was chosen, of a topic that keeps no key's newest record. */
    private static Optional<TimelineContents> longer(TopicContents contents, TimelineContents chosen) {
        if (chosen.newest().map(TopicSnapshot::compacted).orElse(true)) {
            return Optional.empty();
        }
        Map<Integer, Long> starts = chosen.partitions().stream()
                .collect(Collectors.toMap(PartitionContents::partition, PartitionContents::startOffset));
        return contents.timelines().stream()
                .filter(other ->
                        other.timeline().topicId().equals(chosen.timeline().topicId())
                                && other.timeline().baseline()
                                        < chosen.timeline().baseline())
                .filter(other -> other.partitions().stream()
                        .anyMatch(partition -> partition.records() > 0
                                && partition.startOffset() < starts.getOrDefault(partition.partition(), 0L)))
                .findFirst();
    }

    /** Of a later baseline that does not say what it is, nobody knows whether it should have been chosen. */
    private static Optional<String> unreadable(TopicContents contents, TimelineContents chosen) {
        return contents.timelines().stream()
                .filter(other ->
                        other.timeline().topicId().equals(chosen.timeline().topicId())
                                && other.timeline().baseline()
                                        > chosen.timeline().baseline())
                .flatMap(other -> other.damage().stream())
                .findFirst();
    }

    private static String table(List<TimelineContents> timelines) {
        return timelines.stream()
                .map(timeline -> String.format(
                        "  %s  %,d records, %s to %s, cluster %s",
                        timeline.timeline().folder(),
                        timeline.records(),
                        time(timeline.baseTimestamp()),
                        time(timeline.maxTimestamp()),
                        timeline.first().map(TopicSnapshot::clusterId).orElse("unknown")))
                .collect(Collectors.joining("\n"));
    }

    private static String time(Optional<Long> millis) {
        return millis.map(Instant::ofEpochMilli).map(Instant::toString).orElse("-");
    }

    private PartitionPlan plan(PartitionContents partition, String target, RestoreRequest request) {
        String topic = partition.folder().topic();
        TopicPartition from = new TopicPartition(topic, partition.partition());
        TopicPartition to = new TopicPartition(target, partition.partition());
        Selection selection = request.selection();
        if (!selection.partitions().contains(partition.partition())) {
            return new PartitionPlan(from, to, List.of(), List.of());
        }
        List<Gap> gaps = new ArrayList<>(gaps(partition, selection));
        for (OffsetRange hole : partition.coverage().holes()) {
            selection.of(hole.from(), hole.next()).ifPresent(missing -> {
                if (!request.acceptLoss()) {
                    damage.add(topic + "-" + partition.partition() + " has a hole: nothing answers for offsets ["
                            + hole.from() + ", " + hole.next() + ")");
                }
                gaps.add(new Gap(Optional.empty(), missing.from(), missing.next()));
            });
        }
        gaps.sort(Comparator.comparingLong(Gap::from));
        List<ObjectPlan> objects = new ArrayList<>();
        for (Coverage.Piece piece : partition.coverage().pieces()) {
            if (piece.key() instanceof ObjectKey object) {
                selection
                        .of(object, piece.from(), piece.next())
                        .ifPresent(range -> objects.add(new ObjectPlan(
                                partition.folder().key(object),
                                partition.stored(object).size(),
                                object,
                                partition.folder().timeline().topicId(),
                                from,
                                to,
                                range.from(),
                                range.next())));
            }
        }
        return new PartitionPlan(from, to, objects, gaps);
    }

    /** A compacted range has objects and lacks deletes; of other gaps only that is missing which no object holds. */
    private List<Gap> gaps(PartitionContents partition, Selection selection) {
        List<Gap> gaps = new ArrayList<>();
        for (GapKey key : partition.coverage().gaps()) {
            Optional<GapDocument> document = catalog.gap(partition.folder(), key);
            Optional<Reason> reason = document.map(GapDocument::reason);
            if (reason.equals(Optional.of(Reason.COMPACTION))) {
                OffsetRange late = document.get().concerned();
                add(gaps, selection, reason, late.from(), late.next());
            } else {
                partition.coverage().pieces().stream()
                        .filter(piece -> piece.key().equals(key))
                        .forEach(piece -> add(gaps, selection, reason, piece.from(), piece.next()));
            }
        }
        return gaps;
    }

    private static void add(List<Gap> gaps, Selection selection, Optional<Reason> reason, long from, long next) {
        selection.of(from, next).ifPresent(range -> gaps.add(new Gap(reason, range.from(), range.next())));
    }

    private static RestoreException damaged(String message) {
        return new RestoreException(
                Kind.DAMAGED,
                message,
                "see what is there with 'verify'; leave the topic out with --exclude-topics, or restore what there is with"
                        + " --accept-loss");
    }
}
