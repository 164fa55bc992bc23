package caravan.backup;

import java.util.Optional;

/** What this program calls itself in what it writes. */
final class Writer {
    private Writer() {}

    /** {@code caravan}, with its version where it is packaged. */
    static String name() {
        return Optional.ofNullable(Writer.class.getPackage().getImplementationVersion())
                .map(version -> "caravan " + version)
                .orElse("caravan");
    }
}
