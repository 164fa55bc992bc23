package caravan.restore;

import caravan.archive.DamagedObjectException;
import caravan.catalog.Catalog;
import caravan.kafka.Chunk;
import caravan.kafka.ChunkClients;
import caravan.kafka.Cluster;
import caravan.kafka.KafkaSettings;
import caravan.kafka.TopicFilter;
import caravan.kafka.UnsupportedRecordException;
import caravan.restore.RestorePlan.ObjectPlan;
import caravan.restore.RestorePlan.PartitionPlan;
import caravan.store.Store;
import java.io.IOException;
import java.io.InputStream;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelContextAware;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.support.CamelContextHelper;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One configured restore: what the route {@code kafka-restore} and its twin for records call, step by step. */
public final class RestoreTask implements ChunkClients.Task, CamelContextAware {
    private static final Logger LOG = LoggerFactory.getLogger(RestoreTask.class);

    private final RestoreProgress progress = new RestoreProgress();
    private final CompletableFuture<RestoreReport> done = new CompletableFuture<>();

    private String topics = ".*";
    private String excludeTopics = "";
    private String rename = "";
    private String timeline = "";
    private boolean applyRetention;
    private CamelContext context;
    private RestorePlan plan;
    private TargetTopics targets;

    @Override
    public KafkaSettings kafka() {
        return bean("kafka", KafkaSettings.class);
    }

    @Override
    public Optional<ChunkClients.Backup> backup() {
        return Optional.empty();
    }

    // ---- steps of the route ----

    /** Reads what the archive holds, chooses, and freezes the choice. */
    public synchronized RestorePlan plan() {
        RestorePlanner planner = new RestorePlanner(new Catalog(bean("store", Store.class)));
        plan = planner.plan(TopicFilter.of(topics, excludeTopics), Renames.parse(rename), timeline);
        progress.planned(plan);
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

    /** Writes the chunk's destination on it. */
    public void address(Exchange exchange) {
        TopicPartition target = exchange.getProperty("object", ObjectPlan.class).target();
        exchange.getMessage().setHeader(KafkaConstants.OVERRIDE_TOPIC, target.topic());
        exchange.getMessage().setHeader(KafkaConstants.PARTITION_KEY, target.partition());
    }

    /** All records of a chunk are acknowledged. */
    public void produced(Exchange exchange) {
        Chunk chunk = exchange.getMessage().getBody(Chunk.class);
        progress.produced(exchange.getProperty("object", ObjectPlan.class), chunk);
    }

    /** An object was restored. */
    public void restored(Exchange exchange) {
        progress.restored(exchange.getProperty("object", ObjectPlan.class));
    }

    /** Checks the counts, puts the topics' own settings in place, and ends the restore. */
    public synchronized void finish() {
        progress.complete();
        targets.check(plan, progress);
        RestoreReport report = targets.settle(plan, progress, applyRetention);
        done.complete(report);
    }

    /** Ends the restore: it could not be finished. */
    public synchronized void failed(Exchange exchange) {
        Throwable cause = exchange.getProperty(ExchangePropertyKey.EXCEPTION_CAUGHT, Throwable.class);
        LOG.debug("restore failed", cause);
        done.completeExceptionally(explained(cause));
    }

    private RestoreException explained(Throwable cause) {
        for (Throwable at = cause; at != null; at = at.getCause()) {
            if (at instanceof RestoreException known) {
                return known;
            }
            if (at instanceof UnsupportedRecordException unsupported) {
                return new RestoreException(
                        RestoreException.Kind.NOT_POSSIBLE,
                        unsupported.getMessage(),
                        "such records can be read with 'cat'; leave the topic out with --exclude-topics",
                        unsupported);
            }
            if (at instanceof DamagedObjectException damage) {
                return new RestoreException(
                        RestoreException.Kind.DAMAGED,
                        damage.getMessage(),
                        "see what is damaged with 'verify --data'",
                        damage);
            }
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

    // ---- for the command ----

    public CompletableFuture<RestoreReport> done() {
        return done;
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
