package caravan.kafka;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The consumer that a backup route polls: each "record" that it returns is a {@link Chunk} of one partition.
 *
 * <p>It owns what Camel must not touch. Where a partition starts is the archive's word, not the consumer group's; Camel's
 * own seeks and pauses act on this class alone. Coverage comes from {@link #position}, so offsets that hold no record
 * (transaction markers, compacted records) are answered for, too. {@code poll} throws nothing that can be waited out,
 * because Camel would answer with a seek past a record on every partition, or with the end of the polling thread.
 */
public final class ChunkConsumer extends ShieldedConsumer {
    private static final Logger LOG = LoggerFactory.getLogger(ChunkConsumer.class);
    private static final Duration COMMIT_TIMEOUT = Duration.ofSeconds(30);

    private enum Pause {
        /** its place in the archive is being looked up */
        STARTING,
        /** the spool or its uploads are behind */
        BACKLOG,
        /** a person has to look at it */
        STOPPED
    }

    private record Commit(Assignment assignment, OffsetAndMetadata offset) {}

    /** {@code restart} says why; empty asks to stop. */
    private record Request(Assignment assignment, Optional<String> restart) {}

    /** What the polling thread knows of a partition that it owns. */
    private static final class Reading {
        private final Assignment assignment;
        private final Set<Pause> pauses = EnumSet.of(Pause.STARTING);
        private CompletableFuture<Start> starting;
        private Start start;
        private long position;

        private Reading(Assignment assignment) {
            this.assignment = assignment;
        }
    }

    private final PartitionOwner owner;
    private final TopicFilter topics;
    private final AtomicLong numbers;
    private final Map<TopicPartition, Reading> readings = new HashMap<>();
    private final Queue<Commit> commits = new ConcurrentLinkedQueue<>();
    private final Queue<Request> requests = new ConcurrentLinkedQueue<>();
    private boolean suspended;

    ChunkConsumer(Properties properties, TopicFilter topics, PartitionOwner owner, AtomicLong numbers) {
        super(properties);
        this.topics = topics;
        this.owner = owner;
        this.numbers = numbers;
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
            if (reading.start != null) {
                positions.put(partition, reading.position);
            }
        });
        owner.beforeFetch(positions);
        readings.values().forEach(this::pauseOrResume);
        return chunks(fetch(timeout));
    }

    private ConsumerRecords<Object, Object> fetch(Duration timeout) {
        try {
            ConsumerRecords<Object, Object> fetched = super.poll(timeout);
            owner.fetched();
            return fetched;
        } catch (WakeupException | InterruptException e) {
            throw e;
        } catch (OffsetOutOfRangeException e) {
            refusals(e).forEach((partition, refused) -> {
                if (readings.containsKey(partition)) {
                    LOG.warn("{}: {}", partition, refused);
                    begin(partition, Optional.of(refused));
                }
            });
        } catch (KafkaException | IllegalStateException e) {
            LOG.warn("fetching failed, trying again: {}", e.toString());
            owner.fetchFailed(e);
            pauseThread(timeout);
        }
        return ConsumerRecords.empty();
    }

    private static Map<TopicPartition, Refused> refusals(OffsetOutOfRangeException e) {
        Map<TopicPartition, Refused> refusals = new HashMap<>();
        e.offsetOutOfRangePartitions()
                .forEach((partition, position) -> refusals.put(partition, Refused.outOfRange(position)));
        if (e instanceof LogTruncationException truncation) {
            refusals.replaceAll((partition, refused) -> {
                OffsetAndMetadata divergence = truncation.divergentOffsets().get(partition);
                return Refused.truncated(
                        refused.position(),
                        divergence == null ? OptionalLong.empty() : OptionalLong.of(divergence.offset()));
            });
        }
        return refusals;
    }

    /** One chunk for each partition whose position moved, with or without records. */
    private ConsumerRecords<Object, Object> chunks(ConsumerRecords<Object, Object> fetched) {
        Map<TopicPartition, List<ConsumerRecord<Object, Object>>> chunks = new LinkedHashMap<>();
        for (Map.Entry<TopicPartition, Reading> entry : List.copyOf(readings.entrySet())) {
            TopicPartition partition = entry.getKey();
            Reading reading = entry.getValue();
            if (reading.start == null) {
                continue;
            }
            try {
                List<ConsumerRecord<Object, Object>> records = fetched.records(partition);
                long next = next(partition, reading, records);
                if (next != reading.position) {
                    Chunk chunk = chunk(partition, reading, records, next);
                    reading.position = next;
                    chunks.put(
                            partition,
                            List.of(new ConsumerRecord<>(
                                    partition.topic(), partition.partition(), next - 1, null, chunk)));
                }
            } catch (RuntimeException e) {
                // Kafka's consumer is past these records by now: only a new start brings them again.
                LOG.warn("{}: what was fetched could not be used, starting again", partition, e);
                owner.fetchFailed(partition, e);
                begin(partition, Optional.empty());
            }
        }
        return new ConsumerRecords<>(chunks);
    }

    private long next(TopicPartition partition, Reading reading, List<ConsumerRecord<Object, Object>> records) {
        try {
            return position(partition, Duration.ZERO);
        } catch (WakeupException | RetriableException e) {
            // The position is being checked against a new leader. What lies behind the last record comes with a later
            // poll.
            return records.isEmpty()
                    ? reading.position
                    : records.get(records.size() - 1).offset() + 1;
        }
    }

    private static Chunk chunk(
            TopicPartition partition, Reading reading, List<ConsumerRecord<Object, Object>> records, long next) {
        if (next < reading.position) {
            throw new IllegalStateException("position went back from " + reading.position + " to " + next);
        }
        int epoch = -1;
        if (!records.isEmpty()) {
            ConsumerRecord<Object, Object> last = records.get(records.size() - 1);
            if (records.get(0).offset() < reading.position || last.offset() >= next) {
                throw new IllegalStateException(
                        partition + ": records [" + records.get(0).offset() + ", " + last.offset() + "] outside of ["
                                + reading.position + ", " + next + ")");
            }
            // What lies behind the last record was not seen, and may be of a newer epoch.
            epoch = last.offset() == next - 1 ? last.leaderEpoch().orElse(-1) : -1;
        }
        return new Chunk(
                partition,
                reading.start.topicId(),
                reading.assignment.number(),
                reading.position,
                next,
                epoch,
                Rebatcher.batches(records),
                false);
    }

    private void applyStarts() {
        for (Map.Entry<TopicPartition, Reading> entry : readings.entrySet()) {
            Reading reading = entry.getValue();
            if (reading.starting == null || !reading.starting.isDone()) {
                continue;
            }
            CompletableFuture<Start> starting = reading.starting;
            reading.starting = null;
            try {
                Start start = starting.join();
                place(entry.getKey(), new OffsetAndMetadata(start.offset(), start.leaderEpoch(), ""));
                reading.start = start;
                reading.position = start.offset();
                reading.pauses.remove(Pause.STARTING);
                LOG.info("{} starts at offset {}", entry.getKey(), start.offset());
            } catch (CompletionException | IllegalArgumentException e) {
                reading.pauses.add(Pause.STOPPED);
                owner.failed(entry.getKey(), e.getCause() == null ? e : e.getCause());
            }
        }
    }

    /** A chunk that was handed out and did not arrive was lost in the route, whatever its error handler made of it. */
    private void restartWhatWasNotAccepted() {
        for (Reading reading : List.copyOf(readings.values())) {
            if (reading.start == null || reading.pauses.contains(Pause.STOPPED)) {
                continue;
            }
            long accepted = owner.accepted(reading.assignment);
            if (accepted != reading.position) {
                LOG.warn(
                        "{}: offsets [{}, {}) were not taken by the route, starting again",
                        reading.assignment.partition(),
                        accepted,
                        reading.position);
                begin(reading.assignment.partition(), Optional.empty());
            }
        }
    }

    private void answerRequests() {
        Request request;
        while ((request = requests.poll()) != null) {
            TopicPartition partition = request.assignment().partition();
            Reading reading = readings.get(partition);
            if (reading == null || reading.assignment != request.assignment()) {
                continue;
            }
            if (request.restart().isEmpty()) {
                reading.pauses.add(Pause.STOPPED);
            } else {
                LOG.info("{} starts again: {}", partition, request.restart().get());
                begin(partition, Optional.empty());
            }
        }
    }

    private void pauseOrResume(Reading reading) {
        if (owner.hasRoom(reading.assignment)) {
            reading.pauses.remove(Pause.BACKLOG);
        } else {
            reading.pauses.add(Pause.BACKLOG);
        }
        TopicPartition partition = reading.assignment.partition();
        boolean pause = suspended || !reading.pauses.isEmpty();
        if (pause != super.paused().contains(partition)) {
            if (pause) {
                super.pause(List.of(partition));
            } else {
                super.resume(List.of(partition));
            }
        }
    }

    private void begin(TopicPartition partition, Optional<Refused> refused) {
        Reading before = readings.remove(partition);
        Reading reading = new Reading(new Own(numbers.incrementAndGet(), partition));
        super.pause(List.of(partition));
        // A partition without a position throws from poll() under auto.offset.reset=none, even while it is paused.
        place(partition, new OffsetAndMetadata(0));
        readings.put(partition, reading);
        reading.starting =
                owner.assigned(reading.assignment, Optional.ofNullable(before).map(old -> old.assignment), refused);
    }

    private void end(TopicPartition partition) {
        Reading reading = readings.remove(partition);
        if (reading != null) {
            owner.released(reading.assignment);
        }
    }

    private void runCommits() {
        Map<TopicPartition, Commit> newest = new HashMap<>();
        Commit queued;
        while ((queued = commits.poll()) != null) {
            TopicPartition partition = queued.assignment().partition();
            Reading reading = readings.get(partition);
            // The broker checks the member, not whether it owns the partition: a late commit would move the group back.
            if (reading != null && reading.assignment == queued.assignment()) {
                newest.put(partition, queued);
            }
        }
        if (newest.isEmpty()) {
            return;
        }
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        newest.forEach((partition, commit) -> offsets.put(partition, commit.offset()));
        try {
            commitWithOneRetry(offsets);
            Map<TopicPartition, Long> reached = new HashMap<>();
            offsets.forEach((partition, offset) -> reached.put(partition, offset.offset()));
            owner.committed(reached);
        } catch (CommitFailedException e) {
            LOG.info("not committed, the partitions are another member's by now: {}", offsets.keySet());
        } catch (RetriableException | RebalanceInProgressException e) {
            commits.addAll(newest.values());
        } catch (KafkaException e) {
            commits.addAll(newest.values());
            LOG.warn("commit failed, trying again: {}", e.toString());
            owner.commitFailed(e);
        }
    }

    /** A consumer that is being stopped was woken up, which ends the first blocking call that comes. */
    private void commitWithOneRetry(Map<TopicPartition, OffsetAndMetadata> offsets) {
        try {
            commit(offsets, COMMIT_TIMEOUT);
        } catch (WakeupException e) {
            commit(offsets, COMMIT_TIMEOUT);
        }
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
        readings.values().forEach(this::pauseOrResume);
    }

    @Override
    public void resume(Collection<TopicPartition> partitions) {
        suspended = false;
        readings.values().forEach(this::pauseOrResume);
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
    }

    @Override
    public void close(Duration timeout) {
        runCommits();
        super.close(timeout);
        endAll();
    }

    private void endAll() {
        new ArrayList<>(readings.keySet()).forEach(this::end);
    }

    private static void pauseThread(Duration timeout) {
        try {
            Thread.sleep(Math.max(100, Math.min(1_000, timeout.toMillis())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptException(e);
        }
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

    /** What is asked of an assignment waits in queues for the next poll. */
    private final class Own implements Assignment {
        private final long number;
        private final TopicPartition partition;

        private Own(long number, TopicPartition partition) {
            this.number = number;
            this.partition = partition;
        }

        @Override
        public long number() {
            return number;
        }

        @Override
        public TopicPartition partition() {
            return partition;
        }

        @Override
        public void commit(long offset, Optional<Integer> leaderEpoch, String metadata) {
            commits.add(new Commit(this, new OffsetAndMetadata(offset, leaderEpoch, metadata)));
        }

        @Override
        public void restart(String why) {
            requests.add(new Request(this, Optional.of(why)));
        }

        @Override
        public void stop() {
            requests.add(new Request(this, Optional.empty()));
        }

        @Override
        public String toString() {
            return partition + "#" + number;
        }
    }
}
