package caravan.manage;

import java.util.Map;

/** One backup task over JMX. All counts are since the task was made in this process. */
public interface BackupMXBean {

    /** running, retrying, paused, stopped or failed. */
    String getState();

    /** What it last failed at; empty where it does not fail. */
    String getLastFailure();

    /** Bytes of log that are moved in a second, at most; 0 where there is no limit. */
    long getMaxRate();

    /** Changes it, until the service ends or the task gets other parameters; 0 for no limit. */
    void setMaxRate(long bytesPerSecond);

    /** Offsets of the partitions of this process that are not stored yet. */
    long getLagRecords();

    /** Seconds that the oldest offset that is not stored has been known to this process; 0 where everything is stored. */
    double getLagSeconds();

    /** By {@code topic-partition}: the offset up to which (exclusive) everything is stored. */
    Map<String, Long> getStoredOffsets();

    long getStoredRecords();

    long getStoredObjects();

    /** Bytes of stored objects. */
    long getStoredBytes();

    /** Bytes of log in stored objects. */
    long getStoredLogBytes();

    /** Attempts to store an object that failed. */
    long getUploadFailures();

    /** Gap keys that were written: ranges that Kafka deleted before they were stored. */
    long getGaps();

    /** Logs that differed from what was stored of them, and are backed up again from there on. */
    long getTruncations();

    /** Since something was stored, or everything was seen to be. */
    double getSecondsSinceLastSuccess();

    /** Since the consumer last polled; a suspended one still does. */
    double getSecondsSinceLastPoll();

    /** Bytes that the process's spool takes up, for all its tasks. */
    long getSpoolBytes();

    /** What the last check of the archive's keys found: ok, warning or failure; empty before the first. */
    String getVerification();

    /** Findings of the last check, one sentence each. */
    String[] getFindings();

    /** Topics that are meant by name, and that the cluster does not have. */
    String[] getMissingTopics();

    /** Stores all that is open, and waits for it; whether it was stored within a minute. */
    boolean flush() throws InterruptedException;

    /** Checks the keys of the archive for the topics of the task; ok, warning or failure. */
    String verify();
}
