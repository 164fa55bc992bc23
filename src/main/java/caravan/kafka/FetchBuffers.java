package caravan.kafka;

import caravan.kafka.ChunkSource.Fetched;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/**
 * What was fetched and not handed out yet, by partition; filled by the thread that fetches, emptied by the polling thread. Keeps
 * what was fetched before a partition began again apart from what was fetched after: each beginning has a number, and what comes
 * under another one is dropped.
 */
final class FetchBuffers {

    /** Part of what came of a partition: a range of it, or why there is none. */
    record Piece(long from, Optional<Fetched> fetched, Optional<Refused> refused, Optional<RuntimeException> unusable) {

        static Piece of(long from, Fetched fetched) {
            return new Piece(from, Optional.of(fetched), Optional.empty(), Optional.empty());
        }

        static Piece refused(Refused refused) {
            return new Piece(refused.position(), Optional.empty(), Optional.of(refused), Optional.empty());
        }

        static Piece unusable(long from, RuntimeException why) {
            return new Piece(from, Optional.empty(), Optional.empty(), Optional.of(why));
        }

        /** It is not handed out. */
        private void drop() {
            fetched.ifPresent(range -> range.release().run());
        }

        private int bytes() {
            return fetched.map(range -> range.batches().remaining()).orElse(0);
        }
    }

    private static final class Buffer {
        private final long number;
        private final Deque<Piece> pieces = new ArrayDeque<>();
        private long bytes;

        private Buffer(long number) {
            this.number = number;
        }
    }

    private final Map<TopicPartition, Buffer> buffers = new HashMap<>();
    private Optional<Throwable> failure = Optional.empty();
    private long bytes;
    private boolean nudged;

    /** From here on what comes of a partition under this number is kept, and nothing that came before. */
    synchronized void begin(TopicPartition partition, long number) {
        end(partition);
        buffers.put(partition, new Buffer(number));
    }

    /** Drops what there is of a partition, and what will still come. */
    synchronized void end(TopicPartition partition) {
        Buffer ended = buffers.remove(partition);
        if (ended != null) {
            bytes -= ended.bytes;
            ended.pieces.forEach(Piece::drop);
        }
    }

    synchronized void add(TopicPartition partition, long number, Piece piece) {
        Buffer buffer = buffers.get(partition);
        if (buffer != null && buffer.number == number) {
            buffer.pieces.add(piece);
            buffer.bytes += piece.bytes();
            bytes += piece.bytes();
            notifyAll();
        } else {
            piece.drop();
        }
    }

    /** Fetching failed as a whole; told once, by the next {@link #take}. */
    synchronized void fail(Throwable cause) {
        failure = Optional.of(cause);
        notifyAll();
    }

    /** Ends a wait, or the next one: there is something else to do. */
    synchronized void nudge() {
        nudged = true;
        notifyAll();
    }

    /** Bytes of all partitions. */
    synchronized long bytes() {
        return bytes;
    }

    /** Bytes of one partition. */
    synchronized long bytes(TopicPartition partition) {
        Buffer buffer = buffers.get(partition);
        return buffer == null ? 0 : buffer.bytes;
    }

    /**
     * Takes the oldest piece of each of these partitions that has one.
     *
     * @param timeout the longest wait where none has
     * @throws RuntimeException if fetching failed as a whole
     * @throws Error if it ended with one
     */
    synchronized Map<TopicPartition, Piece> take(Set<TopicPartition> partitions, Duration timeout)
            throws InterruptedException {
        long end = System.nanoTime() + timeout.toNanos();
        long left;
        while (!ready(partitions) && (left = end - System.nanoTime()) > 0) {
            Duration wait = Duration.ofNanos(left);
            wait(wait.toMillis(), wait.toNanosPart() % 1_000_000);
        }
        nudged = false;
        Optional<Throwable> failed = failure;
        failure = Optional.empty();
        if (failed.isPresent()) {
            if (failed.get() instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) failed.get();
        }
        Map<TopicPartition, Piece> taken = new HashMap<>();
        for (TopicPartition partition : partitions) {
            Buffer buffer = buffers.get(partition);
            Piece piece = buffer == null ? null : buffer.pieces.poll();
            if (piece != null) {
                buffer.bytes -= piece.bytes();
                bytes -= piece.bytes();
                taken.put(partition, piece);
            }
        }
        return taken;
    }

    private boolean ready(Set<TopicPartition> partitions) {
        return nudged
                || failure.isPresent()
                || partitions.stream().anyMatch(partition -> {
                    Buffer buffer = buffers.get(partition);
                    return buffer != null && !buffer.pieces.isEmpty();
                });
    }
}
