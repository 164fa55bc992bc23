package caravan.archive;

import caravan.archive.BatchManifest.Timestamps;

/** What the batches of one object add up to. */
final class LogStatistics {
    private long bytes;
    private long batches;
    private long records;
    private long firstOffset = -1;
    private long lastOffset = -1;
    private long baseTimestamp = -1;
    private long maxTimestamp = -1;
    private Timestamps timestampType = Timestamps.NONE;

    LogStatistics copy() {
        LogStatistics copy = new LogStatistics();
        copy.bytes = bytes;
        copy.batches = batches;
        copy.records = records;
        copy.firstOffset = firstOffset;
        copy.lastOffset = lastOffset;
        copy.baseTimestamp = baseTimestamp;
        copy.maxTimestamp = maxTimestamp;
        copy.timestampType = timestampType;
        return copy;
    }

    /** Counts the batch that a walk stands at, so many records of which are in range. */
    void add(BatchWalk batch, long recordsInRange) {
        Timestamps type = batch.logAppendTime() ? Timestamps.APPEND : Timestamps.CREATE;
        long base = batch.baseTimestamp();
        if (batches == 0) {
            firstOffset = batch.baseOffset();
            baseTimestamp = base;
            maxTimestamp = batch.maxTimestamp();
            timestampType = type;
        } else {
            baseTimestamp = Math.min(baseTimestamp, base);
            maxTimestamp = Math.max(maxTimestamp, batch.maxTimestamp());
            timestampType = timestampType == type ? type : Timestamps.MIXED;
        }
        lastOffset = batch.lastOffset();
        bytes += batch.size();
        batches++;
        records += recordsInRange;
    }

    /** Counts records of a batch that is counted already. */
    void addRecords(long more) {
        records += more;
    }

    long bytes() {
        return bytes;
    }

    long batches() {
        return batches;
    }

    long records() {
        return records;
    }

    /** Base offset of the first batch; -1 without batches. */
    long firstOffset() {
        return firstOffset;
    }

    /** Last offset of the last batch, inclusive; -1 without batches. */
    long lastOffset() {
        return lastOffset;
    }

    long baseTimestamp() {
        return baseTimestamp;
    }

    long maxTimestamp() {
        return maxTimestamp;
    }

    Timestamps timestampType() {
        return timestampType;
    }
}
