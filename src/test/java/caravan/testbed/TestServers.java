package caravan.testbed;

import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests the broker and the S3 server that all tests of a JVM share ({@link EmbeddedBroker}, {@link TestS3}), and names
 * of their own in them ({@link Names}). A server is started by the first test that asks for it, and closed after the
 * last test.
 */
public final class TestServers implements ParameterResolver {
    private static final ExtensionContext.Namespace SHARED = ExtensionContext.Namespace.create(TestServers.class);
    private static final Set<Class<?>> KNOWN = Set.of(EmbeddedBroker.class, TestS3.class, Names.class);

    /** Names that no other test has. */
    public static final class Names {
        private final String suffix = UUID.randomUUID().toString().substring(0, 8);

        private Names() {}

        /** {@code name} with this test's suffix; the same name gives the same answer within a test. */
        public String topic(String name) {
            return name + "-" + suffix;
        }

        /** The suffix of this test's names: eight hexadecimal digits. */
        public String suffix() {
            return suffix.toLowerCase(Locale.ROOT);
        }
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext test) {
        return KNOWN.contains(parameter.getParameter().getType());
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext test) {
        Class<?> type = parameter.getParameter().getType();
        if (type == EmbeddedBroker.class) {
            return shared(test.getRoot(), EmbeddedBroker.class, EmbeddedBroker::started);
        }
        if (type == TestS3.class) {
            return shared(test.getRoot(), TestS3.class, TestS3::started);
        }
        return shared(test, Names.class, Names::new);
    }

    private static <T> T shared(ExtensionContext scope, Class<T> type, Supplier<T> starter) {
        return scope.getStore(SHARED).getOrComputeIfAbsent(type, key -> starter.get(), type);
    }
}
