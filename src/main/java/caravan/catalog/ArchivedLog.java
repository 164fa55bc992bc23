package caravan.catalog;

import caravan.archive.Coverage;
import caravan.archive.TimeWindow;
import caravan.store.Store;
import java.util.List;
import java.util.OptionalLong;

/** One life of a topic in an archive, as a restore would produce it; read by ranged requests. */
public final class ArchivedLog implements RecordLog {
    private final Store store;
    private final TimelineContents life;

    public ArchivedLog(Store store, TimelineContents life) {
        this.store = store;
        this.life = life;
    }

    @Override
    public List<Integer> partitions() {
        return life.partitions().stream().map(PartitionContents::partition).toList();
    }

    @Override
    public Extent extent(int partition) {
        PartitionContents contents = contents(partition);
        List<Coverage.Piece> pieces = contents.coverage().pieces();
        long start = pieces.isEmpty()
                ? contents.startOffset()
                : Math.min(contents.startOffset(), pieces.get(0).from());
        return new Extent(start, contents.coverage().end());
    }

    private PartitionContents contents(int partition) {
        return life.partitions().stream()
                .filter(contents -> contents.partition() == partition)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no partition " + partition));
    }

    @Override
    public Reading read(int partition, long from, long next, OptionalLong time, Deadline deadline) {
        TimeWindow window = new TimeWindow(time, OptionalLong.empty());
        PartitionRecords records = new PartitionRecords(store, contents(partition), from, next, window::mayInclude);
        return new Reading() {
            private long position = from;

            @Override
            public boolean hasNext() {
                if (deadline.passed()) {
                    return false;
                }
                boolean more = records.hasNext();
                position = more ? position : next;
                return more;
            }

            @Override
            public LogRecord next() {
                LogRecord record = LogRecord.of(partition, records.nextPositioned());
                position = record.offset() + 1;
                return record;
            }

            @Override
            public long position() {
                return position;
            }

            @Override
            public void close() {
                records.close();
            }
        };
    }

    @Override
    public void close() {
        // What is read is closed by its reader, and the store is not this object's.
    }
}
