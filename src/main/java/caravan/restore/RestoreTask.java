package caravan.restore;

import caravan.archive.DamagedObjectException;
import caravan.catalog.Catalog;
import caravan.kafka.Chunk;
import caravan.kafka.ChunkClients;
import caravan.kafka.Cluster;
import caravan.kafka.KafkaErrors;
import caravan.kafka.KafkaSettings;
import caravan.kafka.TopicFilter;
import caravan.restore.RestorePlan.ObjectPlan;
import caravan.restore.RestorePlan.PartitionPlan;
import caravan.store.Store;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelContextAware;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.support.CamelContextHelper;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One configured restore: what the route {@code kafka-restore} and its twin for records call, step by step. */
public final class RestoreTask implements ChunkClients.Task, CamelContextAware {
    private static final Logger LOG = LoggerFactory.getLogger(RestoreTask.class);

    private static final long PAUSE_MILLIS = 200;

    private volatile RestoreProgress progress = new RestoreProgress();
    private volatile CompletableFuture<RestoreReport> done = new CompletableFuture<>();

    private final Map<TopicPartition, PartitionDelivery> deliveries = new ConcurrentHashMap<>();
    private volatile String restoreId = newId();
    private volatile long startedAt = System.currentTimeMillis();
    private volatile Optional<Throwable> hindrance = Optional.empty();

    private String topics = ".*";
    private String excludeTopics = "";
    private String rename = "";
    private String timeline = "";
    private boolean applyRetention;
    private CamelContext context;
    private RestorePlan plan;
    private volatile TargetTopics targets;

    @Override
    public KafkaSettings kafka() {
        return bean("kafka", KafkaSettings.class);
    }

    @Override
    public Optional<ChunkClients.Backup> backup() {
        return Optional.empty();
    }

    // ---- steps of the route ----

    /**
     * Begins; whether there is something to do. There is not where the journal says that this restore came to its end in an
     * earlier life of the service.
     */
    public boolean due() throws InterruptedException {
        if (done.isDone()) {
            progress = new RestoreProgress();
            done = new CompletableFuture<>();
            restoreId = newId();
        }
        startedAt = System.currentTimeMillis();
        Optional<RestoreReport> before = Optional.empty();
        Optional<RestoreJournal> journal = journal();
        if (journal.isPresent()) {
            before = journal.get().finished(this);
        }
        hindrance = Optional.empty();
        before.ifPresent(done::complete);
        return before.isEmpty();
    }

    private static String newId() {
        return Uuid.randomUuid().toString();
    }

    /** It came to its end before, as the run of this id. */
    public void was(String earlierId) {
        restoreId = earlierId;
    }

    /** The store or the cluster is away, and is waited for. */
    public void hindered(Throwable cause) {
        hindrance = Optional.of(cause);
    }

    /**
     * Waits before another attempt.
     *
     * @throws InterruptedException where the service ends: nobody wants the restore now
     */
    public void pause(Duration time) throws InterruptedException {
        long end = System.nanoTime() + time.toNanos();
        do {
            if (context.isStopping() || context.isStopped()) {
                throw new InterruptedException("the service ends");
            }
            Thread.sleep(PAUSE_MILLIS);
        } while (System.nanoTime() < end);
    }

    /** What it is waiting for the end of; empty where it is not. */
    public Optional<Throwable> hindrance() {
        return hindrance;
    }

    /** A random id of this run; another one after it was started again. */
    public String restoreId() {
        return restoreId;
    }

    /** When this run began, epoch millis. */
    public long startedAt() {
        return startedAt;
    }

    private Optional<RestoreJournal> journal() {
        return Optional.ofNullable(CamelContextHelper.lookup(context, "restoreJournal", RestoreJournal.class));
    }

    /** Reads what the archive holds, chooses, and freezes the choice. */
    public synchronized RestorePlan plan() {
        RestorePlanner planner = new RestorePlanner(new Catalog(bean("store", Store.class)));
        plan = planner.plan(TopicFilter.of(topics, excludeTopics), Renames.parse(rename), timeline);
        progress.planned(plan);
        deliveries.clear();
        return plan;
    }

    /** Creates the topics, or takes existing ones that are empty; sets the guards. */
    public synchronized void prepare() {
        targets = new TargetTopics(new Cluster(kafka()));
        targets.prepare(plan);
    }

    /** Partitions that have something to restore. */
    public synchronized List<PartitionPlan> partitions() {
        return plan.partitions().stream()
                .filter(partition -> !partition.objects().isEmpty())
                .toList();
    }

    /** Splits an object into chunks, as it streams in. */
    public Iterator<Chunk> chunks(Exchange exchange) throws IOException {
        ObjectPlan object = exchange.getProperty("object", ObjectPlan.class);
        InputStream body = exchange.getMessage().getBody(InputStream.class);
        return new ObjectChunks(object, progress, body);
    }

    /**
     * Writes the chunk's destination on it, and makes it one that the producer takes without waiting for its acknowledgement. Waits
     * while too much of the partition is on its way.
     */
    public void address(Exchange exchange) throws InterruptedException {
        ObjectPlan object = exchange.getProperty("object", ObjectPlan.class);
        Chunk chunk = exchange.getMessage().getBody(Chunk.class);
        exchange.getMessage()
                .setHeader(KafkaConstants.OVERRIDE_TOPIC, object.target().topic());
        exchange.getMessage()
                .setHeader(KafkaConstants.PARTITION_KEY, object.target().partition());
        exchange.getMessage().setBody(delivery(object.target()).begin(object, chunk));
    }

    /** An object was read to its end; its last chunks may still be on their way. */
    public void read(Exchange exchange) {
        ObjectPlan object = exchange.getProperty("object", ObjectPlan.class);
        progress.read(object);
        delivery(object.target()).read(object);
    }

    /** Waits until all records of a partition are acknowledged. */
    public void acknowledged(Exchange exchange) throws InterruptedException {
        delivery(exchange.getMessage().getBody(PartitionPlan.class).target()).await();
    }

    private PartitionDelivery delivery(TopicPartition target) {
        return deliveries.computeIfAbsent(target, key -> new PartitionDelivery(progress, targets.start(target)));
    }

    /** Checks the counts, puts the topics' own settings in place, and ends the restore. */
    public synchronized void finish() {
        progress.complete();
        targets.check(plan, progress);
        RestoreReport report = targets.settle(plan, progress, applyRetention);
        journal().ifPresent(journal -> journal.ended(this, report));
        done.complete(report);
    }

    /** Ends the restore: it could not be finished. */
    public synchronized void failed(Exchange exchange) {
        Throwable cause = exchange.getProperty(ExchangePropertyKey.EXCEPTION_CAUGHT, Throwable.class);
        LOG.debug("restore failed", cause);
        if (hindrance.isPresent() && cause instanceof InterruptedException) {
            // It had not begun.
            return;
        }
        RestoreException why = explained(cause);
        journal().ifPresent(journal -> journal.failed(this, why));
        done.completeExceptionally(why);
    }

    private RestoreException explained(Throwable cause) {
        for (Throwable at = cause; at != null; at = at.getCause()) {
            if (at instanceof RestoreException known) {
                return known;
            }
            if (at instanceof DamagedObjectException damage) {
                return new RestoreException(
                        RestoreException.Kind.DAMAGED,
                        damage.getMessage(),
                        "see what is damaged with 'verify --data'",
                        damage);
            }
        }
        Optional<KafkaException> refusal = KafkaErrors.refusal(cause);
        if (refusal.isPresent()) {
            return new RestoreException(
                    RestoreException.Kind.NOT_POSSIBLE,
                    "the restore was cut off: " + KafkaErrors.message(refusal.get()),
                    KafkaErrors.hint(refusal.get()) + "; delete the topics that it had begun to fill, and run it again",
                    cause);
        }
        return new RestoreException(
                RestoreException.Kind.NOT_POSSIBLE,
                "the restore was cut off: " + deepest(cause),
                "delete the topics that it had begun to fill, and run it again",
                cause);
    }

    private static String deepest(Throwable cause) {
        Throwable at = cause;
        while (at.getCause() != null) {
            at = at.getCause();
        }
        return at.getMessage() == null ? at.toString() : at.getMessage();
    }

    // ---- for those who run and watch it ----

    /** How the restore ends; another one after it was started again. */
    public CompletableFuture<RestoreReport> done() {
        return done;
    }

    /** What it restored; empty as long as it has not come to its end. */
    public Optional<RestoreReport> report() {
        return done.isDone() && !done.isCompletedExceptionally() ? Optional.of(done.join()) : Optional.empty();
    }

    public RestoreProgress progress() {
        return progress;
    }

    @Override
    public synchronized void close() {
        if (targets != null) {
            targets.close();
        }
    }

    private <T> T bean(String name, Class<T> type) {
        return CamelContextHelper.mandatoryLookup(context, name, type);
    }

    // ---- settings, by the route template ----

    public void setTopics(String topics) {
        this.topics = topics;
    }

    public void setExcludeTopics(String excludeTopics) {
        this.excludeTopics = excludeTopics;
    }

    /** {@code old=new}, comma-separated. */
    public void setRename(String rename) {
        this.rename = rename;
    }

    /** {@code newest}, a timeline's name, or empty where a topic has one. */
    public void setTimeline(String timeline) {
        this.timeline = timeline;
    }

    public void setApplyRetention(boolean applyRetention) {
        this.applyRetention = applyRetention;
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
