package caravan.kafka;

import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The right to do what restores are asked for: being the leader of a consumer group of that request's own. Kafka sees to it that
 * there is one leader at a time. A run that died leads as long as its session lasts. What the runs have to tell each other is
 * committed to the group.
 */
public final class RestoreLease implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RestoreLease.class);

    /**
     * How long a run that died keeps others out, at most; a shorter {@code session.timeout.ms} of the user's counts. Brokers allow 6 s
     * and more ({@code group.min.session.timeout.ms}).
     */
    static final Duration SESSION = Duration.ofSeconds(10);

    private static final Duration POLL = Duration.ofMillis(50);
    private static final Duration ANSWER = Duration.ofSeconds(60);
    private static final Pattern NO_TOPIC = Pattern.compile("(?!)");

    private record Commit(Map<TopicPartition, OffsetAndMetadata> offsets, CompletableFuture<Void> done) {}

    private final KafkaSettings settings;
    private final String group;
    private final ConcurrentLinkedQueue<Commit> commits = new ConcurrentLinkedQueue<>();
    private final CompletableFuture<Void> leading = new CompletableFuture<>();
    private final CompletableFuture<Void> joined = new CompletableFuture<>();
    private Thread thread;
    private volatile boolean lost;
    private volatile boolean closed;

    public RestoreLease(KafkaSettings settings, String group) {
        this.settings = settings;
        this.group = group;
    }

    /**
     * Takes the lease; waits for a run that died to be forgotten.
     *
     * @return whether it was free
     * @throws KafkaException where the brokers refuse it, or do not answer
     */
    public boolean acquire() throws InterruptedException {
        Properties properties = settings.classic(group);
        properties.put(ConsumerConfig.CLIENT_ID_CONFIG, "caravan-lease");
        // A broker that hangs is left soon for another one; what waits for the group has a limit of its own.
        properties.putIfAbsent(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, "8000");
        Duration session = session(properties);
        properties.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, Long.toString(session.toMillis()));
        properties.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, Long.toString(session.toMillis() / 4));
        properties.put(ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG, LeaseAssignor.class.getName());
        properties.put(LeaseAssignor.LISTENER, (LeaseAssignor.Listener) this::together);
        KafkaConsumer<byte[], byte[]> member = new KafkaConsumer<>(properties);
        // It is a member for the sake of being one.
        member.subscribe(NO_TOPIC);
        thread = new Thread(() -> stay(member), "caravan-lease");
        thread.setDaemon(true);
        thread.start();
        try {
            // Nobody else leads as long as nobody has told who does.
            await(CompletableFuture.anyOf(leading, joined), ANSWER, "no broker took a member into the group " + group);
            await(leading, session.multipliedBy(2), "");
            return true;
        } catch (org.apache.kafka.common.errors.TimeoutException e) {
            close();
            if (joined.isDone()) {
                return false;
            }
            throw e;
        }
    }

    private static Duration session(Properties properties) {
        String name = ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG;
        Object given = properties.getOrDefault(name, Long.toString(SESSION.toMillis()));
        Duration wanted = Duration.ofMillis((Integer) ConfigDef.parseType(name, given, ConfigDef.Type.INT));
        return wanted.compareTo(SESSION) < 0 ? wanted : SESSION;
    }

    private void together(boolean leader) {
        joined.complete(null);
        if (leader) {
            leading.complete(null);
        } else if (leading.isDone()) {
            // It was away for so long that the brokers forgot it, and another one may write now.
            lost = true;
        }
    }

    private void stay(KafkaConsumer<byte[], byte[]> member) {
        try {
            while (!closed) {
                // Not woken up for a commit: a wakeup that comes too late would end the commit itself.
                member.poll(POLL);
                commit(member);
            }
        } catch (RuntimeException e) {
            LOG.debug("the lease {} ends", group, e);
            leading.completeExceptionally(e);
            lost = true;
        } finally {
            closed = true;
            fail();
            member.close(Duration.ofSeconds(5));
        }
    }

    private void commit(KafkaConsumer<byte[], byte[]> member) {
        Commit next;
        while ((next = commits.poll()) != null) {
            try {
                member.commitSync(next.offsets());
                next.done().complete(null);
            } catch (RebalanceInProgressException e) {
                // Another run asks for the lease just now: the group comes together again in the next poll.
                commits.add(next);
                return;
            } catch (KafkaException e) {
                next.done().completeExceptionally(e);
            }
        }
    }

    private void fail() {
        Commit next;
        while ((next = commits.poll()) != null) {
            next.done().completeExceptionally(new KafkaException("the lease " + group + " was lost"));
        }
    }

    /** Whether this run is still the only one that may write, as far as it knows. */
    public boolean held() {
        return leading.isDone() && !leading.isCompletedExceptionally() && !lost && !closed;
    }

    /**
     * Commits to the group, as its member.
     *
     * @throws KafkaException where the lease was lost meanwhile, or the brokers refuse it
     */
    public void commit(Map<TopicPartition, OffsetAndMetadata> offsets) throws InterruptedException {
        Commit commit = new Commit(Map.copyOf(offsets), new CompletableFuture<>());
        commits.add(commit);
        if (closed || lost) {
            fail();
        }
        await(commit.done(), ANSWER, "the group " + group + " could not commit");
    }

    private static void await(CompletableFuture<?> done, Duration patience, String otherwise)
            throws InterruptedException {
        try {
            done.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | CompletionException e) {
            if (e.getCause() instanceof AuthorizationException refusal) {
                throw MissingAclException.ofConsumer(refusal);
            }
            throw e.getCause() instanceof KafkaException kafka ? kafka : new KafkaException(otherwise, e.getCause());
        } catch (TimeoutException e) {
            throw new org.apache.kafka.common.errors.TimeoutException(
                    otherwise + " for " + patience.toSeconds() + " s", e);
        }
    }

    /** Leaves the group. */
    @Override
    public void close() {
        closed = true;
        try {
            if (thread != null) {
                thread.join(TimeUnit.SECONDS.toMillis(10));
            }
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }
}
