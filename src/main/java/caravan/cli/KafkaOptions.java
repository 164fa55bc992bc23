package caravan.cli;

import caravan.kafka.KafkaSettings;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.common.config.ConfigException;
import picocli.CommandLine.Option;

/** Where the cluster is. */
class KafkaOptions {

    @Option(names = "--kafka-config", paramLabel = "FILE", description = "Properties for all Kafka clients.")
    private Path file;

    @Option(
            names = "--kafka-property",
            paramLabel = "K=V",
            description = "One property for all Kafka clients; can be given several times.")
    private Map<String, String> properties = new LinkedHashMap<>();

    KafkaSettings settings(String bootstrapServers) {
        Map<String, String> all = new LinkedHashMap<>();
        if (file != null) {
            try (Reader reader = Files.newBufferedReader(file)) {
                Properties read = new Properties();
                read.load(reader);
                read.stringPropertyNames().forEach(name -> all.put(name, read.getProperty(name)));
            } catch (IOException | IllegalArgumentException e) {
                throw CommandException.usage(
                        "the file " + file + " can't be read: " + e.getMessage(),
                        "--kafka-config takes a properties file");
            }
            // The option names them; a file made for other tools may, too.
            all.remove("bootstrap.servers");
        }
        all.putAll(properties);
        try {
            return new KafkaSettings(bootstrapServers, all);
        } catch (ConfigException e) {
            throw CommandException.usage(
                    "a reference in --kafka-config or --kafka-property: " + e.getMessage(),
                    "check the path in ${file:PATH:KEY} or ${directory:PATH:FILE}");
        } catch (IllegalArgumentException e) {
            throw CommandException.usage(e.getMessage(), "leave it out of --kafka-config and --kafka-property");
        }
    }

    /** For commands that need a cluster. */
    static final class Required extends KafkaOptions {

        @Option(
                names = "--bootstrap-servers",
                paramLabel = "H:P",
                required = true,
                description = "Brokers to begin with, host:port, comma-separated.")
        private String bootstrapServers;

        KafkaSettings settings() {
            return settings(bootstrapServers);
        }
    }
}
