package caravan.routes;

import static org.assertj.core.api.Assertions.assertThat;

import caravan.archive.FrameCodecs;
import caravan.backup.ExistingObject;
import caravan.kafka.KafkaSettings;
import caravan.kafka.Tasks;
import caravan.store.S3Location;
import caravan.store.S3Store;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.apache.camel.main.Main;
import org.apache.camel.model.ModelCamelContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** Every file in routes/ loads, with what the process binds for it; nothing is started, so no server is needed. */
class RouteFilesTest {
    private static final String SPINE = "file:routes/templates/*.camel.yaml,file:routes/stores/s3.camel.yaml";

    static Stream<Path> examples() throws IOException {
        return Files.list(Path.of("routes/examples"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3", "directory"})
    void everyStoreHasTheSameEntries(String store) throws Exception {
        try (Loaded loaded = new Loaded("file:routes/stores/" + store + ".camel.yaml")) {
            assertThat(loaded.context().getRouteDefinitions())
                    .extracting("id")
                    .containsExactlyInAnyOrder("store-put", "store-get");
        }
    }

    @Test
    void theSpineHasTheTemplatesAndTheEntriesOfAStore() throws Exception {
        try (Loaded loaded = new Loaded(SPINE)) {
            assertThat(loaded.context().getRouteTemplateDefinitions())
                    .extracting("id")
                    .containsExactlyInAnyOrder(
                            "kafka-backup", "kafka-backup-records", "kafka-restore", "kafka-restore-records");
            assertThat(loaded.context().getRouteDefinitions())
                    .extracting("id")
                    .containsExactlyInAnyOrder("store-put", "store-get");
        }
    }

    @ParameterizedTest
    @MethodSource("examples")
    void anExampleMakesRoutes(Path example) throws Exception {
        try (Loaded loaded = new Loaded(SPINE + ",file:" + example)) {
            assertThat(loaded.context().getRoutes()).as("routes of " + example).hasSizeGreaterThan(2);
        }
    }

    @Test
    void noFileIsLeftOut() throws Exception {
        try (Stream<Path> files = Files.walk(Path.of("routes"))) {
            List<Path> others = files.filter(Files::isRegularFile)
                    .filter(file -> !file.toString().matches(".*\\.camel\\.(yaml|xml)"))
                    .toList();
            assertThat(others).isEmpty();
        }
    }

    /** Camel with route files, not started. */
    private static final class Loaded implements AutoCloseable {
        private final Main main = new Main();

        private Loaded(String patterns) throws Exception {
            S3Client client = S3Client.builder()
                    .region(Region.US_EAST_1)
                    .credentialsProvider(AnonymousCredentialsProvider.create())
                    .build();
            S3Store store = new S3Store(client, S3Location.parse("s3://bucket/prefix"));
            main.configure().setRoutesIncludePattern(patterns);
            main.configure().setAutoStartup(false);
            main.addInitialProperty("caravan.bootstrap.servers", "localhost:9092");
            main.addInitialProperty("caravan.store.bucket", "bucket");
            main.addInitialProperty("caravan.store.prefix", "prefix/");
            main.bind("store", store);
            main.bind("s3Client", client);
            main.bind("kafka", new KafkaSettings("localhost:9092"));
            main.bind("tasks", new Tasks());
            main.bind("existingObject", new ExistingObject(store));
            main.bind("frameCodecs", new FrameCodecs(1));
            main.bind("uploads", Executors.newSingleThreadExecutor());
            main.bind("restores", Executors.newSingleThreadExecutor());
            main.start();
        }

        private ModelCamelContext context() {
            return (ModelCamelContext) main.getCamelContext();
        }

        @Override
        public void close() {
            main.stop();
        }
    }
}
