package caravan.restore;

import caravan.archive.RestoreDocument;
import caravan.catalog.Catalog;
import caravan.kafka.ByteRate;
import caravan.kafka.Chunk;
import caravan.kafka.ChunkClients;
import caravan.kafka.ChunkProducer;
import caravan.kafka.Cluster;
import caravan.kafka.KafkaSettings;
import caravan.kafka.PendingChunk;
import caravan.kafka.RestoreLease;
import caravan.kafka.Tasks;
import caravan.restore.PlanChoice.Chosen;
import caravan.restore.RestorePlan.ObjectPlan;
import caravan.restore.RestorePlan.PartitionPlan;
import caravan.store.Store;
import caravan.store.StoreException;
import caravan.store.Stores;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.ToLongFunction;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelContextAware;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.component.kafka.KafkaConstants;
import org.apache.camel.support.CamelContextHelper;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One configured restore: what the route {@code kafka-restore} and its twin for records call, step by step. */
public final class RestoreTask extends RestoreParameters implements ChunkClients.Task, CamelContextAware {
    private static final Logger LOG = LoggerFactory.getLogger(RestoreTask.class);

    private static final long PAUSE_MILLIS = 200;

    /** Exchange property: the run that it belongs to. */
    private static final String RUN = "CaravanRestoreRun";

    private volatile RestoreProgress progress = new RestoreProgress();
    private volatile CompletableFuture<RestoreReport> done = new CompletableFuture<>();

    private volatile String restoreId = newId();
    private volatile long startedAt = System.currentTimeMillis();
    private final ByteRate rate = new ByteRate();
    private volatile Optional<Throwable> hindrance = Optional.empty();

    /** Of the route as it was started last. */
    private volatile Optional<ChunkProducer> producer = Optional.empty();

    private String planDir = "";
    private CamelContext context;
    private RestoreRequest request;
    private RestorePlan plan;
    private Chosen chosen;
    private Optional<Cluster> cluster = Optional.empty();
    private Optional<RestoreLease> lease = Optional.empty();
    private volatile Optional<RestoreRun> run = Optional.empty();
    private volatile boolean cancelled;

    @Override
    public KafkaSettings kafka() {
        return bean("kafka", KafkaSettings.class);
    }

    @Override
    public Optional<ChunkClients.Backup> backup() {
        return Optional.empty();
    }

    @Override
    public void sendsTo(ChunkProducer sender) {
        producer = Optional.of(sender);
    }

    @Override
    public ByteRate rate() {
        return rate;
    }

    // ---- steps of the route ----

    /**
     * Begins; whether there is something to do. There is not where the journal says that this restore came to its end in an
     * earlier life of the service.
     */
    public boolean due() throws InterruptedException {
        chosen = null;
        progress = new RestoreProgress();
        restoreId = newId();
        if (done.isDone()) {
            done = new CompletableFuture<>();
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

    /**
     * Finds its plan: a new one of what the archive holds, or that of a run which was cut off; both are frozen. Or how it ended,
     * where it came to its end before.
     */
    public synchronized RestorePlan plan() throws InterruptedException {
        request = request();
        Cluster target = new Cluster(kafka());
        release();
        cluster = Optional.of(target);
        chosen = chosen(new PlanChoice(new Catalog(store()), plans(), target));
        restoreId = chosen.plan().document().restoreId();
        plan = PlanDocuments.plan(chosen.plan().document());
        progress.planned(plan);
        return plan;
    }

    private Chosen chosen(PlanChoice choice) throws InterruptedException {
        Optional<Chosen> ended = choice.ended(request);
        if (ended.isEmpty()) {
            lease = Optional.of(RestoreRun.lease(kafka(), choice.fingerprint(request)));
            return choice.choose(request);
        }
        return ended.get();
    }

    private Store store() {
        return bean("store", Store.class);
    }

    /** Where plans and reports are kept: in the archive, unless somebody named another place. */
    private FrozenPlans plans() {
        return new FrozenPlans(
                planDir.isEmpty()
                        ? store()
                        : Stores.open("file://" + Path.of(planDir).toAbsolutePath()));
    }

    /** Creates the topics, or takes them over; sets the guards; counts what is there. */
    public synchronized void prepare(Exchange exchange) throws InterruptedException {
        if (chosen.ended().isEmpty()) {
            RestoreRun begun = new RestoreRun(cluster.orElseThrow(), kafka(), chosen.plan(), lease.orElseThrow());
            run = Optional.of(begun);
            exchange.setProperty(RUN, begun);
            begun.begin(producer.orElseThrow());
        }
    }

    /** Partitions that have something to restore. */
    public synchronized List<PartitionPlan> partitions() {
        return chosen.ended().isPresent()
                ? List.of()
                : plan.partitions().stream()
                        .filter(partition -> !partition.objects().isEmpty())
                        .toList();
    }

    /** Whether an object has to be read; it has not where all of it is there, or no more is wanted. */
    public boolean wanted(Exchange exchange) {
        ObjectPlan object = exchange.getProperty("object", ObjectPlan.class);
        run(exchange).requireLease();
        boolean exact = !plan.selection().byTime() && !request.transforms() && !request.acceptLoss();
        return delivery(exchange, object.target()).wanted(object, exact);
    }

    /** Splits an object into chunks, as it streams in. */
    public Iterator<Chunk> chunks(Exchange exchange) throws IOException {
        ObjectPlan object = exchange.getProperty("object", ObjectPlan.class);
        InputStream body = exchange.getMessage().getBody(InputStream.class);
        Optional<TimeSelection> window = plan.selection().byTime()
                ? Optional.of(new TimeSelection(plan.selection().window()))
                : Optional.empty();
        return new ObjectChunks(object, progress, window, request.acceptLoss(), body);
    }

    /**
     * Writes the chunk's destination on it, and makes it one that the producer takes without waiting for its acknowledgement. Waits
     * while too much of the partition is on its way, and as long as the rate says. Leaves no body where its records are there, or no
     * more are wanted.
     */
    public void address(Exchange exchange) throws InterruptedException {
        ObjectPlan object = exchange.getProperty("object", ObjectPlan.class);
        Chunk chunk = exchange.getMessage().getBody(Chunk.class);
        requireWanted();
        run(exchange).requireLease();
        Optional<PendingChunk> pending = delivery(exchange, object.target()).begin(object, chunk);
        if (pending.isPresent()) {
            rate.await(chunk.batches().remaining());
        }
        requireWanted();
        run(exchange).requireLease();
        exchange.getMessage()
                .setHeader(KafkaConstants.OVERRIDE_TOPIC, object.target().topic());
        exchange.getMessage()
                .setHeader(KafkaConstants.PARTITION_KEY, object.target().partition());
        exchange.getMessage().setBody(pending.orElse(null));
    }

    /** Ends the restore at its next chunk; another run can go on. */
    public void cancel() {
        cancelled = true;
        rate.limit(0);
    }

    private void requireWanted() {
        if (cancelled || context != null && context.isStopping()) {
            throw new RestoreException(
                    RestoreException.Kind.NOT_POSSIBLE,
                    "the restore was cut short",
                    "run it again: it goes on where it was");
        }
    }

    /** An object was read to its end; its last chunks may still be on their way. */
    public void read(Exchange exchange) {
        ObjectPlan object = exchange.getProperty("object", ObjectPlan.class);
        PartitionDelivery delivery = delivery(exchange, object.target());
        progress.read(object);
        delivery.read(object);
    }

    /** Waits until all records of a partition are acknowledged. */
    public void acknowledged(Exchange exchange) throws InterruptedException {
        delivery(exchange, exchange.getMessage().getBody(PartitionPlan.class).target())
                .await();
    }

    /**
     * The run that an exchange belongs to.
     *
     * @throws IllegalStateException where the restore was started again since: its threads may outlast a run that failed, and must
     *     add nothing to the next one
     */
    private RestoreRun run(Exchange exchange) {
        RestoreRun of = exchange.getProperty(RUN, RestoreRun.class);
        return run.filter(now -> now == of)
                .orElseThrow(() -> new IllegalStateException("the restore was started again"));
    }

    private PartitionDelivery delivery(Exchange exchange, TopicPartition target) {
        return run(exchange).delivery(target, progress, plan.selection().limit());
    }

    /** Checks the counts, puts the topics' own settings in place, and ends the restore. */
    public synchronized void finish(Exchange exchange) {
        RestoreReport report;
        if (exchange.getProperty(RUN) == null) {
            RestoreDocument ended = chosen.ended().orElseThrow();
            // Where something was left out, the report does not say exactly what there is to compare.
            long compared = request.verify() && ended.missing().isEmpty()
                    ? compared(target -> startIn(ended, target), target -> RestoreEnd.restored(ended, target))
                    : 0;
            report = withGroups(
                    RestoreReport.earlier(ended).compared(compared),
                    true,
                    target -> startIn(ended, target),
                    object -> RestoreEnd.readable(ended, object));
            lease.ifPresent(RestoreLease::close);
        } else {
            RestoreRun ending = run(exchange);
            progress.complete();
            ending.topics().check(progress);
            long compared = request.verify()
                    ? compared(target -> ending.partition(target).start(), progress::produced)
                    : 0;
            RestoreEnd end = new RestoreEnd(chosen.plan(), plan, progress, ending.deliveries());
            GuardSettlement settlement = new GuardSettlement(cluster.orElseThrow(), request.applyRetention());
            RestoreReport settled = end.settled(settlement, ending.fresh(), compared);
            // Without the groups: what hinders those today need not do so when the restore is asked for again.
            boolean kept = keep(end.document(settled, name(), ending.topics(), startedAt));
            report = withGroups(
                    settled, false, target -> ending.partition(target).start(), this::readable);
            if (kept || !chosen.plan().kept()) {
                ending.end();
            } else {
                // The next run finds all records there, and may be able to keep a report.
                lease.ifPresent(RestoreLease::close);
            }
        }
        journal().ifPresent(journal -> journal.ended(this, report));
        done.complete(report);
    }

    private long compared(ToLongFunction<TopicPartition> starts, ToLongFunction<TopicPartition> counts) {
        return new RestoreVerification(store(), kafka(), plan, progress).compare(starts, counts);
    }

    private RestoreReport withGroups(
            RestoreReport report, boolean again, GroupRestore.Starts starts, OffsetTranslation.Readable readable) {
        if (request.groups().isEmpty()) {
            return report;
        }
        GroupRestore groups = new GroupRestore(store(), cluster.orElseThrow(), request, plan);
        GroupRestore.Moves moves = groups.moves(starts, readable);
        GroupRestore.Outcome outcome = groups.set(moves, again);
        return report.with(
                outcome.there().stream().map(RestoreReport.GroupOffset::of).toList(), outcome.attention());
    }

    /** End of the offsets of an object that could be read, where loss was accepted. */
    private long readable(ObjectPlan object) {
        return progress.losses().stream()
                .filter(loss -> loss.object().equals(object))
                .mapToLong(RestoreProgress.Loss::from)
                .findFirst()
                .orElse(object.next());
    }

    private long startIn(RestoreDocument ended, TopicPartition target) {
        return PlanDocuments.start(ended, chosen.plan().document(), target);
    }

    private boolean keep(RestoreDocument report) {
        try {
            plans().keep(report);
            return true;
        } catch (StoreException e) {
            LOG.warn("the report of the restore can't be stored: {}", e.getMessage());
            return false;
        }
    }

    private String name() {
        return Optional.ofNullable(CamelContextHelper.lookup(context, "tasks", Tasks.class))
                .flatMap(tasks -> tasks.nameOf(this))
                .orElse("restore");
    }

    /** Ends the restore: it could not be finished. */
    public synchronized void failed(Exchange exchange) {
        Throwable cause = exchange.getProperty(ExchangePropertyKey.EXCEPTION_CAUGHT, Throwable.class);
        LOG.debug("restore failed", cause);
        if (hindrance.isPresent() && cause instanceof InterruptedException) {
            // It had not begun.
            return;
        }
        RestoreRun of = exchange.getProperty(RUN, RestoreRun.class);
        if (of != null && run.filter(now -> now == of).isEmpty()) {
            // It was started again since.
            return;
        }
        RestoreException why = RestoreFailures.explained(cause);
        lease.ifPresent(RestoreLease::close);
        keepFailure(why);
        done.completeExceptionally(why);
    }

    /** That a restore failed is kept where it had no plan yet: one that has a plan can go on, and its report tells how that ended. */
    private void keepFailure(RestoreException why) {
        if (journal().isEmpty() || chosen != null) {
            return;
        }
        keep(new RestoreDocument(
                restoreId,
                name(),
                "",
                startedAt,
                System.currentTimeMillis(),
                RestoreDocument.Outcome.FAILED,
                List.of(),
                0,
                0,
                0,
                List.of(),
                List.of(),
                List.of(),
                why.getMessage()));
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
        // Nobody waits for the turn of a chunk that has nowhere to go.
        rate.limit(0);
        release();
    }

    private void release() {
        lease.ifPresent(RestoreLease::close);
        lease = Optional.empty();
        run = Optional.empty();
        cluster.ifPresent(Cluster::close);
        cluster = Optional.empty();
    }

    private <T> T bean(String name, Class<T> type) {
        return CamelContextHelper.mandatoryLookup(context, name, type);
    }

    // ---- settings, by the route template ----

    /** Bytes of log that are produced in a second, at most; 0 for no limit. */
    public void setMaxRate(long maxRate) {
        rate.limit(maxRate);
    }

    /** Directory for plans and reports, where the archive can't be written to; empty for the archive. */
    public void setPlanDir(String planDir) {
        this.planDir = planDir;
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
