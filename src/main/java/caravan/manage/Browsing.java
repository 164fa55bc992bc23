package caravan.manage;

import caravan.archive.GapDocument;
import caravan.archive.TimeWindow;
import caravan.backup.BackupTask;
import caravan.catalog.ArchivedLog;
import caravan.catalog.Catalog;
import caravan.catalog.ClusterLog;
import caravan.catalog.RecordBrowser;
import caravan.catalog.RecordLog;
import caravan.catalog.RecordPage;
import caravan.catalog.RecordQuery;
import caravan.catalog.TimelineContents;
import caravan.catalog.TopicContents;
import caravan.catalog.TopicCoverage;
import caravan.kafka.Cluster;
import caravan.kafka.KafkaSettings;
import caravan.kafka.TopicFilter;
import caravan.manage.TaskException.Kind;
import caravan.store.Store;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.internals.Topic;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows what there is in Kafka and in the archive: topics, what is stored of them, records. Blocking; what can't be shown is a
 * {@link TaskException}, or what store and Kafka throw.
 */
final class Browsing {
    private static final Logger LOG = LoggerFactory.getLogger(Browsing.class);

    /** Whoever looks does not wait for a cluster that is away. */
    private static final Duration CLUSTER_PATIENCE = Duration.ofSeconds(2);

    private static final Duration RECORDS_PATIENCE = Duration.ofSeconds(5);
    private static final long MOST_SCANNED = 500_000;

    private static final int SHOWN = 50;
    private static final int MOST_SHOWN = 500;
    private static final int PIECES = 400;
    private static final int MOST_PIECES = 10_000;

    /** Documents of gaps that are read to tell why something is missing. */
    private static final int MOST_REASONS = 100;

    /** Requests for records at a time: each holds some megabytes. */
    private static final int AT_ONCE = 4;

    private static final Pattern PLACES = Pattern.compile("([0-9]{1,9}):([0-9]{1,18})");

    private final Semaphore turns = new Semaphore(AT_ONCE, true);
    private final Store store;
    private final KafkaSettings kafka;
    private final TopicsReading topics;

    /** The topic of the archive that was looked at last: its pages are turned one after the other. */
    private String lastTopic = "";

    private Recent<TopicContents> lastContents = new Recent<>();

    /**
     * @param kafka with short timeouts
     */
    Browsing(Store store, KafkaSettings kafka) {
        this.store = store;
        this.kafka = kafka;
        this.topics = new TopicsReading(store, kafka, CLUSTER_PATIENCE);
    }

    // ---- topics ----

    /** {@code match} and {@code exclude} are what a task has as {@code topics} and {@code excludeTopics}. */
    TopicsSummary topics(Map<String, BackupTask> backups, Query query) {
        Optional<String> match = query.text("match");
        Optional<String> exclude = query.text("exclude");
        Optional<TopicFilter> wanted = match.isEmpty() && exclude.isEmpty()
                ? Optional.empty()
                : Optional.of(filter(match.orElse(".*"), exclude.orElse("")));
        return topics.read(backups, wanted);
    }

    private static TopicFilter filter(String topics, String excluded) {
        try {
            return TopicFilter.of(topics, excluded);
        } catch (IllegalArgumentException e) {
            throw new TaskException(
                    Kind.INVALID, e.getMessage(), "write names and regular expressions, comma-separated: orders,pay.*");
        }
    }

    ClusterTopic clusterTopic(String name) {
        try (Cluster cluster = new Cluster(kafka)) {
            return ClusterTopic.of(cluster, name).orElseThrow(() -> noTopicInKafka(name));
        }
    }

    private static TaskException noTopicInKafka(String name) {
        return new TaskException(Kind.NOT_FOUND, "Kafka has no topic " + name, "GET /topics shows what it has");
    }

    /** {@code timeline} is the newest one unless given, {@code pieces} about how many a partition may have. */
    TopicCoverage coverage(String name, Query query) {
        int most = (int) query.number("pieces", 1, MOST_PIECES).orElse(PIECES);
        TopicContents contents = archived(name);
        TimelineContents life = life(contents, query.text("timeline").orElse("newest"));
        return TopicCoverage.of(life, logEnds(contents, life), most, reasons(), System.currentTimeMillis());
    }

    private Function<TopicCoverage.PartitionGap, GapDocument.Reason> reasons() {
        Catalog catalog = new Catalog(store);
        int[] read = {0};
        return gap -> read[0]++ < MOST_REASONS
                ? catalog.gap(gap.partition().folder(), gap.key())
                        .map(GapDocument::reason)
                        .orElse(null)
                : null;
    }

    /** Where the cluster has the same life of the topic, and a backup goes on in this timeline of it. */
    private Map<Integer, Long> logEnds(TopicContents contents, TimelineContents life) {
        if (!life.complete() || contents.superseded(life)) {
            return Map.of();
        }
        try (Cluster cluster = new Cluster(kafka)) {
            cluster.id(CLUSTER_PATIENCE);
            Optional<Cluster.Topic> now = cluster.topic(life.topic())
                    .filter(topic -> topic.id().equals(life.timeline().topicId()));
            Map<Integer, Long> ends = new HashMap<>();
            now.ifPresent(topic -> cluster.extents(Cluster.partitions(topic))
                    .forEach((partition, extent) -> ends.put(partition.partition(), extent.end())));
            return ends;
        } catch (KafkaException e) {
            LOG.debug("the ends of the logs of {} are not known", life.topic(), e);
            return Map.of();
        }
    }

    private TopicContents archived(String name) {
        return recent(name).get(() -> {
            Catalog catalog = new Catalog(store);
            catalog.requireArchive();
            return catalog.topic(name)
                    .orElseThrow(() -> new TaskException(
                            Kind.NOT_FOUND, "the archive has no topic " + name, "GET /archive shows what it has"));
        });
    }

    private synchronized Recent<TopicContents> recent(String name) {
        if (!name.equals(lastTopic)) {
            lastTopic = name;
            lastContents = new Recent<>();
        }
        return lastContents;
    }

    private static TimelineContents life(TopicContents contents, String chosen) {
        return contents.life(chosen).orElseThrow(() -> {
            String all = contents.timelines().stream()
                    .map(life -> life.timeline().folder())
                    .collect(Collectors.joining(", "));
            return chosen.isEmpty()
                    ? new TaskException(
                            Kind.INVALID,
                            "the archive has several timelines of the topic " + contents.topic() + ": " + all,
                            "choose one with timeline=…, or timeline=newest")
                    : new TaskException(
                            Kind.NOT_FOUND,
                            "the topic " + contents.topic() + " has no timeline " + chosen,
                            "it has " + all);
        });
    }

    // ---- records ----

    RecordPage kafkaMessages(String topic, Query query) {
        RecordQuery wanted = records(query);
        return inTurn(() -> {
            try (RecordLog log = kafkaLog(topic)) {
                return page(log, topic, null, wanted);
            }
        });
    }

    RecordPage archivedMessages(String topic, Query query) {
        RecordQuery wanted = records(query);
        return inTurn(() -> {
            TimelineContents life = life(archived(topic), query.text("timeline").orElse(""));
            try (RecordLog log = new ArchivedLog(store, life)) {
                return page(log, topic, life.timeline().folder(), wanted);
            }
        });
    }

    RecordPage.Entry kafkaMessage(String topic, String partition, String offset) {
        return inTurn(() -> {
            try (RecordLog log = kafkaLog(topic)) {
                return one(log, topic, partition, offset);
            }
        });
    }

    RecordPage.Entry archivedMessage(String topic, String partition, String offset, Query query) {
        return inTurn(() -> {
            TimelineContents life = life(archived(topic), query.text("timeline").orElse(""));
            try (RecordLog log = new ArchivedLog(store, life)) {
                return one(log, topic, partition, offset);
            }
        });
    }

    private static RecordPage page(RecordLog log, String topic, String timeline, RecordQuery wanted) {
        wanted.partition().ifPresent(partition -> requirePartition(log, topic, partition));
        try {
            return new RecordBrowser(log, RECORDS_PATIENCE, MOST_SCANNED).page(topic, timeline, wanted);
        } catch (IllegalArgumentException e) {
            throw new TaskException(
                    Kind.INVALID,
                    e.getMessage(),
                    "write alternatives of single characters as a class, [ab] instead of (a|b)");
        }
    }

    private static RecordPage.Entry one(RecordLog log, String topic, String partition, String offset) {
        Matcher place = PLACES.matcher(partition + ":" + offset);
        if (!place.matches()) {
            throw new TaskException(
                    Kind.NOT_FOUND,
                    "'" + partition + "/" + offset + "' is no place of a record",
                    "write the number of the partition and the offset");
        }
        int number = Integer.parseInt(place.group(1));
        requirePartition(log, topic, number);
        return new RecordBrowser(log, RECORDS_PATIENCE, 1)
                .one(number, Long.parseLong(place.group(2)))
                .orElseThrow(() -> new TaskException(
                        Kind.NOT_FOUND,
                        topic + "-" + number + " has no record at offset " + offset,
                        "it may be a marker of a transaction, or have been compacted away"));
    }

    private static void requirePartition(RecordLog log, String topic, int partition) {
        if (!log.partitions().contains(partition)) {
            throw new TaskException(
                    Kind.NOT_FOUND, topic + " has no partition " + partition, "it has " + log.partitions());
        }
    }

    private RecordLog kafkaLog(String topic) {
        if (!Topic.isValid(topic)) {
            throw noTopicInKafka(topic);
        }
        Map<String, String> small = new HashMap<>(kafka.properties());
        small.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, Integer.toString(1 << 20));
        small.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, Integer.toString(1 << 20));
        small.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, Integer.toString(MOST_SHOWN));
        small.put(ConsumerConfig.CLIENT_ID_CONFIG, "caravan-browse");
        try (Cluster cluster = new Cluster(kafka)) {
            // A consumer's question would wait for a topic that there is not.
            cluster.topic(topic).orElseThrow(() -> noTopicInKafka(topic));
        }
        Consumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(new KafkaSettings(kafka.bootstrapServers(), small).reader());
        try {
            return new ClusterLog(consumer, topic);
        } catch (RuntimeException e) {
            consumer.close(Duration.ZERO);
            throw e;
        }
    }

    /** A few at a time, so that many who look take no more memory than that. */
    private <T> T inTurn(Supplier<T> look) {
        boolean turn;
        try {
            turn = turns.tryAcquire(RECORDS_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            turn = false;
        }
        if (!turn) {
            throw new TaskException(Kind.UNAVAILABLE, "too many look at records at once", "try again in a moment");
        }
        try {
            return look.get();
        } finally {
            turns.release();
        }
    }

    static RecordQuery records(Query query) {
        OptionalLong partition = query.number("partition", 0, Integer.MAX_VALUE);
        return new RecordQuery(
                partition.isPresent() ? OptionalInt.of((int) partition.getAsLong()) : OptionalInt.empty(),
                from(query, partition),
                time(query),
                query.text("key").map(Browsing::expression),
                query.flag("end"),
                (int) query.number("limit", 1, MOST_SHOWN).orElse(SHOWN));
    }

    /** An offset of the one partition, or offsets of several: {@code 0:15,1:20}. */
    private static Map<Integer, Long> from(Query query, OptionalLong partition) {
        Map<Integer, Long> from = new HashMap<>();
        String text = query.text("from").orElse("");
        if (text.isEmpty()) {
            return from;
        }
        if (partition.isPresent() && !text.contains(":")) {
            from.put(
                    (int) partition.getAsLong(),
                    query.number("from", 0, Long.MAX_VALUE).getAsLong());
            return from;
        }
        for (String place : text.split(",")) {
            Matcher numbers = PLACES.matcher(place);
            if (!numbers.matches()) {
                throw new TaskException(
                        Kind.INVALID,
                        "from can't be '" + text + "'",
                        "write an offset, and the partition: partition=0&from=15; or several: from=0:15,1:20");
            }
            from.put(Integer.valueOf(numbers.group(1)), Long.valueOf(numbers.group(2)));
        }
        return from;
    }

    private static OptionalLong time(Query query) {
        try {
            return TimeWindow.of(query.text("time").orElse(""), "").from();
        } catch (IllegalArgumentException e) {
            throw new TaskException(Kind.INVALID, e.getMessage(), "records at this timestamp and later ones are shown");
        }
    }

    private static Pattern expression(String text) {
        try {
            return Pattern.compile(text);
        } catch (PatternSyntaxException e) {
            throw new TaskException(
                    Kind.INVALID,
                    "'" + text + "' is not a regular expression: " + e.getDescription(),
                    "put a backslash before a character that stands for itself, such as \\{ or \\[");
        }
    }
}
