package caravan.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import caravan.archive.PartitionFolder;
import caravan.archive.Timeline;
import caravan.catalog.PartitionEpochs.Place;
import caravan.testbed.TestArchive;
import caravan.testbed.TestArchive.Message;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;

/** Up to where a log can be the same as what an archive holds, of which it is known up to which epoch it has it. */
class PartitionEpochsTest {
    private static final PartitionFolder FOLDER =
            new PartitionFolder("orders", Timeline.of(Uuid.fromString("hWcjnPAVTFm0pCxYgPWGyQ")), 0);

    private final TestArchive archive = new TestArchive(new MemoryStore());

    @Test
    void whereAKeyEndsItsEpochIsKnownWithoutALookIntoIt() {
        // Given: keys of objects that are not there
        MemoryStore store = (MemoryStore) archive.store();
        store.add(FOLDER.path() + "00000000000000000000-00000000000000000010-1-10-5-5.zip");
        store.add(FOLDER.path() + "00000000000000000010-00000000000000000020-3-10-5-5.zip");
        store.add(FOLDER.path() + "00000000000000000020-00000000000000000030-3-10-5-5.zip");

        // Then
        assertPlace(lastUpTo(30, 3), 30, 3);
        assertPlace(lastUpTo(30, 7), 30, 3);
        assertPlace(lastUpTo(20, 3), 20, 3);
        assertPlace(lastUpTo(10, 3), 10, 1);
        assertThat(PartitionEpochs.of(store, FOLDER, 0).end().offset()).isEqualTo(30);
    }

    @Test
    void insideOfAnObjectItsBatchesTell() {
        // Given: three epochs in one object
        object(0, 30, 3, batch(0, 10, 1), batch(10, 15, 2), batch(15, 30, 3));

        // Then
        assertPlace(lastUpTo(30, 2), 15, 2);
        assertPlace(lastUpTo(30, 1), 10, 1);
        assertPlace(lastUpTo(12, 2), 12, 2);
        assertPlace(lastUpTo(12, 1), 10, 1);
        assertPlace(lastUpTo(20, 3), 20, 3);
        assertThat(lastUpTo(30, 0)).isEqualTo(new Place(0, Optional.empty(), Optional.empty()));
    }

    @Test
    void whatWasNotStoredIsOfTheEpochOfWhatLiesAroundIt() {
        // Given: markers at 5 to 9, of the epoch before or behind them; and at 15 to 19, of the one on both sides
        object(0, 30, 2, batch(0, 5, 1), batch(10, 15, 2), batch(20, 30, 2));

        // Then
        assertPlace(lastUpTo(8, 1), 5, 1);
        assertPlace(lastUpTo(8, 2), 5, 1);
        assertPlace(lastUpTo(18, 2), 18, 2);
        assertPlace(lastUpTo(18, 1), 5, 1);
    }

    @Test
    void anObjectWithoutRecordsIsOfTheEpochOfWhatLiesAroundIt() {
        // Given
        object(0, 10, 1, batch(0, 10, 1));
        object(10, 20, 1);
        object(20, 30, 2);

        // Then
        assertPlace(lastUpTo(15, 1), 15, 1);
        assertPlace(lastUpTo(25, 2), 20, 1);
        assertPlace(lastUpTo(30, 2), 30, 2);
    }

    @Test
    void whereAKeyDoesNotTellItsBatchesMay() {
        // Given: as one that was filled with records ends in a marker
        object(0, 10, -1, batch(0, 5, 1), batch(5, 8, 2));
        archive.gap(FOLDER, 10, 20);

        // Then: not behind the gap, before which nobody knows what there was
        assertPlace(lastUpTo(20, 7), 8, 2);
        assertPlace(lastUpTo(7, 2), 7, 2);
        assertPlace(lastUpTo(7, 1), 5, 1);
    }

    @Test
    void whatWasMadeVoidDoesNotCount() {
        // Given: a log that was truncated at 10 before
        object(0, 20, 1, batch(0, 20, 1));
        object(10, 15, 3, batch(10, 15, 3));

        // Then
        assertPlace(PartitionEpochs.of(archive.store(), FOLDER, 0).end(), 15, 3);
        assertPlace(lastUpTo(15, 2), 10, 1);
        assertThat(PartitionEpochs.of(archive.store(), FOLDER, 0).behind(15))
                .as("it would count again if it were not for what made it void")
                .hasSize(1);
    }

    @Test
    void whatLiesBehindAHoleDoesNotCount() {
        object(0, 10, 1, batch(0, 10, 1));
        object(15, 20, 1, batch(15, 20, 1));

        assertPlace(PartitionEpochs.of(archive.store(), FOLDER, 0).end(), 10, 1);
        assertPlace(lastUpTo(10, 1), 10, 1);
    }

    private Place lastUpTo(long limit, int highest) {
        return PartitionEpochs.of(archive.store(), FOLDER, 0).lastUpTo(limit, highest);
    }

    private static void assertPlace(Place place, long offset, int epoch) {
        assertThat(place.offset()).isEqualTo(offset);
        assertThat(place.epoch()).contains(epoch);
        assertThat(place.key()).isPresent();
    }

    private void object(long from, long next, int epoch, ByteBuffer... batches) {
        ByteBuffer all = ByteBuffer.allocate(
                Stream.of(batches).mapToInt(ByteBuffer::remaining).sum());
        Stream.of(batches).forEach(all::put);
        archive.object(FOLDER, from, next, epoch, false, all.flip());
    }

    private static ByteBuffer batch(long from, long next, int epoch) {
        List<Message> messages =
                LongStream.range(from, next).mapToObj(Message::at).toList();
        return TestArchive.batches(messages, epoch);
    }
}
