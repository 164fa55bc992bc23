package caravan.kafka;

import caravan.kafka.PartitionReading.Pause;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The consumer that a backup route polls: each "record" that it returns is a {@link Chunk} of one partition.
 *
 * <p>It owns what Camel must not touch. Where a partition starts is the archive's word, not the consumer group's; Camel's
 * own seeks and pauses act on this class alone. Coverage comes from {@link #position}, so offsets that hold no record
 * (transaction markers, compacted records) are answered for, too. {@code poll} throws nothing that can be waited out,
 * because Camel would answer with a seek past a record on every partition, or with the end of the polling thread.
 *
 * <p>All methods, and with them all calls of the owner, belong to the polling thread of Camel's consumer, except {@code wakeup}.
 * What other threads ask of an {@link Assignment} waits in queues; {@code poll} runs commits first, then what was asked, then puts
 * starts that were found in place, and fetches last. Those who find starts only complete the future that they gave.
 */
public final class ChunkConsumer extends ShieldedConsumer {
    private static final Logger LOG = LoggerFactory.getLogger(ChunkConsumer.class);

    private final PartitionOwner owner;
    private final TopicFilter topics;
    private final AtomicLong numbers;
    private final ChunkSource source;
    private final PatientFetch fetches;
    private final GroupCommits commits;
    private final Map<TopicPartition, PartitionReading> readings = new HashMap<>();
    private final AssignmentRequests requests;
    private boolean suspended;

    /** @param sources where chunks come from, given this consumer */
    ChunkConsumer(
            Properties properties,
            TopicFilter topics,
            PartitionOwner owner,
            AtomicLong numbers,
            Function<ShieldedConsumer, ChunkSource> sources) {
        super(properties);
        this.topics = topics;
        this.owner = owner;
        this.numbers = numbers;
        this.source = sources.apply(this);
        this.commits = new GroupCommits(this::commit, owner);
        this.requests = new AssignmentRequests(commits);
        this.fetches = new PatientFetch(source, owner, this::refused);
    }

    @Override
    public ConsumerRecords<Object, Object> poll(Duration timeout) {
        try {
            return polled(timeout);
        } catch (Error e) {
            // It ends Camel's polling thread, which tells nobody.
            readings.keySet().forEach(partition -> owner.failed(partition, e));
            throw e;
        }
    }

    private ConsumerRecords<Object, Object> polled(Duration timeout) {
        runCommits();
        answerRequests();
        applyStarts();
        restartWhatWasNotAccepted();
        Map<TopicPartition, Long> positions = new HashMap<>();
        readings.forEach((partition, reading) -> {
            if (reading.begun()) {
                positions.put(partition, reading.position());
            }
        });
        owner.beforeFetch(positions);
        fetchWhatHasRoom();
        return chunks(fetches.fetch(timeout));
    }

    private void refused(TopicPartition partition, Refused why) {
        if (readings.containsKey(partition)) {
            LOG.warn("{}: {}", partition, why);
            begin(partition, Optional.of(why));
        }
    }

    /** One chunk for each partition whose position moved, with or without records. */
    private ConsumerRecords<Object, Object> chunks(ChunkSource.Fetch fetched) {
        Map<TopicPartition, List<ConsumerRecord<Object, Object>>> chunks = new LinkedHashMap<>();
        for (PartitionReading reading : List.copyOf(readings.values())) {
            if (!reading.begun()) {
                continue;
            }
            TopicPartition partition = reading.assignment().partition();
            try {
                fetched.of(partition, reading.position())
                        .map(reading::take)
                        .ifPresent(chunk -> chunks.put(partition, List.of(carrier(chunk))));
            } catch (DamagedLogException e) {
                reading.pause(Pause.STOPPED);
                owner.failed(partition, e);
            } catch (RuntimeException e) {
                // What fetches is past these records by now: only a new start brings them again.
                LOG.warn("{}: what was fetched could not be used, starting again: {}", partition, e.toString());
                LOG.debug("{} starts again", partition, e);
                owner.fetchFailed(partition, e);
                begin(partition, Optional.empty());
            }
        }
        return new ConsumerRecords<>(chunks);
    }

    private static ConsumerRecord<Object, Object> carrier(Chunk chunk) {
        return new ConsumerRecord<>(
                chunk.partition().topic(), chunk.partition().partition(), chunk.next() - 1, null, chunk);
    }

    private void applyStarts() {
        readings.forEach((partition, reading) -> reading.takeStart().ifPresent(found -> {
            try {
                Start start = found.join();
                source.begin(partition, start);
                reading.begin(start);
                LOG.info("{} starts at offset {}", partition, start.offset());
            } catch (CompletionException | IllegalArgumentException e) {
                reading.pause(Pause.STOPPED);
                owner.failed(partition, e.getCause() == null ? e : e.getCause());
            }
        }));
    }

    /** A chunk that was handed out and did not arrive was lost in the route, whatever its error handler made of it. */
    private void restartWhatWasNotAccepted() {
        for (PartitionReading reading : List.copyOf(readings.values())) {
            if (!reading.begun() || reading.stopped()) {
                continue;
            }
            TopicPartition partition = reading.assignment().partition();
            long accepted = owner.accepted(reading.assignment());
            if (accepted != reading.position()) {
                LOG.warn(
                        "{}: offsets [{}, {}) were not taken by the route, starting again",
                        partition,
                        accepted,
                        reading.position());
                begin(partition, Optional.empty());
            }
        }
    }

    private void answerRequests() {
        Optional<AssignmentRequests.Request> next;
        while ((next = requests.next()).isPresent()) {
            AssignmentRequests.Request request = next.get();
            TopicPartition partition = request.assignment().partition();
            if (!owned(request.assignment())) {
                continue;
            }
            if (request.restart().isEmpty()) {
                readings.get(partition).pause(Pause.STOPPED);
            } else {
                LOG.info("{} starts again: {}", partition, request.restart().get());
                begin(partition, Optional.empty());
            }
        }
    }

    private boolean owned(Assignment assignment) {
        PartitionReading reading = readings.get(assignment.partition());
        return reading != null && reading.assignment() == assignment;
    }

    private void fetchWhatHasRoom() {
        Set<TopicPartition> fetched = new HashSet<>();
        readings.forEach((partition, reading) -> {
            if (owner.hasRoom(reading.assignment())) {
                reading.resume(Pause.BACKLOG);
            } else {
                reading.pause(Pause.BACKLOG);
            }
            if (!suspended && !reading.paused()) {
                fetched.add(partition);
            }
        });
        source.fetchOnly(fetched);
    }

    private void begin(TopicPartition partition, Optional<Refused> refused) {
        Optional<Assignment> before =
                Optional.ofNullable(readings.remove(partition)).map(PartitionReading::assignment);
        PartitionReading reading = new PartitionReading(requests.assignment(numbers.incrementAndGet(), partition));
        source.end(partition);
        hold(List.of(partition));
        // A partition without a position throws from poll() under auto.offset.reset=none, even while it is paused.
        place(partition, new OffsetAndMetadata(0));
        readings.put(partition, reading);
        CompletableFuture<Start> start = owner.assigned(reading.assignment(), before, refused);
        reading.startsWith(start);
        start.whenComplete((found, failure) -> source.nudge());
    }

    private void end(TopicPartition partition) {
        PartitionReading reading = readings.remove(partition);
        if (reading != null) {
            source.end(partition);
            owner.released(reading.assignment());
        }
    }

    private void runCommits() {
        commits.run(this::owned);
    }

    @Override
    public void subscribe(Collection<String> names, ConsumerRebalanceListener listener) {
        super.subscribe(topics.pattern(), new Rebalances(listener));
    }

    @Override
    public void subscribe(Pattern pattern, ConsumerRebalanceListener listener) {
        super.subscribe(topics.pattern(), new Rebalances(listener));
    }

    /** Suspends fetching of all partitions; the consumer stays a member of its group. */
    @Override
    public void pause(Collection<TopicPartition> partitions) {
        suspended = true;
        fetchWhatHasRoom();
    }

    @Override
    public void resume(Collection<TopicPartition> partitions) {
        suspended = false;
        fetchWhatHasRoom();
    }

    @Override
    public void unsubscribe() {
        runCommits();
        super.unsubscribe();
        endAll();
    }

    @Override
    public void close() {
        runCommits();
        super.close();
        endAll();
        source.close();
    }

    @Override
    public void close(Duration timeout) {
        runCommits();
        super.close(timeout);
        endAll();
        source.close();
    }

    private void endAll() {
        new ArrayList<>(readings.keySet()).forEach(this::end);
    }

    private final class Rebalances implements ConsumerRebalanceListener {
        private final ConsumerRebalanceListener next;

        private Rebalances(ConsumerRebalanceListener next) {
            this.next = next;
        }

        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
            next.onPartitionsAssigned(partitions);
            partitions.forEach(partition -> begin(partition, Optional.empty()));
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
            runCommits();
            partitions.forEach(ChunkConsumer.this::end);
            next.onPartitionsRevoked(partitions);
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> partitions) {
            partitions.forEach(ChunkConsumer.this::end);
            next.onPartitionsLost(partitions);
        }
    }
}
