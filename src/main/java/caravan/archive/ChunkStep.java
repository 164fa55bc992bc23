package caravan.archive;

/** What becomes of a chunk that arrives for an object which covers everything before its own {@code next}. */
public sealed interface ChunkStep {

    /**
     * The chunk goes on where the object ends, or before it: it is appended from there.
     *
     * @param range what the object then covers more
     */
    record Append(OffsetRange range) implements ChunkStep {}

    /** The object covers the whole chunk already. */
    record Drop() implements ChunkStep {}

    /**
     * The chunk begins behind the object's end: the object is complete, because an object never spans a jump.
     *
     * @param missing what neither answers for
     */
    record Jump(OffsetRange missing) implements ChunkStep {}

    /**
     * @param objectNext end of what the object covers, exclusive
     * @param chunk what the chunk answers for
     */
    static ChunkStep of(long objectNext, OffsetRange chunk) {
        if (chunk.from() > objectNext) {
            return new Jump(new OffsetRange(objectNext, chunk.from()));
        }
        return chunk.next() > objectNext ? new Append(new OffsetRange(objectNext, chunk.next())) : new Drop();
    }
}
