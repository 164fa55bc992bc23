package caravan.backup;

import caravan.archive.Compression;
import caravan.archive.FrameCodecs;
import caravan.archive.ObjectIdentity;
import caravan.archive.ObjectWriter;
import caravan.backup.Failures.Subject;
import caravan.backup.SpooledObject.State;
import caravan.catalog.ArchiveCheck;
import caravan.kafka.ByteRate;
import caravan.kafka.Chunk;
import caravan.kafka.ChunkClients;
import caravan.kafka.Cluster;
import caravan.kafka.GroupFilter;
import caravan.kafka.KafkaSettings;
import caravan.kafka.TopicFilter;
import caravan.store.Store;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelContextAware;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.processor.aggregate.AggregateController;
import org.apache.camel.support.CamelContextHelper;
import org.apache.camel.util.TimeUtils;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One configured backup: what the route {@code kafka-backup} and its twin for records call, and their settings. */
public final class BackupTask implements ChunkClients.Task, CamelContextAware {
    private static final Logger LOG = LoggerFactory.getLogger(BackupTask.class);

    /** Most bytes of log that an object is let grow to. */
    public static final long LARGEST_OBJECT = ObjectWriter.MAX_LOG_BYTES;

    private static final long FLUSH_POLL_MILLIS = 20;

    private final Progress progress = new Progress();
    private final LagWatch lag = new LagWatch();
    private final GroupsRounds groupsRounds = new GroupsRounds(this::groupsBackup, progress);
    private final ByteRate rate = new ByteRate();

    private String topics;
    private String excludeTopics = "";
    private String group = "";
    private GroupFilter groups = GroupFilter.of(GroupFilter.ALL);
    private long groupsIntervalMillis = 60_000;
    private long maxBytes = 64L << 20;
    private long maxAgeMillis = 60_000;
    private Compression compression = Compression.AUTO;
    private int zstdLevel = FrameCodecs.DEFAULT_ZSTD_LEVEL;
    private boolean unidentifiedTopics;
    private long verifyIntervalMillis;
    private AggregateController objects;
    private volatile ArchiveCheck verification;
    private volatile Set<String> missingTopics = Set.of();
    private CamelContext context;
    private volatile Cluster cluster;
    private PartitionStarts starts;
    private OwnedPartitions partitions;

    @Override
    public KafkaSettings kafka() {
        return bean("kafka", KafkaSettings.class);
    }

    @Override
    public Optional<ChunkClients.Backup> backup() {
        try {
            ChunkClients.Backup backup = new ChunkClients.Backup(filter(), starts().group(), partitions(), maxBytes);
            if (!groups.isEmpty()) {
                groupsRounds.begin(Duration.ofMillis(groupsIntervalMillis));
            }
            progress.failures().recovered(Subject.ARCHIVE);
            return Optional.of(backup);
        } catch (RuntimeException e) {
            // Camel asks again, and tells nobody why.
            progress.failures().failing(Subject.ARCHIVE, e);
            throw e;
        }
    }

    private GroupsBackup groupsBackup() {
        PartitionStarts opened = starts();
        return new GroupsBackup(
                cluster(), opened.clusterId(), bean("store", Store.class), filter(), groups, opened.group());
    }

    @Override
    public ByteRate rate() {
        return rate;
    }

    /** Opens the archive and the cluster; fails as long as they are away. */
    private synchronized PartitionStarts starts() {
        if (starts == null) {
            starts = PartitionStarts.open(
                    bean("store", Store.class), cluster(), group, unidentifiedTopics, baselines(), progress);
        }
        return starts;
    }

    /** The baselines that the command makes; empty in an ordinary backup. */
    private Optional<Baselines> baselines() {
        return Optional.ofNullable(context.getRegistry().lookupByNameAndType(Baselines.BEAN, Baselines.class));
    }

    private synchronized Cluster cluster() {
        if (cluster == null) {
            cluster = new Cluster(kafka());
        }
        return cluster;
    }

    /** Has a lock of its own: the archive and the cluster may take long to open. */
    private OwnedPartitions partitions() {
        synchronized (progress) {
            if (partitions == null) {
                partitions = new OwnedPartitions(
                        this::starts,
                        bean("spool", Spool.class),
                        bean("spoolWriters", SpoolWriters.class),
                        objects::forceCompletionOfGroup,
                        progress);
            }
            return partitions;
        }
    }

    // ---- growing objects, for the aggregation ----

    CommitLedger ledger(Chunk chunk) {
        return partitions()
                .ledger(chunk.assignment())
                .orElseThrow(() -> new IllegalStateException(chunk + " belongs to an assignment that ended"));
    }

    SpooledObject open(Chunk chunk, CommitLedger ledger) throws IOException {
        ObjectIdentity identity = new ObjectIdentity(
                starts().archiveId(),
                starts().clusterId(),
                chunk.partition().topic(),
                ledger.folder().timeline(),
                chunk.partition().partition(),
                Writer.name());
        SpooledObject object = new SpooledObject(
                bean("spool", Spool.class),
                bean("frameCodecs", FrameCodecs.class).atZstdLevel(zstdLevel),
                compression,
                ledger,
                identity,
                chunk,
                ledger.accepted());
        if (!ledger.open(object)) {
            object.end(State.DISCARDED);
            throw new IllegalStateException(
                    chunk + " belongs to an assignment that ended, or that has to store another object first");
        }
        return object;
    }

    // ---- steps of the route ----

    /**
     * Whether an object is still to be stored: its partition is this process's, and the topic is the one that it was fetched
     * from. Asked after the object's last fetch, so the same topic id as at its start means that all of it is of one life.
     */
    public boolean storable(Object body) {
        if (!(body instanceof SpooledObject object)) {
            return false;
        }
        Optional<CommitLedger> entered = partitions().ledgerOf(object);
        if (entered.isEmpty()) {
            // Also one whose attempts to be stored began: nobody else is at it.
            object.end(State.DISCARDED);
            return false;
        }
        CommitLedger ledger = entered.get();
        if (!sealed(object)) {
            ledger.cutOff(object);
            ledger.assignment().restart("an object could not be written");
            return false;
        }
        String topic = object.folder().topic();
        if (!starts().sameLife(topic, ledger.start().topicId())) {
            LOG.warn("the topic {} was deleted or recreated: what was fetched since its last object is dropped", topic);
            ledger.release();
            ledger.assignment().restart("the topic was deleted or recreated");
            return false;
        }
        if (!object.beginStoring()) {
            return false;
        }
        Optional<BackupException> refusal = ledger.refusal(object.sealed().key());
        if (refusal.isPresent()) {
            partitions().stop(object, refusal.get());
            return false;
        }
        ledger.toName(object).ifPresent(late -> starts().name(object.folder(), late));
        return true;
    }

    private boolean sealed(SpooledObject object) {
        if (object.broken()) {
            return false;
        }
        try {
            object.seal();
            return true;
        } catch (IOException | RuntimeException | Error e) {
            LOG.warn("{} could not be completed: {}", object, e.toString());
            progress.failures().failing(Subject.DATA, object.partition(), e);
            if (e instanceof Error) {
                progress.fatal(e);
            }
            return false;
        }
    }

    /** The object is in the archive. */
    public void stored(SpooledObject object) {
        Optional<CommitLedger> ledger = partitions().ledgerOf(object);
        object.end(State.STORED);
        progress.stored(object);
        LOG.debug("stored {}", object);
        ledger.ifPresent(CommitLedger::stored);
    }

    /** The archive holds another object under this key, with other records: the partition stops. */
    public void conflict(SpooledObject object) {
        partitions().stop(object, BackupException.conflict(object.getKey()));
    }

    /** A step of the user's failed at a record of this chunk, which is therefore not taken. */
    public void recordFailed(Exchange exchange) {
        Chunk chunk = exchange.getMessage().getBody(Chunk.class);
        Throwable cause = exchange.getProperty(ExchangePropertyKey.EXCEPTION_CAUGHT, Throwable.class);
        LOG.warn("a record of {} failed in its step: {}", chunk, String.valueOf(cause));
        partitions().recordFailed(chunk.partition(), cause);
    }

    // ---- for those who run and watch it ----

    /** The topics that this task backs up. */
    public TopicFilter filter() {
        return TopicFilter.of(topics, excludeTopics);
    }

    public Progress progress() {
        return progress;
    }

    /** The consumer group; opens the archive to learn its name where none was given. */
    public String groupName() {
        return starts().group();
    }

    /**
     * Asks the cluster how long the logs are of the partitions that this process backs up, and whether the topics that are meant by
     * name are there, and the user may see them. Blocking.
     *
     * @throws org.apache.kafka.common.KafkaException where it does not answer
     */
    public void observe() {
        Map<TopicPartition, Long> stored = partitions().stored();
        if (progress.polls()) {
            try {
                missingTopics = cluster().requireVisible(filter().names());
                // Where it backs something up, there is something; another process may have all partitions.
                if (!stored.isEmpty()) {
                    lag.observe(stored, cluster().highWatermarks(stored.keySet()));
                    progress.failures().recovered(Subject.TOPICS);
                } else if (cluster().topics(filter()).isEmpty()) {
                    progress.failures().failing(Subject.TOPICS, BackupException.noTopic(topics));
                } else {
                    progress.failures().recovered(Subject.TOPICS);
                }
                progress.failures().recovered(Subject.CLUSTER);
            } catch (KafkaException e) {
                progress.failures().failing(Subject.CLUSTER, e);
                throw e;
            }
        }
        if (lag.of(stored).stream().allMatch(partition -> partition.records() == 0)
                && progress.failing().isEmpty()) {
            progress.succeeded();
        }
    }

    /** How far the archive is behind, for each partition that this process backs up and whose start it knows, by name. */
    public List<PartitionLag> lag() {
        return lag.of(partitions().stored());
    }

    /** Topics that are meant by name, and that the cluster did not have when it was last asked, in order. */
    public Set<String> missingTopics() {
        return missingTopics;
    }

    /**
     * Stores all that is open, whatever its size and age, and waits until it is stored.
     *
     * @return whether it was, before the timeout
     */
    public boolean flush(Duration timeout) throws InterruptedException {
        Map<TopicPartition, Long> taken = partitions().accepted();
        objects.forceCompletionOfAllGroups();
        long deadline = System.nanoTime() + timeout.toNanos();
        while (!stored(taken)) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            Thread.sleep(FLUSH_POLL_MILLIS);
        }
        return true;
    }

    /** A partition that is not ours any more is another process's to store. */
    private boolean stored(Map<TopicPartition, Long> taken) {
        Map<TopicPartition, Long> stored = partitions().stored();
        return taken.entrySet().stream()
                .allMatch(entry -> stored.getOrDefault(entry.getKey(), Long.MAX_VALUE) >= entry.getValue());
    }

    /**
     * Checks the keys of the archive for the topics of this task: gaps, holes, foreign files. Blocking.
     *
     * @throws caravan.store.StoreException where the store does not answer
     */
    public ArchiveCheck verify() {
        ArchiveCheck check = ArchiveCheck.of(bean("store", Store.class), filter()::matches);
        verification = check;
        return check;
    }

    /** What the last check of the archive found; empty before the first. */
    public Optional<ArchiveCheck> verification() {
        return Optional.ofNullable(verification);
    }

    /** How often the archive is to be checked; zero for never. */
    public Duration verifyInterval() {
        return Duration.ofMillis(verifyIntervalMillis);
    }

    /** Bytes that its process's spool takes up. */
    public long spoolBytes() {
        return bean("spool", Spool.class).used();
    }

    /** Bytes that its process's spool may take up. */
    public long spoolCapacity() {
        return bean("spool", Spool.class).capacity();
    }

    /** How long it has been failing to fetch, or an object has been complete without being stored. */
    public Duration stuck() {
        Duration failing = progress.failing().map(Progress.Failing::lasting).orElse(Duration.ZERO);
        Duration waiting = partitions().longestWait();
        return failing.compareTo(waiting) > 0 ? failing : waiting;
    }

    /** Offsets that were taken of these partitions, as far as they are this process's: grows while one of them moves. */
    public long taken(Set<TopicPartition> of) {
        return partitions().accepted().entrySet().stream()
                .filter(entry -> of.contains(entry.getKey()))
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    /** Whether this process has partitions, and all of them are stored up to these offsets. Asks nobody. */
    public boolean storedUpTo(Map<TopicPartition, Long> ends) {
        Map<TopicPartition, Long> stored = partitions().stored();
        return !stored.isEmpty()
                && stored.entrySet().stream().allMatch(own -> own.getValue() >= ends.getOrDefault(own.getKey(), 0L));
    }

    /** From now on, what reaches these offsets is stored at once. */
    public void storeAtOnce(Map<TopicPartition, Long> reached) {
        partitions().storeAtOnce(reached);
    }

    /** Takes a snapshot of the offsets of consumer groups, where any are meant. Blocking; what it can't read is a warning. */
    public void keepGroups() {
        if (!groups.isEmpty()) {
            groupsRounds.take();
        }
    }

    /** How many consumer groups have offsets for these topics in the archive; empty where none are meant or they could not be read. */
    public Optional<Integer> groupsKept() {
        return groupsRounds.kept();
    }

    /** Consumer groups that were named and have no offsets for these topics. */
    public List<String> groupsMissing() {
        return groupsRounds.missing();
    }

    /** Why the offsets of consumer groups could not be kept when it was last tried. */
    public Optional<String> groupsProblem() {
        return groupsRounds.problem();
    }

    /** How much of what was there at the start is not safe yet. */
    public UntilNow.Remaining remaining(UntilNow now) {
        return now.remaining(starts().group(), starts()::holds);
    }

    /**
     * Stores all that is open, whatever its size and age, and names the open transactions that hold the rest back; empty as long
     * as more is missing than that.
     */
    public List<String> openTransactions(UntilNow now, UntilNow.Remaining remaining) {
        objects.forceCompletionOfAllGroups();
        return now.openTransactions(starts().group(), remaining);
    }

    @Override
    public void close() {
        groupsRounds.close();
        synchronized (progress) {
            if (partitions != null) {
                partitions.close();
            }
        }
        // Without the lock: a call that waits for the cluster holds it, and this ends it.
        Cluster opened = cluster;
        if (opened != null) {
            opened.close();
        }
    }

    private <T> T bean(String name, Class<T> type) {
        return CamelContextHelper.mandatoryLookup(context, name, type);
    }

    // ---- settings, by the route template ----

    long maxBytes() {
        return maxBytes;
    }

    long maxAgeMillis() {
        return maxAgeMillis;
    }

    public void setTopics(String topics) {
        this.topics = topics;
    }

    public void setExcludeTopics(String excludeTopics) {
        this.excludeTopics = excludeTopics;
    }

    public void setGroup(String group) {
        this.group = group;
    }

    /** Consumer groups whose offsets are kept in the archive, as {@link GroupFilter} takes them; none where it is empty. */
    public void setGroups(String groups) {
        this.groups = GroupFilter.of(groups);
    }

    /** How often offsets of consumer groups are looked at, such as {@code 60s}. */
    public void setGroupsInterval(String groupsInterval) {
        long millis = TimeUtils.toMilliSeconds(groupsInterval);
        if (millis < 1) {
            throw new IllegalArgumentException("consumer groups are not looked at every " + groupsInterval);
        }
        this.groupsIntervalMillis = millis;
    }

    /** Bytes of log after which an object is complete; at most 1 GiB. */
    public void setMaxBytes(long maxBytes) {
        if (maxBytes < 1 || maxBytes > LARGEST_OBJECT) {
            throw new IllegalArgumentException("an object has between 1 byte and 1 GiB of log, not " + maxBytes);
        }
        this.maxBytes = maxBytes;
    }

    /** Bytes of log that are fetched in a second, at most; 0 for no limit. */
    public void setMaxRate(long maxRate) {
        rate.limit(maxRate);
    }

    /** Age after which an object is complete, such as {@code 60s}. */
    public void setMaxAge(String maxAge) {
        this.maxAgeMillis = TimeUtils.toMilliSeconds(maxAge);
    }

    /** {@code auto}, {@code zstd}, {@code stored} or {@code deflate}. */
    public void setCompression(String compression) {
        this.compression = Compression.valueOf(compression.toUpperCase(Locale.ROOT));
    }

    /** Level of zstd, 1 (fastest) to {@value FrameCodecs#HIGHEST_ZSTD_LEVEL} (smallest). */
    public void setZstdLevel(int zstdLevel) {
        this.zstdLevel = zstdLevel;
    }

    /** How often the archive is checked, such as {@code 24h}; 0 for never. */
    public void setVerifyInterval(String verifyInterval) {
        this.verifyIntervalMillis = TimeUtils.toMilliSeconds(verifyInterval);
    }

    public void setAllowUnidentifiedTopics(boolean allow) {
        this.unidentifiedTopics = allow;
    }

    public void setObjects(AggregateController objects) {
        this.objects = objects;
    }

    @Override
    public CamelContext getCamelContext() {
        return context;
    }

    @Override
    public void setCamelContext(CamelContext context) {
        this.context = context;
    }
}
