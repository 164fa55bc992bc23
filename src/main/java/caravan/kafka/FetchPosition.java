package caravan.kafka;

import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/** How far one partition is fetched, from its start on, and what holds it back. Belongs to the thread that fetches. */
final class FetchPosition {

    /**
     * What a broker was asked of a partition.
     *
     * @param number of the beginning
     * @param ofLeader whether the broker led the partition, as far as was known then
     */
    record Asked(long number, long offset, boolean ofLeader) {}

    private final TopicPartition partition;
    private final long number;
    private final Uuid topicId;
    private long offset;
    private Optional<Integer> epoch;
    private boolean paused = true;
    private long retryAt;
    private int damaged;
    private OptionalLong epochUnknownSince = OptionalLong.empty();
    private Optional<Integer> replica = Optional.empty();
    private long replicaUntil;
    private long logEnd = Long.MAX_VALUE;
    private long endedAt = -1;

    FetchPosition(TopicPartition partition, long number, Start start) {
        this.partition = partition;
        this.number = number;
        this.topicId = start.topicId();
        this.offset = start.offset();
        this.epoch = start.leaderEpoch();
    }

    TopicPartition partition() {
        return partition;
    }

    long number() {
        return number;
    }

    Uuid topicId() {
        return topicId;
    }

    /** The next one to fetch. */
    long offset() {
        return offset;
    }

    /** Partition leader epoch of what was fetched last. */
    Optional<Integer> epoch() {
        return epoch;
    }

    Asked asked(boolean ofLeader) {
        return new Asked(number, offset, ofLeader);
    }

    /** Whether an answer is for what would be asked now: not for an earlier beginning, nor the second one to the same question. */
    boolean waitsFor(Asked asked) {
        return asked.number() == number && asked.offset() == offset;
    }

    /** All before {@code next} was fetched. */
    void advance(long next, int leaderEpoch) {
        offset = next;
        epoch = Optional.of(leaderEpoch).filter(known -> known >= 0);
        damaged = 0;
    }

    /**
     * A broker said where the log ends.
     *
     * @param end of what can be read, exclusive
     * @param now epoch millis
     */
    void logEnds(long end, long now) {
        logEnd = end;
        nothingNew(now);
    }

    /** A broker had nothing new to say. */
    void nothingNew(long now) {
        if (offset >= logEnd) {
            endedAt = now;
        }
    }

    /** When it was last known that nothing lies at the offset yet, epoch millis; -1 for never. */
    long endedAt() {
        return endedAt;
    }

    /** How often what lies at the offset came damaged, this time included. */
    int damaged() {
        return ++damaged;
    }

    /** For how long, milliseconds, brokers have answered nothing but that they don't know the leader epoch that they are asked with. */
    long epochUnknown(long now) {
        epochUnknownSince = OptionalLong.of(epochUnknownSince.orElse(now));
        return now - epochUnknownSince.getAsLong();
    }

    void epochKnown() {
        epochUnknownSince = OptionalLong.empty();
    }

    boolean paused() {
        return paused;
    }

    void pause(boolean pause) {
        paused = pause;
    }

    /** No sooner it is asked for, epoch millis. */
    long retryAt() {
        return retryAt;
    }

    void retryAt(long time) {
        retryAt = time;
    }

    /** The follower to read from for now. */
    Optional<Integer> replica(long now) {
        if (now >= replicaUntil) {
            replica = Optional.empty();
        }
        return replica;
    }

    void prefer(int follower, long until) {
        replica = Optional.of(follower);
        replicaUntil = until;
    }

    void forgetReplica() {
        replica = Optional.empty();
    }
}
