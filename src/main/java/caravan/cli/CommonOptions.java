package caravan.cli;

import ch.qos.logback.classic.Level;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.PrintWriter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Options of every command, and where its results and messages go: results to standard output, all else to standard error. */
final class CommonOptions {

    /** How results are printed. */
    enum Output {
        text,
        json
    }

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    @Option(
            names = "--output",
            paramLabel = "FORM",
            defaultValue = "text",
            description = "text or json (default: ${DEFAULT-VALUE}).")
    private Output output;

    @Option(names = "--debug", description = "Show stack traces, and log more.")
    private boolean debug;

    @Mixin
    private LogOptions log = new LogOptions();

    /** Sets the log of this process up as the options say. */
    void configureLog() {
        Log.configure(log.json(), debug && log.level().isGreaterOrEqual(Level.DEBUG) ? Level.DEBUG : log.level());
        if (log.json()) {
            spec.commandLine().setErr(new PrintWriter(new LoggedLines(), true));
        }
    }

    boolean json() {
        return output == Output.json;
    }

    boolean debug() {
        return debug;
    }

    PrintWriter out() {
        return spec.commandLine().getOut();
    }

    PrintWriter err() {
        return spec.commandLine().getErr();
    }

    void warn(String sentence) {
        err().println("warning: " + sentence);
        err().flush();
    }

    /** What can be done about what was warned of. */
    void hint(String sentence) {
        err().println("hint: " + sentence);
        err().flush();
    }

    /** Prints a result in the form that was asked for. */
    void result(Object json, String text) {
        if (json()) {
            try {
                out().println(new ObjectMapper()
                        .enable(SerializationFeature.INDENT_OUTPUT)
                        .writeValueAsString(json));
            } catch (JsonProcessingException e) {
                throw new IllegalStateException(e);
            }
        } else {
            out().print(text);
        }
        out().flush();
    }
}
