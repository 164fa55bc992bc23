package caravan.kafka;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.memory.MemoryPool;
import org.apache.kafka.common.network.NetworkReceive;

/**
 * Memory outside of the heap for what brokers answer, which is used again: answers of many megabytes that follow each other would
 * fill a small heap again and again, be cleared before they are filled, and be copied by the collector.
 *
 * <p>Who holds a part of an answer says when it is read no more. Memory of which that is never said is left to the collector: it is
 * not used again, so nobody finds other bytes in it.
 */
final class FetchMemory implements MemoryPool {
    /** Smaller answers lie in the heap. */
    private static final int SMALLEST = 64 << 10;
    /** So do larger ones: a single batch of such a size is rare, and the memory would be kept for it. */
    private static final int LARGEST = 32 << 20;
    /** Sizes are of few kinds, each double the one before, so that there is one that fits among those that wait. */
    private static final int FIRST_KIND = 1 << 20;
    /** What an answer of so many bytes of log has around them, which must not make it one of the next kind. */
    private static final int AROUND = 256 << 10;
    /** No more than so many bytes wait to be used again. */
    private static final long MAX_IDLE = 48L << 20;

    private final Deque<ByteBuffer> idle = new ArrayDeque<>();
    private final Map<String, ByteBuffer> received = new HashMap<>();
    private long idleBytes;

    /** What one broker answered, until the last one who holds a part of it has given that back. For any thread. */
    static final class Answer {
        private final FetchMemory memory;
        private final ByteBuffer bytes;
        private final AtomicInteger holders = new AtomicInteger(1);

        private Answer(FetchMemory memory, ByteBuffer bytes) {
            this.memory = memory;
            this.bytes = bytes;
        }

        /** Bytes of memory that are kept as long as a part of it is held. */
        int size() {
            return bytes.capacity();
        }

        /** Holds a part, until what is returned is run for the first time. */
        Runnable hold() {
            holders.incrementAndGet();
            AtomicBoolean held = new AtomicBoolean(true);
            return () -> {
                if (held.getAndSet(false)) {
                    give();
                }
            };
        }

        /** It has been read; only those who hold parts of it need it. */
        void read() {
            give();
        }

        private void give() {
            if (holders.decrementAndGet() == 0) {
                memory.release(bytes);
            }
        }
    }

    @Override
    public ByteBuffer tryAllocate(int size) {
        if (size < SMALLEST || size > LARGEST) {
            return ByteBuffer.allocate(size);
        }
        return used(size)
                .orElseGet(() -> ByteBuffer.allocateDirect(capacity(size)))
                .limit(size);
    }

    private static int capacity(int size) {
        int kind = FIRST_KIND;
        while (kind + AROUND < size) {
            kind *= 2;
        }
        return kind + AROUND;
    }

    private synchronized Optional<ByteBuffer> used(int size) {
        for (Iterator<ByteBuffer> any = idle.iterator(); any.hasNext(); ) {
            ByteBuffer bytes = any.next();
            if (bytes.capacity() >= size) {
                any.remove();
                idleBytes -= bytes.capacity();
                return Optional.of(bytes.clear());
            }
        }
        return Optional.empty();
    }

    /** Takes memory back that nobody reads any more. */
    @Override
    public synchronized void release(ByteBuffer bytes) {
        if (!bytes.isDirect()) {
            return;
        }
        // The one that was used last is still in the processor's cache; the smallest, of no use, are forgotten first.
        idle.addFirst(bytes);
        idleBytes += bytes.capacity();
        while (idleBytes > MAX_IDLE) {
            idleBytes -= idle.removeLast().capacity();
        }
    }

    /** What one look at the connections brought; what the look before it brought has been taken. */
    void received(Collection<NetworkReceive> answers) {
        received.clear();
        answers.forEach(answer -> {
            if (answer.payload().isDirect()) {
                received.put(answer.source(), answer.payload());
            }
        });
    }

    /** The memory of what a connection brought; empty where it lies in the heap. */
    Optional<Answer> answer(String connection) {
        return Optional.ofNullable(received.remove(connection)).map(bytes -> new Answer(this, bytes));
    }

    @Override
    public long size() {
        return Long.MAX_VALUE;
    }

    @Override
    public long availableMemory() {
        return Long.MAX_VALUE;
    }

    @Override
    public boolean isOutOfMemory() {
        return false;
    }
}
