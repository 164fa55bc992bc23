package caravan.kafka;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.camel.spi.PropertiesFunction;

/**
 * <code>{{file:/run/secrets/name}}</code> in a route file: what is in the file, as Docker and Kubernetes hand out secrets. A line
 * break at its end does not count.
 */
public final class FilePropertiesFunction implements PropertiesFunction {
    @Override
    public String getName() {
        return "file";
    }

    @Override
    public String apply(String path) {
        try {
            return Files.readString(Path.of(path)).stripTrailing();
        } catch (IOException | IllegalArgumentException e) {
            throw new IllegalArgumentException("{{file:" + path + "}} can't be read: " + e, e);
        }
    }
}
