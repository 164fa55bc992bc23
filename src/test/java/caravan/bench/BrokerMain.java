package caravan.bench;

import caravan.testbed.EmbeddedBroker;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;

/** A broker in a JVM of its own: prints where it listens, and ends when standard input does. */
public final class BrokerMain {
    private BrokerMain() {}

    /** @param settings of the broker, each {@code name=value} */
    public static void main(String[] settings) throws IOException {
        Map<String, String> overrides = Arrays.stream(settings)
                .map(setting -> setting.split("=", 2))
                .collect(Collectors.toMap(setting -> setting[0], setting -> setting[1]));
        try (EmbeddedBroker broker = EmbeddedBroker.started(overrides)) {
            System.out.println(broker.bootstrapServers());
            while (System.in.read() >= 0) {
                // until its end
            }
        }
        Runtime.getRuntime().halt(0);
    }
}
