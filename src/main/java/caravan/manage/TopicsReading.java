package caravan.manage;

import caravan.archive.ArchiveDocument;
import caravan.archive.DamagedObjectException;
import caravan.archive.UnsupportedFormatException;
import caravan.backup.BackupTask;
import caravan.backup.PartitionLag;
import caravan.catalog.ArchiveSummary;
import caravan.catalog.Catalog;
import caravan.catalog.Deadline;
import caravan.catalog.TimedText;
import caravan.kafka.Cluster;
import caravan.kafka.KafkaErrors;
import caravan.kafka.KafkaSettings;
import caravan.kafka.TopicFilter;
import caravan.manage.TaskException.Kind;
import caravan.store.Store;
import caravan.store.StoreException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.internals.Topic;

/** Asks Kafka, the archive and the tasks of a service for the topics that there are. */
final class TopicsReading {
    /** What Kafka says: its id, topics by name, and the logs' extents. */
    private record Live(
            Optional<String> clusterId,
            Map<String, Cluster.Topic> topics,
            Map<TopicPartition, Cluster.Extent> extents,
            Optional<String> error) {}

    /** What the archive says: its id, and topics by name. */
    private record Archived(
            Optional<String> archiveId, Map<String, ArchiveSummary.Topic> topics, Optional<String> error) {}

    private final Store store;
    private final KafkaSettings kafka;
    private final Duration patience;
    private final Recent<Archived> archived = new Recent<>();

    /**
     * @param patience how long a cluster that is away is waited for
     */
    TopicsReading(Store store, KafkaSettings kafka, Duration patience) {
        this.store = store;
        this.kafka = kafka;
        this.patience = patience;
    }

    /**
     * Blocking.
     *
     * @param backups tasks by name
     * @param wanted of which topics in Kafka is to be told; empty for all that there are, also those in the archive alone
     */
    TopicsSummary read(Map<String, BackupTask> backups, Optional<TopicFilter> wanted) {
        Live live = live(wanted);
        Archived archived = archived();
        Set<String> names = new TreeSet<>(live.topics().keySet());
        if (wanted.isEmpty()) {
            names.addAll(archived.topics().keySet());
        }
        Map<String, Map<String, Long>> lag = new TreeMap<>();
        backups.forEach((task, backup) -> lag.put(
                task,
                backup.lag().stream()
                        .collect(Collectors.groupingBy(
                                partition -> partition.partition().topic(),
                                Collectors.summingLong(PartitionLag::records)))));
        return new TopicsSummary(
                live.clusterId().orElse(null),
                archived.archiveId().orElse(null),
                live.error().orElse(null),
                archived.error().orElse(null),
                names.stream()
                        .map(name -> topic(name, live, archived, backups, lag))
                        .toList());
    }

    private Live live(Optional<TopicFilter> wanted) {
        try (Cluster cluster = new Cluster(kafka)) {
            String clusterId = cluster.id(patience);
            Set<String> names = cluster.topics();
            wanted.ifPresent(filter -> retain(names, filter));
            Map<String, Cluster.Topic> topics = names.isEmpty() ? Map.of() : cluster.topics(names);
            List<TopicPartition> partitions = topics.values().stream()
                    .flatMap(topic -> Cluster.partitions(topic).stream())
                    .toList();
            return new Live(Optional.of(clusterId), topics, cluster.extents(partitions), Optional.empty());
        } catch (KafkaException e) {
            return new Live(Optional.empty(), Map.of(), Map.of(), Optional.of(KafkaErrors.message(e)));
        }
    }

    private void retain(Set<String> names, TopicFilter filter) {
        Deadline deadline = Deadline.in(patience);
        try {
            names.removeIf(name -> !filter.matches(name, text -> new TimedText(text, deadline)));
        } catch (TimedText.OverException e) {
            throw new TaskException(
                    Kind.INVALID,
                    "an expression for topics takes more than " + patience.toSeconds() + " s",
                    "write it without repetitions of repetitions");
        }
    }

    private Archived archived() {
        try {
            return archived.get(() -> {
                Catalog catalog = new Catalog(store);
                Optional<String> archiveId = catalog.archive().map(ArchiveDocument::archiveId);
                Map<String, ArchiveSummary.Topic> topics = catalog.contents(foreign -> {})
                        .map(ArchiveSummary.Topic::of)
                        .collect(Collectors.toMap(ArchiveSummary.Topic::topic, Function.identity()));
                return new Archived(archiveId, topics, Optional.empty());
            });
        } catch (StoreException | DamagedObjectException | UnsupportedFormatException e) {
            return new Archived(Optional.empty(), Map.of(), Optional.of(e.getMessage()));
        }
    }

    private static TopicsSummary.Topic topic(
            String name,
            Live live,
            Archived archived,
            Map<String, BackupTask> backups,
            Map<String, Map<String, Long>> lag) {
        Optional<Cluster.Topic> inKafka = Optional.ofNullable(live.topics().get(name));
        Optional<ArchiveSummary.Topic> inArchive =
                Optional.ofNullable(archived.topics().get(name));
        List<ArchiveSummary.Timeline> lives =
                inArchive.map(ArchiveSummary.Topic::timelines).orElse(List.of());
        return new TopicsSummary.Topic(
                name,
                Topic.isInternal(name),
                inKafka.isPresent(),
                inArchive.isPresent(),
                inKafka.map(Cluster.Topic::partitions).orElse(null),
                inKafka.map(topic -> (int) topic.replicationFactor()).orElse(null),
                inKafka.flatMap(topic -> records(topic, live.extents())).orElse(null),
                lives.stream().mapToLong(ArchiveSummary.Timeline::records).sum(),
                lives.stream().mapToLong(ArchiveSummary.Timeline::bytes).sum(),
                lives.stream().mapToLong(ArchiveSummary.Timeline::objects).sum(),
                lives.size(),
                lives.stream()
                        .map(ArchiveSummary.Timeline::baseTimestamp)
                        .filter(Objects::nonNull)
                        .min(Long::compare)
                        .orElse(null),
                lives.stream()
                        .map(ArchiveSummary.Timeline::maxTimestamp)
                        .filter(Objects::nonNull)
                        .max(Long::compare)
                        .orElse(null),
                lives.stream().mapToLong(ArchiveSummary.Timeline::gaps).sum(),
                lives.stream().mapToLong(ArchiveSummary.Timeline::holes).sum(),
                lag.values().stream()
                        .map(topics -> topics.get(name))
                        .filter(Objects::nonNull)
                        .max(Long::compare)
                        .orElse(null),
                backups.entrySet().stream()
                        .filter(backup -> backup.getValue().filter().matches(name))
                        .map(Map.Entry::getKey)
                        .toList());
    }

    private static Optional<Long> records(Cluster.Topic topic, Map<TopicPartition, Cluster.Extent> extents) {
        Collection<TopicPartition> partitions = Cluster.partitions(topic);
        return extents.keySet().containsAll(partitions)
                ? Optional.of(partitions.stream()
                        .map(extents::get)
                        .mapToLong(extent -> Math.max(0, extent.end() - extent.start()))
                        .sum())
                : Optional.empty();
    }
}
