package caravan.cli;

import caravan.store.DirectoryStore;
import caravan.store.S3Store;
import caravan.store.Store;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The route file of a store, and what it refers to besides the bean {@code store}.
 *
 * @param kind the name of the file, as in {@code routes/stores/s3.camel.yaml}
 * @param properties placeholders in it
 * @param beans references in it
 */
record StoreRoutes(String kind, Map<String, String> properties, Map<String, Object> beans) {
    private static final String S3 = "s3";
    private static final String DIRECTORY = "directory";
    private static final List<String> KINDS = List.of(S3, DIRECTORY);

    static StoreRoutes of(Store store) {
        if (store instanceof S3Store s3) {
            return new StoreRoutes(
                    S3,
                    Map.of(
                            "caravan.store.bucket", s3.s3().bucket(),
                            "caravan.store.prefix", s3.s3().prefix()),
                    Map.of("s3Client", s3.client()));
        }
        if (store instanceof DirectoryStore) {
            return new StoreRoutes(DIRECTORY, Map.of(), Map.of());
        }
        throw new IllegalArgumentException("no route file for " + store);
    }

    /**
     * What to load: from the user's routes, if they have files in {@code stores/} that are not another kind's, else the file in
     * the jar.
     */
    List<String> locations(Optional<Path> routes) {
        List<String> own =
                routes.map(directory -> own(directory.resolve("stores"))).orElse(List.of());
        return own.isEmpty() ? List.of("classpath:routes/stores/" + kind + ".camel.yaml") : own;
    }

    private List<String> own(Path directory) {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> isOwn(file.getFileName().toString()))
                    .map(file -> "file:" + file)
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean isOwn(String file) {
        int end = file.indexOf(".camel.");
        String name = end < 0 ? "" : file.substring(0, end);
        return file.matches(".*\\.camel\\.(yaml|xml)") && (name.equals(kind) || !KINDS.contains(name));
    }
}
