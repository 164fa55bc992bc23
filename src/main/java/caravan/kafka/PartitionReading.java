package caravan.kafka;

import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * One assignment as it is read: where it starts, how far it is, and why it is paused. For the polling thread only; others just
 * complete the future of its start.
 */
final class PartitionReading {

    /** Why nothing is fetched. */
    enum Pause {
        /** its place in the archive is being looked up */
        STARTING,
        /** the spool or its uploads are behind */
        BACKLOG,
        /** a person has to look at it */
        STOPPED
    }

    private final Assignment assignment;
    private final Set<Pause> pauses = EnumSet.of(Pause.STARTING);
    private Optional<CompletableFuture<Start>> starting = Optional.empty();
    private Optional<Start> start = Optional.empty();
    private long position;

    PartitionReading(Assignment assignment) {
        this.assignment = assignment;
    }

    Assignment assignment() {
        return assignment;
    }

    /** Its start is being looked up. */
    void startsWith(CompletableFuture<Start> found) {
        starting = Optional.of(found);
    }

    /** Its start, once, when the search for it has come to an end, good or bad. */
    Optional<CompletableFuture<Start>> takeStart() {
        Optional<CompletableFuture<Start>> ended = starting.filter(CompletableFuture::isDone);
        if (ended.isPresent()) {
            starting = Optional.empty();
        }
        return ended;
    }

    /** From here on it is fetched. */
    void begin(Start found) {
        start = Optional.of(found);
        position = found.offset();
        pauses.remove(Pause.STARTING);
    }

    boolean begun() {
        return start.isPresent();
    }

    /** End of what was handed out, exclusive. */
    long position() {
        return position;
    }

    /** The next chunk; moves the position to its end. */
    Chunk take(ChunkSource.Fetched fetched) {
        Chunk chunk = new Chunk(
                assignment.partition(),
                start.orElseThrow().topicId(),
                assignment.number(),
                position,
                fetched.next(),
                fetched.epoch(),
                fetched.batches(),
                false,
                fetched.view(),
                fetched.release());
        position = fetched.next();
        return chunk;
    }

    void pause(Pause why) {
        pauses.add(why);
    }

    void resume(Pause why) {
        pauses.remove(why);
    }

    boolean paused() {
        return !pauses.isEmpty();
    }

    boolean stopped() {
        return pauses.contains(Pause.STOPPED);
    }
}
