package caravan.manage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import caravan.archive.PartitionFolder;
import caravan.archive.Timeline;
import caravan.kafka.KafkaSettings;
import caravan.manage.TaskException.Kind;
import caravan.manage.Verifications.Status;
import caravan.manage.Verifications.Wanted;
import caravan.store.Store;
import caravan.testbed.TestArchive;
import caravan.testbed.TestArchive.Message;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.LongStream;
import org.apache.kafka.common.Uuid;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A verification that somebody asks a service for says how far it is, what it found, and what that means. */
class VerificationsTest {
    private static final PartitionFolder FOLDER =
            new PartitionFolder("orders", Timeline.of(Uuid.fromString("hWcjnPAVTFm0pCxYgPWGyQ")), 0);
    private static final KafkaSettings NO_KAFKA =
            new KafkaSettings("127.0.0.1:1", Map.of("default.api.timeout.ms", "300", "request.timeout.ms", "200"));

    @TempDir
    private Path directory;

    private TestArchive archive;
    private String object;

    @BeforeEach
    void anArchiveOfTwoObjects() {
        archive = new TestArchive(directory);
        archive.topic("orders", FOLDER.timeline(), 1, Map.of());
        object = archive.object(
                FOLDER, 0, 10, LongStream.range(0, 10).mapToObj(Message::at).toList());
        archive.object(
                FOLDER, 10, 20, LongStream.range(10, 20).mapToObj(Message::at).toList());
    }

    private static Status ended(Verifications verifications, Status begun) {
        Awaitility.await()
                .pollInterval(Duration.ofMillis(5))
                .until(() -> !verifications.of(begun.id()).state().equals("running"));
        return verifications.of(begun.id());
    }

    @Test
    void aSoundArchiveIsOk() {
        try (Verifications verifications = new Verifications(archive.store(), NO_KAFKA)) {
            Status keys = ended(verifications, verifications.start(new Wanted(null, false, false)));
            Status data = ended(verifications, verifications.start(new Wanted("orders", true, false)));

            assertThat(keys.state()).isEqualTo("done");
            assertThat(keys.result()).isEqualTo("ok");
            assertThat(keys.checkedObjects()).isEqualTo(2);
            assertThat(keys.plannedObjects()).isNull();
            assertThat(data.result()).isEqualTo("ok");
            assertThat(data.plannedObjects()).isEqualTo(2);
            assertThat(data.checkedObjects()).isEqualTo(2);
            assertThat(data.checkedBytes()).isPositive();
            assertThat(data.endedAt()).isGreaterThanOrEqualTo(data.startedAt());
            assertThat(verifications.all()).extracting(Status::id).containsExactly(data.id(), keys.id());
        }
    }

    @Test
    void aFlippedBitIsDamageAndAGapNeedsAttention() throws IOException {
        archive.gap(FOLDER, 20, 25);
        try (Verifications verifications = new Verifications(archive.store(), NO_KAFKA)) {
            Status gap = ended(verifications, verifications.start(new Wanted(null, false, false)));
            byte[] bytes = Files.readAllBytes(directory.resolve(object));
            bytes[bytes.length / 4] ^= 1;
            Files.write(directory.resolve(object), bytes);
            Status damage = ended(verifications, verifications.start(new Wanted(null, true, false)));
            Status missing = ended(verifications, verifications.start(new Wanted("payments", false, false)));

            assertThat(gap.result()).isEqualTo("attention");
            assertThat(gap.findings()).extracting(finding -> finding.kind()).containsExactly("gap");
            assertThat(damage.result()).isEqualTo("damage");
            assertThat(damage.findings())
                    .filteredOn(finding -> finding.kind().equals("object"))
                    .singleElement()
                    .satisfies(finding -> assertThat(finding.key()).isEqualTo(object));
            assertThat(missing.result()).isEqualTo("attention");
            assertThat(missing.findings()).extracting(finding -> finding.kind()).containsExactly("missing-topic");
        }
    }

    @Test
    void oneRunsAtATimeAndCanBeCancelled() {
        CountDownLatch reading = new CountDownLatch(1);
        try (Verifications verifications = new Verifications(held(archive.store(), reading), NO_KAFKA)) {
            Status first = verifications.start(new Wanted(null, true, false));
            assertThatThrownBy(() -> verifications.start(new Wanted(null, false, false)))
                    .isInstanceOfSatisfying(TaskException.class, refused -> assertThat(refused.kind())
                            .isEqualTo(Kind.CONFLICT));
            Awaitility.await().until(() -> reading.getCount() == 0);

            verifications.delete(first.id());

            Status cancelled = ended(verifications, first);
            assertThat(cancelled.state()).isEqualTo("cancelled");
            assertThat(cancelled.result()).isNull();
            assertThat(cancelled.error()).isNull();
            verifications.delete(first.id());
            assertThatThrownBy(() -> verifications.of(first.id())).hasMessageStartingWith("there is no verification");
        }
    }

    /** A store whose objects can't be read before the reader is interrupted. */
    private static Store held(Store store, CountDownLatch reading) {
        return (Store) Proxy.newProxyInstance(
                Store.class.getClassLoader(), new Class<?>[] {Store.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("open")) {
                        reading.countDown();
                        new CountDownLatch(1).await();
                    }
                    try {
                        return method.invoke(store, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @Test
    void whatCantBeDoneIsSaid() {
        try (Verifications verifications = new Verifications(archive.store(), NO_KAFKA)) {
            assertThatThrownBy(() -> verifications.start(new Wanted("pay.(*", false, false)))
                    .isInstanceOfSatisfying(TaskException.class, refused -> assertThat(refused.kind())
                            .isEqualTo(Kind.INVALID));
            assertThat(verifications.all()).isEmpty();

            Status against = ended(verifications, verifications.start(new Wanted(null, false, true)));

            assertThat(against.state()).isEqualTo("failed");
            assertThat(against.error()).isNotEmpty();
        }
    }

    @Test
    void theLastTwentyAreRemembered() {
        try (Verifications verifications = new Verifications(archive.store(), NO_KAFKA)) {
            for (int i = 0; i < 25; i++) {
                ended(verifications, verifications.start(new Wanted(null, false, false)));
            }

            assertThat(verifications.all()).hasSize(20);
        }
    }
}
