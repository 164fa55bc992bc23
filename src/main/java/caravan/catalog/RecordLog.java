package caravan.catalog;

import java.util.List;
import java.util.OptionalLong;

/** A topic's partitions, to be read from any offset on: an archive's or a cluster's. For one thread. */
public interface RecordLog extends AutoCloseable {

    /**
     * Where records can be.
     *
     * @param start first offset, inclusive
     * @param end end, exclusive; {@code start} where there is none
     */
    record Extent(long start, long end) {}

    /** Records in the order of their offsets, as they come. */
    interface Reading extends AutoCloseable {

        /** Whether there is another record; false at the end, and when the time is over. May wait. */
        boolean hasNext();

        LogRecord next();

        /** Offset behind the last record that was taken, or behind those without a record that follow it. */
        long position();

        @Override
        void close();
    }

    /** Numbers of the partitions, in order. */
    List<Integer> partitions();

    /**
     * What a partition has now.
     *
     * @param partition one of {@link #partitions}
     */
    Extent extent(int partition);

    /**
     * Reads a part of a partition, and little more than is taken of it.
     *
     * @param from first offset, inclusive; within the partition's extent
     * @param next end, exclusive
     * @param time epoch millis: records that are older are not wanted, and may be passed over; empty where all are
     */
    Reading read(int partition, long from, long next, OptionalLong time, Deadline deadline);

    @Override
    void close();
}
