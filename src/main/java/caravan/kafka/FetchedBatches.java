package caravan.kafka;

import caravan.kafka.ChunkSource.Fetched;
import caravan.kafka.FetchMemory.Answer;
import caravan.kafka.LogView.Missing;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.message.FetchResponseData.AbortedTransaction;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.record.ControlRecordType;
import org.apache.kafka.common.record.MemoryRecords;
import org.apache.kafka.common.record.Record;
import org.apache.kafka.common.record.RecordBatch;
import org.apache.kafka.common.requests.FetchResponse;
import org.apache.kafka.common.utils.Utils;

/**
 * The record batches in one partition's part of a FetchResponse, as a backup wants them: each with its checksum verified, none of
 * an aborted transaction, no markers, those of message formats 0 and 1 put into batches of format 2. The others are not copied, as
 * long as nothing between them is left out and they are a good part of the response.
 *
 * <p>A response lists every aborted transaction that overlaps it, so nothing is carried from one to the next
 * ({@code org.apache.kafka.clients.consumer.internals.CompletedFetch} reads them in the same way).
 */
final class FetchedBatches {
    /** Less than this part of its response is copied: a slice keeps all of it in memory for as long as it waits. */
    private static final int KEPT_PART = 8;

    private final TopicPartition partition;
    private final long position;
    private final ByteBuffer source;
    private final Optional<Answer> memory;
    private final PriorityQueue<AbortedTransaction> aborted =
            new PriorityQueue<>(Comparator.comparingLong(AbortedTransaction::firstOffset));
    private final Set<Long> abortedProducers = new HashSet<>();
    private final List<ByteBuffer> kept = new ArrayList<>();
    /** The last one that is kept, where it is a part of the source. */
    private Optional<ByteBuffer> last = Optional.empty();

    private final List<ConsumerRecord<byte[], byte[]>> legacy = new ArrayList<>();
    private final long end;
    private Optional<Missing> missing = Optional.empty();
    private long next;
    private int epoch = -1;

    private FetchedBatches(
            TopicPartition partition, long position, ByteBuffer source, Optional<Answer> memory, PartitionData data) {
        this.partition = partition;
        this.position = position;
        this.source = source;
        this.memory = memory;
        this.next = position;
        this.end = end(data);
        if (data.abortedTransactions() != null) {
            aborted.addAll(data.abortedTransactions());
        }
    }

    /**
     * What was fetched from a position on; empty where nothing was.
     *
     * @param position the offset that was asked for; the first batch may begin before it
     * @param memory that the answer lies in; empty where that is the heap
     * @throws CorruptRecordException if the first batch's checksum is wrong; another such batch ends what was fetched
     * @throws IllegalStateException if bytes came, but no whole batch
     */
    static Optional<Fetched> of(TopicPartition partition, long position, PartitionData data, Optional<Answer> memory) {
        MemoryRecords records = (MemoryRecords) FetchResponse.recordsOrFail(data);
        FetchedBatches batches = new FetchedBatches(partition, position, records.buffer(), memory, data);
        int begin = 0;
        for (RecordBatch batch : records.batches()) {
            int end = begin + batch.sizeInBytes();
            if (batch.lastOffset() >= position && !batches.takes(batch, begin, end)) {
                break;
            }
            begin = end;
        }
        if (begin == 0 && records.sizeInBytes() > 0) {
            // From version 3 of the request on, brokers send the first batch whole, however large it is (KIP-74).
            throw new IllegalStateException(
                    partition + ": " + records.sizeInBytes() + " bytes at offset " + position + " hold no whole batch");
        }
        return batches.fetched();
    }

    /**
     * Where what can be read of the log ends, exclusive, as the broker knows it; {@code Long.MAX_VALUE} where it does not say. Brokers
     * tell the last stable offset to those who read what is committed only (KIP-98), the high watermark to all.
     */
    static long end(PartitionData data) {
        long end = data.lastStableOffset() >= 0 ? data.lastStableOffset() : data.highWatermark();
        return end >= 0 ? end : Long.MAX_VALUE;
    }

    /** Takes a batch; false if it is damaged, and others lie before it, which are good. */
    private boolean takes(RecordBatch batch, int begin, int end) {
        try {
            batch.ensureValid();
        } catch (CorruptRecordException e) {
            if (next > position) {
                return false;
            }
            throw e;
        }
        if (batch.baseOffset() < next && next > position) {
            throw new IllegalStateException(partition + ": a batch at offset " + batch.baseOffset()
                    + " begins before the end of the one before it, " + next);
        }
        if (missing.isEmpty()) {
            int before = epoch;
            missing = MissingOffsets.before(batch, next)
                    .map(range -> new Missing(
                            range, range.from() < batch.baseOffset() ? before : batch.partitionLeaderEpoch()));
        }
        next = batch.nextOffset();
        epoch = batch.partitionLeaderEpoch();
        if (batch.magic() < RecordBatch.MAGIC_VALUE_V2) {
            addLegacy(batch);
        } else if (!batch.isControlBatch() && !isAborted(batch)) {
            flushLegacy();
            extend(begin, end);
        }
        if (batch.isControlBatch() && isAbortMarker(batch)) {
            abortedProducers.remove(batch.producerId());
        }
        return true;
    }

    private boolean isAborted(RecordBatch batch) {
        if (!batch.hasProducerId()) {
            return false;
        }
        activate(batch);
        return batch.isTransactional() && abortedProducers.contains(batch.producerId());
    }

    private void activate(RecordBatch batch) {
        while (!aborted.isEmpty() && aborted.peek().firstOffset() <= batch.lastOffset()) {
            abortedProducers.add(aborted.poll().producerId());
        }
    }

    private boolean isAbortMarker(RecordBatch batch) {
        activate(batch);
        Iterator<Record> markers = batch.iterator();
        return markers.hasNext() && ControlRecordType.parse(markers.next().key()) == ControlRecordType.ABORT;
    }

    private void extend(int begin, int end) {
        Optional<ByteBuffer> before = last.filter(part -> part.limit() == source.position() + begin);
        if (before.isPresent()) {
            before.get().limit(source.position() + end);
        } else {
            ByteBuffer part = source.duplicate().limit(source.position() + end).position(source.position() + begin);
            kept.add(part);
            last = Optional.of(part);
        }
    }

    private void addLegacy(RecordBatch batch) {
        for (Record record : batch) {
            if (record.offset() < position) {
                continue;
            }
            legacy.add(new ConsumerRecord<>(
                    partition.topic(),
                    partition.partition(),
                    record.offset(),
                    record.timestamp(),
                    batch.timestampType(),
                    record.keySize(),
                    record.valueSize(),
                    record.hasKey() ? Utils.toArray(record.key()) : null,
                    record.hasValue() ? Utils.toArray(record.value()) : null,
                    new RecordHeaders(),
                    Optional.empty()));
        }
    }

    private void flushLegacy() {
        if (!legacy.isEmpty()) {
            kept.add(Rebatcher.batches(legacy));
            legacy.clear();
            last = Optional.empty();
        }
    }

    private Optional<Fetched> fetched() {
        if (next == position) {
            return Optional.empty();
        }
        flushLegacy();
        if (kept.size() == 1 && kept.get(0).remaining() >= responseBytes() / KEPT_PART) {
            Runnable release = last.flatMap(part -> memory).map(Answer::hold).orElse(Chunk.NOT_SHARED);
            return Optional.of(new Fetched(next, epoch, kept.get(0).slice(), view(), release));
        }
        return Optional.of(new Fetched(next, epoch, joined(), view()));
    }

    private LogView view() {
        return LogView.of(missing, end);
    }

    /** Bytes that stay in memory as long as what is kept of them. */
    private int responseBytes() {
        return memory.map(Answer::size).orElseGet(() -> kept.get(0).array().length);
    }

    private ByteBuffer joined() {
        ByteBuffer joined = ByteBuffer.allocate(
                kept.stream().mapToInt(ByteBuffer::remaining).sum());
        kept.forEach(joined::put);
        return joined.flip();
    }
}
