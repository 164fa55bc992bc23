package caravan.manage;

import caravan.manage.TaskException.Kind;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.slf4j.LoggerFactory;

/**
 * The levels of the process's loggers, until it ends. Only those can be changed that log no secret and no record at these levels: the
 * HTTP client below the AWS SDK writes whole requests at DEBUG, and several libraries do at TRACE.
 */
final class LogLevels {
    private static final List<String> LEVELS = List.of("OFF", "ERROR", "WARN", "INFO", "DEBUG");
    private static final List<String> OPEN =
            List.of("caravan", "org.apache.camel", "org.apache.kafka", "software.amazon.awssdk");

    /**
     * The level of a logger.
     *
     * @param level OFF, ERROR, WARN, INFO, DEBUG
     */
    record Setting(String level) {}

    private static final Pattern NAME = Pattern.compile("[\\w$-]+(\\.[\\w$-]+)*");

    private static LoggerContext context() {
        return (LoggerContext) LoggerFactory.getILoggerFactory();
    }

    /** All loggers that have a level of their own, and those that can be given one, by name. */
    Map<String, Setting> all() {
        Map<String, Setting> all = new TreeMap<>();
        context().getLoggerList().stream()
                .filter(logger -> logger.getLevel() != null)
                .forEach(logger -> all.put(logger.getName(), effective(logger)));
        OPEN.forEach(name -> all.put(name, effective(context().getLogger(name))));
        return all;
    }

    /**
     * The level that holds for a logger: its own, or that of the nearest above it.
     *
     * @throws TaskException {@link Kind#NOT_FOUND} where that can be no logger's name
     */
    Setting of(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new TaskException(
                    Kind.NOT_FOUND, "no logger can be called " + name, "loggers are called as classes are");
        }
        return effective(context().getLogger(name));
    }

    private static Setting effective(Logger logger) {
        return new Setting(logger.getEffectiveLevel().toString());
    }

    /**
     * Gives a logger a level.
     *
     * @throws TaskException {@link Kind#INVALID} where that is no level, or not for this logger
     */
    Setting set(String name, String given) {
        String level = given.toUpperCase(Locale.ROOT);
        if (!LEVELS.contains(level)) {
            throw new TaskException(
                    Kind.INVALID,
                    "'" + given + "' is no level that can be set",
                    "levels: " + String.join(", ", LEVELS));
        }
        of(name);
        if (OPEN.stream().noneMatch(open -> name.equals(open) || name.startsWith(open + "."))) {
            throw new TaskException(
                    Kind.INVALID,
                    "the level of " + name + " can't be set here",
                    "loggers: " + String.join(", ", OPEN) + ", and those below them");
        }
        context().getLogger(name).setLevel(Level.toLevel(level));
        return of(name);
    }
}
