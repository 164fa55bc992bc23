package caravan.kafka;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.provider.DirectoryConfigProvider;
import org.apache.kafka.common.config.provider.EnvVarConfigProvider;
import org.apache.kafka.common.config.provider.FileConfigProvider;

/**
 * References in Kafka settings to where a secret is: <code>${env:NAME}</code>, <code>${file:/path/to.properties:key}</code> and
 * <code>${directory:/path:file}</code>. Kafka's clients resolve them (KIP-297, KIP-421); here they are only told how.
 */
final class KafkaReferences {
    private static final Pattern REFERENCE = Pattern.compile("\\$\\{(env|file|directory):([^}]*)}");
    private static final Map<String, String> PROVIDERS = Map.of(
            AbstractConfig.CONFIG_PROVIDERS_CONFIG,
            "env,file,directory",
            "config.providers.env.class",
            EnvVarConfigProvider.class.getName(),
            "config.providers.file.class",
            FileConfigProvider.class.getName(),
            "config.providers.directory.class",
            DirectoryConfigProvider.class.getName());

    private KafkaReferences() {}

    /**
     * Settings with what their references need.
     *
     * @throws org.apache.kafka.common.config.ConfigException if a file can't be read
     * @throws IllegalArgumentException if a reference, which it names, leads to nothing
     */
    static Map<String, String> resolvable(Map<String, String> settings) {
        boolean needed = settings.values().stream()
                .anyMatch(value -> REFERENCE.matcher(value).find());
        // Who configures providers knows them.
        if (!needed || settings.containsKey(AbstractConfig.CONFIG_PROVIDERS_CONFIG)) {
            return settings;
        }
        Map<String, String> all = new LinkedHashMap<>(settings);
        all.putAll(PROVIDERS);
        Map<String, Object> resolved = new AbstractConfig(new ConfigDef(), all, false).originals();
        settings.forEach((name, value) -> {
            Matcher reference = REFERENCE.matcher(value);
            while (reference.find()) {
                if (String.valueOf(resolved.get(name)).contains(reference.group())) {
                    throw new IllegalArgumentException("the Kafka setting '" + name + "' refers to " + reference.group()
                            + ", and that is not set");
                }
            }
        });
        return all;
    }
}
