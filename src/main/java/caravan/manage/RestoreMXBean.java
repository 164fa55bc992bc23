package caravan.manage;

/** One restore task over JMX. */
public interface RestoreMXBean {

    /** running, retrying, paused, stopped, failed or finished. */
    String getState();

    /** Why it failed; empty where it did not. */
    String getLastFailure();

    /** Bytes of log that are moved in a second, at most; 0 where there is no limit. */
    long getMaxRate();

    /** Changes it, until the service ends or the task gets other parameters; 0 for no limit. */
    void setMaxRate(long bytesPerSecond);

    /** A random id of the run; its report has it in its key. */
    String getRestoreId();

    /** Records that were produced and acknowledged. */
    long getRecords();

    /** Records that the plan has; an upper bound where objects overlap. */
    long getPlannedRecords();

    /** Bytes of objects that are restored. */
    long getBytes();

    /** Bytes of objects that the plan has. */
    long getPlannedBytes();

    /** Objects that are restored. */
    long getObjects();

    /** What a person should look at after it finished. */
    String[] getAttention();
}
