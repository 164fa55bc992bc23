package caravan.torture;

/** Whether the S3 server or brokers are, or were, in trouble: then a process that just starts may be turned away. */
final class Weather {
    private int storms;
    private long lastEnd = Long.MIN_VALUE;

    /** Something that processes meet at their start begins to fail. */
    synchronized void storm() {
        storms++;
    }

    /** It does not any more. */
    synchronized void calm() {
        storms--;
        lastEnd = System.nanoTime();
    }

    /** Whether something failed at some time since {@code nanoTime}. */
    synchronized boolean stormySince(long nanoTime) {
        return storms > 0 || lastEnd != Long.MIN_VALUE && lastEnd - nanoTime > 0;
    }
}
