package caravan.kafka;

import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/**
 * A chunk that is handed over to the producer without waiting for its acknowledgement, so that the next one can be read meanwhile.
 *
 * @param at offset in the target where its first record must come to lie; empty where that is not known
 * @param sequence of its first record, if it is the first chunk of its partition; of the others it is known
 * @param acknowledged completes when the brokers have all records of the chunk; fails where they refused some
 */
public record PendingChunk(Chunk chunk, OptionalLong at, int sequence, CompletableFuture<Void> acknowledged) {

    @Override
    public String toString() {
        return chunk.toString();
    }
}
