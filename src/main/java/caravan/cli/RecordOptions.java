package caravan.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import caravan.archive.ObjectKey;
import caravan.archive.TimeWindow;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.apache.kafka.common.record.Record;
import picocli.CommandLine.Option;

/** Which records, by what they say: a record is wanted if all options that are given want it. */
final class RecordOptions {

    @Option(
            names = "--from-time",
            paramLabel = "TIME",
            defaultValue = "",
            description = "Records of this timestamp and later ones, as 2026-11-28T14:03:00Z or in epoch milliseconds.")
    private String fromTime;

    @Option(
            names = "--to-time",
            paramLabel = "TIME",
            defaultValue = "",
            description = "Records before this timestamp, in the same forms.")
    private String toTime;

    @Option(names = "--key", paramLabel = "TEXT", description = "Records with exactly this key.")
    private String key;

    @Option(
            names = "--grep",
            paramLabel = "REGEX",
            description = "Records in whose key or value, read as UTF-8, the regular expression matches somewhere.")
    private String grep;

    /** The records that are wanted. */
    record Wanted(TimeWindow window, Optional<ByteBuffer> key, Optional<Pattern> grep) implements Predicate<Record> {

        /** Whether an object can have such a record. */
        boolean mayBeIn(ObjectKey object) {
            return window.mayInclude(object);
        }

        @Override
        public boolean test(Record record) {
            return window.includes(record.timestamp())
                    && (key.isEmpty() || key.get().equals(record.key()))
                    && (grep.isEmpty() || matches(record, record.key()) || matches(record, record.value()));
        }

        /** What is not UTF-8 is read as U+FFFD, so that the text in binary formats is found. */
        private boolean matches(Record record, ByteBuffer bytes) {
            try {
                return bytes != null && grep.get().matcher(UTF_8.decode(bytes)).find();
            } catch (StackOverflowError e) {
                throw CommandException.couldNot(
                        "the expression " + grep.get() + " goes too deep for the record at offset " + record.offset(),
                        "write alternatives of single characters as a class, [ab] instead of (a|b)");
            }
        }
    }

    Wanted wanted() {
        try {
            return new Wanted(
                    TimeWindow.of(fromTime, toTime),
                    Optional.ofNullable(key).map(text -> ByteBuffer.wrap(text.getBytes(UTF_8))),
                    Optional.ofNullable(grep).map(Pattern::compile));
        } catch (PatternSyntaxException e) {
            throw CommandException.usage(
                    "'" + grep + "' is not a regular expression: " + e.getDescription(),
                    "put a backslash before a character that stands for itself, such as \\{ or \\[");
        } catch (IllegalArgumentException e) {
            throw CommandException.usage(
                    e.getMessage(), "a record is printed if --from-time ≤ its timestamp < --to-time");
        }
    }
}
