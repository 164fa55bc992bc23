package caravan.testbed;

import java.util.List;
import java.util.stream.Collectors;

/**
 * How a command ended.
 *
 * @param command the arguments it was given
 * @param exitCode its exit code
 * @param out what it printed to standard output
 * @param err what it printed to standard error
 */
public record CommandResult(List<String> command, int exitCode, String out, String err) {

    /** Fails, with all that the command said, unless it ended with this exit code and without a stack trace. */
    public CommandResult expect(int expected) {
        if (exitCode != expected) {
            throw new AssertionError("expected exit code " + expected + "\n" + this);
        }
        if (err.contains("\tat ")) {
            throw new AssertionError("a stack trace was printed\n" + this);
        }
        return this;
    }

    /** The command as it would be typed in a shell. */
    public String line() {
        return command.stream()
                .map(argument -> argument.matches("[\\w./:=,@-]+") ? argument : "'" + argument + "'")
                .collect(Collectors.joining(" ", "caravan ", ""));
    }

    @Override
    public String toString() {
        return "$ " + line() + "\n" + out + "--- standard error ---\n" + err + "--- exit code " + exitCode + " ---\n";
    }
}
