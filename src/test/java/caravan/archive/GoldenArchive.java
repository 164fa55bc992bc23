package caravan.archive;

import static caravan.archive.TestBatches.TIME;
import static caravan.archive.TestBatches.header;
import static caravan.archive.TestBatches.join;
import static caravan.archive.TestBatches.plain;
import static caravan.archive.TestBatches.records;

import caravan.archive.TestBatches.Rec;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.record.CompressionType;

/**
 * Wrote the small archive in {@code src/test/resources/golden}, once. What lies there stays as it is for ever: it is what users have
 * in their buckets. A later kind of object gets a directory of its own.
 */
public final class GoldenArchive {
    static final Timeline TIMELINE = new Timeline(Uuid.fromString("iYr6zEfpTEuyx0h2pFjMKg"), 0);
    static final PartitionFolder FOLDER = new PartitionFolder("orders", TIMELINE, 3);
    static final ObjectIdentity IDENTITY =
            new ObjectIdentity("golden-archive", "golden-cluster", "orders", TIMELINE, 3, "caravan 0.1.0");

    static final ArchiveDocument ARCHIVE = ArchiveDocument.of("golden-archive", TIME);
    static final ArchiveKey.Topic TOPIC_KEY = new ArchiveKey.Topic("orders", TIMELINE, TIME + 1);
    static final TopicSnapshot TOPIC = new TopicSnapshot(
            "orders",
            TIMELINE.topicId(),
            4,
            3,
            Map.of(
                    "cleanup.policy", new TopicSnapshot.Config("delete", TopicSnapshot.Source.DEFAULT),
                    "max.message.bytes", new TopicSnapshot.Config("2097152", TopicSnapshot.Source.BROKER),
                    "retention.ms", new TopicSnapshot.Config("3600000", TopicSnapshot.Source.TOPIC)),
            "golden-cluster",
            TIME + 1,
            Map.of(0, 0L, 1, 17L, 2, 0L, 3, 0L),
            Map.of());
    static final ArchiveKey.Topic BASELINE_KEY =
            new ArchiveKey.Topic("orders", new Timeline(TIMELINE.topicId(), 1), TIME + 2);
    static final TopicSnapshot BASELINE = new TopicSnapshot(
            "orders",
            TIMELINE.topicId(),
            1,
            1,
            Map.of("cleanup.policy", new TopicSnapshot.Config("compact", TopicSnapshot.Source.TOPIC)),
            "golden-cluster",
            TIME + 2,
            Map.of(0, 5L),
            Map.of(0, 9L));
    static final ArchiveKey.Groups GROUPS_KEY = new ArchiveKey.Groups(TIME + 3);
    static final GroupsSnapshot GROUPS = new GroupsSnapshot(
            "golden-cluster",
            TIME + 3,
            List.of(new GroupsSnapshot.Group(
                    "billing",
                    List.of(
                            new GroupsSnapshot.Committed("orders", TIMELINE.topicId(), 2, 42, 4, "note"),
                            new GroupsSnapshot.Committed("orders", TIMELINE.topicId(), 3, 7, -1, "")))));
    static final GapKey GAP_KEY = new GapKey(40, 55, -1);
    static final GapDocument GAP = GapDocument.retention(GAP_KEY, 55, TIME + 4, "caravan 0.1.0");

    private GoldenArchive() {}

    /** Takes one argument, the directory to write to, which must not exist. */
    public static void main(String[] arguments) throws IOException {
        Path golden = Files.createDirectory(Path.of(arguments[0]));
        Path archive = Files.createDirectory(golden.resolve("archive"));
        write(archive.resolve(ArchiveLayout.ARCHIVE), ARCHIVE.toJson());
        write(archive.resolve(TOPIC_KEY.path()), TOPIC.toJson());
        write(archive.resolve(BASELINE_KEY.path()), BASELINE.toJson());
        write(archive.resolve(GROUPS_KEY.path()), GROUPS.toJson());
        write(archive.resolve(FOLDER.key(GAP_KEY)), GAP.toJson());

        List<String> lines = new ArrayList<>();
        for (SealedObject object : objects(Files.createTempDirectory("golden"))) {
            Path path = archive.resolve(FOLDER.key(object.key()));
            write(path, Files.readAllBytes(object.file()));
            TestObjects.stream(Files.readAllBytes(path), object.key())
                    .forEach(rec -> lines.add(line(object.key().fileName(), rec)));
        }
        Files.write(golden.resolve("records.jsonl"), lines);
    }

    private static List<SealedObject> objects(Path spool) throws IOException {
        try (FrameCodecs codecs = new FrameCodecs(1)) {
            List<SealedObject> objects = new ArrayList<>();

            ObjectWriter zstd = writer(spool, "zstd", 2, Compression.ZSTD, codecs);
            zstd.append(join(plain().batch(records(0, 8)), awkward()), 2, 15, 3, false);
            zstd.append(plain().batch(records(15, 22)), 15, 20, 3, false);
            objects.add(zstd.seal(TIME + 10));

            ObjectWriter stored = writer(spool, "stored", 20, Compression.AUTO, codecs);
            stored.append(
                    join(
                            plain().codec(CompressionType.GZIP).batch(records(20, 25)),
                            plain().codec(CompressionType.SNAPPY).batch(records(25, 30)),
                            plain().codec(CompressionType.LZ4).batch(records(30, 35)),
                            plain().codec(CompressionType.ZSTD)
                                    .logAppendTime(TIME + 5000)
                                    .batch(records(35, 40))),
                    20,
                    40,
                    3,
                    false);
            objects.add(stored.seal(TIME + 20));

            ObjectWriter deflate = writer(spool, "deflate", 55, Compression.DEFLATE, codecs);
            deflate.append(
                    join(
                            plain().epoch(4).baseOffset(55).batch(Rec.at(58), Rec.at(61)),
                            plain().epoch(4).deleteHorizon(TIME + 86_400_000).batch(Rec.at(65), Rec.at(66)),
                            plain().epoch(4).batch(records(70, 78))),
                    55,
                    80,
                    4,
                    true);
            objects.add(deflate.seal(TIME + 30));

            ObjectWriter rewritten = writer(spool, "rewritten", 75, Compression.ZSTD, codecs);
            rewritten.append(plain().epoch(5).batch(records(75, 79)), 75, 79, 5, false);
            objects.add(rewritten.seal(TIME + 40));

            ObjectWriter empty = writer(spool, "empty", 79, Compression.AUTO, codecs);
            empty.append(ByteBuffer.allocate(0), 79, 90, -1, false);
            objects.add(empty.seal(TIME + 50));
            return objects;
        }
    }

    private static ObjectWriter writer(
            Path spool, String name, long from, Compression compression, FrameCodecs codecs) {
        return new ObjectWriter(
                spool.resolve(name + ".zip"),
                spool.resolve(name + ".pending"),
                IDENTITY,
                from,
                compression,
                codecs,
                150,
                ObjectWriter.MAX_LOG_BYTES);
    }

    private static ByteBuffer awkward() {
        return plain().batch(
                        Rec.at(8).withKey(null),
                        Rec.at(9).withKey(new byte[0]),
                        Rec.at(10).withValue(null),
                        Rec.at(11).withValue(new byte[0]),
                        Rec.at(12)
                                .withHeaders(List.of(
                                        header("a-b", null),
                                        header("a-b", new byte[0]),
                                        header("ключ", new byte[] {0, -1}))),
                        Rec.at(13).withTimestamp(0),
                        Rec.at(14).withTimestamp(253_402_300_799_999L));
    }

    private static void write(Path path, byte[] content) throws IOException {
        Files.createDirectories(path.getParent());
        Files.write(path, content);
    }

    private static String line(String object, Rec rec) {
        ObjectNode line = new ObjectMapper().createObjectNode();
        line.put("object", object)
                .put("offset", rec.offset())
                .put("timestamp", rec.timestamp())
                .put("key", rec.key())
                .put("value", rec.value());
        ArrayNode headers = line.putArray("headers");
        rec.headers().forEach(header -> headers.addArray().add(header.key()).add(header.value()));
        return line.toString();
    }

    /** A record as a line says it. */
    static Rec rec(JsonNode line) throws IOException {
        List<Header> headers = new ArrayList<>();
        for (JsonNode header : line.get("headers")) {
            headers.add(header(header.get(0).textValue(), header.get(1).binaryValue()));
        }
        return new Rec(
                line.get("offset").longValue(),
                line.get("timestamp").longValue(),
                line.get("key").binaryValue(),
                line.get("value").binaryValue(),
                headers);
    }
}
