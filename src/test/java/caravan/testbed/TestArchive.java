package caravan.testbed;

import static java.nio.charset.StandardCharsets.UTF_8;

import caravan.archive.ArchiveKey;
import caravan.archive.Compression;
import caravan.archive.FrameCodecs;
import caravan.archive.GapDocument;
import caravan.archive.GapKey;
import caravan.archive.ObjectIdentity;
import caravan.archive.ObjectWriter;
import caravan.archive.PartitionFolder;
import caravan.archive.SealedObject;
import caravan.archive.Timeline;
import caravan.archive.TopicSnapshot;
import caravan.catalog.Catalog;
import caravan.store.S3Location;
import caravan.store.S3Store;
import caravan.store.Store;
import caravan.store.Stores;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.MemoryRecordsBuilder;
import org.apache.kafka.common.record.RecordBatch;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.utils.ByteBufferOutputStream;

/** An archive that is written object by object, without a cluster. */
public final class TestArchive {
    /** Timestamp of the record at offset 0; those of later ones are one millisecond apart. */
    public static final long TIME = 1_700_000_000_000L;

    /** A record to store. Key, value and the headers' values may be null. */
    public record Message(long offset, long timestamp, byte[] key, byte[] value, List<Header> headers) {
        /** A record with key {@code k<offset>} and value {@code v<offset>}. */
        public static Message at(long offset) {
            return new Message(
                    offset, TIME + offset, ("k" + offset).getBytes(UTF_8), ("v" + offset).getBytes(UTF_8), List.of());
        }

        /** The same at another time, epoch millis. */
        public Message withTimestamp(long other) {
            return new Message(offset, other, key, value, headers);
        }

        /** The same with another value. */
        public Message withValue(byte[] other) {
            return new Message(offset, timestamp, key, other, headers);
        }
    }

    private final String url;
    private final Store store;
    private final String archiveId;

    /** Begins an archive in a store of its own. */
    public TestArchive(TestS3 s3) {
        this.url = s3.newStore();
        this.store = new S3Store(s3.client(), S3Location.parse(url));
        this.archiveId = new Catalog(store).openOrCreate().archiveId();
    }

    /** Begins an archive in a store. */
    public TestArchive(Store store) {
        this.url = store.location();
        this.store = store;
        this.archiveId = new Catalog(store).openOrCreate().archiveId();
    }

    /** Begins an archive in a directory. */
    public TestArchive(Path directory) {
        this(Stores.open("file://" + directory));
    }

    /** The store's URL. */
    public String url() {
        return url;
    }

    public Store store() {
        return store;
    }

    public String archiveId() {
        return archiveId;
    }

    /** Writes the topic's first snapshot. */
    public void topic(String topic, Timeline timeline, int partitions, Map<Integer, Long> startOffsets) {
        topic(topic, timeline, partitions, startOffsets, Map.of(), "delete");
    }

    /** Writes a baseline's first snapshot. */
    public void baseline(String topic, Timeline timeline, Map<Integer, Long> startOffsets, Map<Integer, Long> ends) {
        topic(topic, timeline, ends.size(), startOffsets, ends, "delete");
    }

    /**
     * Writes the topic's first snapshot.
     *
     * @param endOffsets of a baseline
     */
    public void topic(
            String topic,
            Timeline timeline,
            int partitions,
            Map<Integer, Long> startOffsets,
            Map<Integer, Long> endOffsets,
            String cleanupPolicy) {
        TopicSnapshot snapshot = new TopicSnapshot(
                topic,
                timeline.topicId(),
                partitions,
                1,
                Map.of(
                        "retention.ms", new TopicSnapshot.Config("-1", TopicSnapshot.Source.TOPIC),
                        "cleanup.policy", new TopicSnapshot.Config(cleanupPolicy, TopicSnapshot.Source.DEFAULT)),
                "a-cluster",
                TIME,
                startOffsets,
                endOffsets);
        store.putIfAbsent(new ArchiveKey.Topic(topic, timeline, TIME).path(), snapshot.toJson());
    }

    /** Stores an object of these records; returns its key, without the store's prefix. */
    public String object(PartitionFolder folder, long from, long next, List<Message> messages) {
        return object(folder, from, next, 0, false, messages);
    }

    /** Stores an object; returns its key, without the store's prefix. */
    public String object(
            PartitionFolder folder, long from, long next, int epoch, boolean transformed, List<Message> messages) {
        return object(folder, from, next, epoch, transformed, batches(messages, epoch));
    }

    /** Stores an object of these batches; returns its key, without the store's prefix. */
    public String object(
            PartitionFolder folder, long from, long next, int epoch, boolean transformed, ByteBuffer batches) {
        ObjectIdentity identity = new ObjectIdentity(
                archiveId, "a-cluster", folder.topic(), folder.timeline(), folder.partition(), "a test");
        try (FrameCodecs codecs = new FrameCodecs(1)) {
            Path directory = Files.createTempDirectory("caravan-object");
            ObjectWriter writer = new ObjectWriter(
                    directory.resolve("object.zip"),
                    directory.resolve("pending"),
                    identity,
                    from,
                    Compression.ZSTD,
                    codecs);
            writer.append(batches, from, next, epoch, transformed);
            SealedObject sealed = writer.seal(TIME);
            String key = folder.key(sealed.key());
            Map<String, String> metadata = Map.of(
                    "records", Long.toString(sealed.key().records()),
                    "log-bytes", Long.toString(sealed.manifest().logBytes()));
            store.putIfAbsent(key, sealed.file(), metadata, sealed.crc32c());
            Files.delete(sealed.file());
            Files.delete(directory);
            return key;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Names a gap by retention; returns its key. */
    public String gap(PartitionFolder folder, long from, long next) {
        return gap(folder, from, next, GapDocument.Reason.RETENTION);
    }

    /** Names a gap; returns its key. */
    public String gap(PartitionFolder folder, long from, long next, GapDocument.Reason reason) {
        GapKey gap = new GapKey(from, next, -1);
        store.putIfAbsent(folder.key(gap), new GapDocument(reason, from, next, next, TIME, "a test").toJson());
        return folder.key(gap);
    }

    /** A batch of these records; nothing where there are none. */
    public static ByteBuffer batches(List<Message> messages, int epoch) {
        if (messages.isEmpty()) {
            return ByteBuffer.allocate(0);
        }
        MemoryRecordsBuilder builder = new MemoryRecordsBuilder(
                new ByteBufferOutputStream(1024),
                RecordBatch.MAGIC_VALUE_V2,
                org.apache.kafka.common.compress.Compression.NONE,
                TimestampType.CREATE_TIME,
                messages.get(0).offset(),
                RecordBatch.NO_TIMESTAMP,
                RecordBatch.NO_PRODUCER_ID,
                RecordBatch.NO_PRODUCER_EPOCH,
                RecordBatch.NO_SEQUENCE,
                false,
                false,
                epoch,
                Integer.MAX_VALUE);
        for (Message message : messages) {
            builder.appendWithOffset(
                    message.offset(),
                    message.timestamp(),
                    message.key(),
                    message.value(),
                    message.headers().toArray(Header[]::new));
        }
        return builder.build().buffer().duplicate();
    }
}
