package caravan.cli;

import ch.qos.logback.classic.Level;
import picocli.CommandLine.Option;

/** What is logged, and how. */
final class LogOptions {

    /** How the log, and all else on standard error, is written. */
    enum Format {
        /** for people */
        text,
        /** a JSON object in each line */
        json
    }

    /** From which severity on Caravan's own log is written; of libraries, warnings are. */
    enum Severity {
        error(Level.ERROR),
        warn(Level.WARN),
        info(Level.INFO),
        debug(Level.DEBUG),
        trace(Level.TRACE);

        private final Level level;

        Severity(Level level) {
            this.level = level;
        }
    }

    @Option(
            names = "--log-format",
            paramLabel = "FORM",
            defaultValue = "text",
            description = "Standard error as text, or as json: an object in each line (default: ${DEFAULT-VALUE}).")
    private Format format;

    @Option(
            names = "--log-level",
            paramLabel = "LEVEL",
            defaultValue = "info",
            description = "error, warn, info, debug or trace (default: ${DEFAULT-VALUE}).")
    private Severity severity;

    boolean json() {
        return format == Format.json;
    }

    Level level() {
        return severity.level;
    }
}
