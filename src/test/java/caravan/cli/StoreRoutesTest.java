package caravan.cli;

import static org.assertj.core.api.Assertions.assertThat;

import caravan.store.DirectoryLocation;
import caravan.store.DirectoryStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which file has the routes of a store. */
class StoreRoutesTest {
    private static final String OURS = "classpath:routes/stores/directory.camel.yaml";

    @TempDir
    private Path routes;

    private StoreRoutes store;

    @BeforeEach
    void aDirectory() throws IOException {
        store = StoreRoutes.of(new DirectoryStore(new DirectoryLocation(routes)));
        Files.createDirectory(routes.resolve("stores"));
    }

    @Test
    void isTheOneOfTheKindInTheJar() {
        assertThat(store.locations(Optional.empty())).containsExactly(OURS);
        assertThat(store.locations(Optional.of(routes.resolve("nowhere")))).containsExactly(OURS);
        assertThat(store.locations(Optional.of(routes))).containsExactly(OURS);
    }

    @Test
    void isTheUsersOwnOfTheKind() throws IOException {
        // Given
        add("s3.camel.yaml");
        add("directory.camel.yaml");
        add("README.md");

        // Then
        assertThat(store.locations(Optional.of(routes)))
                .containsExactly("file:" + routes.resolve("stores/directory.camel.yaml"));
    }

    @Test
    void isNotTheUsersOwnOfAnotherKind() throws IOException {
        // Given
        add("s3.camel.yaml");

        // Then
        assertThat(store.locations(Optional.of(routes))).containsExactly(OURS);
    }

    @Test
    void isTheUsersOwnByAnyOtherName() throws IOException {
        // Given
        add("elsewhere.camel.xml");

        // Then
        assertThat(store.locations(Optional.of(routes)))
                .containsExactly("file:" + routes.resolve("stores/elsewhere.camel.xml"));
    }

    private void add(String file) throws IOException {
        Files.writeString(routes.resolve("stores").resolve(file), "");
    }
}
