package caravan.restore;

import static org.assertj.core.api.Assertions.assertThat;

import caravan.store.Store;
import caravan.store.StoreException;
import caravan.store.Stores;
import java.nio.file.Path;
import org.apache.camel.CamelExecutionException;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RestoreFailuresTest {

    @Test
    void anObjectOfThePlanThatIsGoneIsNamedAndNotTriedAgain(@TempDir Path directory) {
        // Given: what a route's step throws where an object was pruned whose need nobody could see
        Store store = Stores.open("file://" + directory);
        StoreException missing =
                Assertions.catchThrowableOfType(StoreException.class, () -> store.open("topics/orders/object.zip"));

        // When
        RestoreException explained =
                RestoreFailures.explained(new CamelExecutionException("step failed", null, missing));

        // Then
        assertThat(explained.kind()).isEqualTo(RestoreException.Kind.NOT_POSSIBLE);
        assertThat(explained).hasMessageContaining("topics/orders/object.zip: it does not exist");
        assertThat(explained.hint()).contains("pruned").doesNotContain("goes on where it was");
    }
}
