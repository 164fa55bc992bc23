package caravan.cli;

import java.io.Writer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Standard error where it is JSON: each line that a command prints becomes an event of the log. */
final class LoggedLines extends Writer {
    private static final Logger LOG = LoggerFactory.getLogger("caravan");

    private final StringBuilder line = new StringBuilder();

    @Override
    public void write(char[] characters, int from, int count) {
        for (int i = from; i < from + count; i++) {
            if (characters[i] == '\n' || characters[i] == '\r') {
                end();
            } else {
                line.append(characters[i]);
            }
        }
    }

    private void end() {
        String text = line.toString().stripTrailing();
        line.setLength(0);
        if (text.startsWith("error: ")) {
            LOG.error("{}", text.substring("error: ".length()));
        } else if (text.startsWith("warning: ")) {
            LOG.warn("{}", text.substring("warning: ".length()));
        } else if (text.startsWith("hint: ")) {
            LOG.error("{}", text);
        } else if (!text.isEmpty()) {
            LOG.info("{}", text);
        }
    }

    @Override
    public void flush() {
        // A line is logged when it ends.
    }

    @Override
    public void close() {
        end();
    }
}
