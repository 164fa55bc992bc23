package caravan.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;

/**
 * Options by environment variables: {@code --max-age} as {@code CARAVAN_MAX_AGE}, or as {@code CARAVAN_MAX_AGE_FILE}, which
 * names a file with the value, as Docker and Kubernetes hand out secrets. A line break at its end does not count.
 */
final class Environment implements IDefaultValueProvider {
    private final Map<String, String> variables;

    Environment(Map<String, String> variables) {
        this.variables = variables;
    }

    @Override
    public String defaultValue(ArgSpec argument) {
        if (!(argument instanceof OptionSpec option) || !option.longestName().startsWith("--")) {
            return null;
        }
        String name = "CARAVAN_"
                + option.longestName().substring(2).toUpperCase(Locale.ROOT).replace('-', '_');
        String value = variables.get(name);
        String file = variables.get(name + "_FILE");
        if (file == null) {
            return value;
        }
        CommandException refused;
        if (value == null) {
            try {
                return Files.readString(Path.of(file)).stripTrailing();
            } catch (IOException | IllegalArgumentException e) {
                refused = CommandException.usage(
                        "the file " + file + " can't be read: " + e, name + "_FILE names a file with the value");
            }
        } else {
            refused = CommandException.usage(name + " and " + name + "_FILE are both set", "unset one of them");
        }
        throw new ParameterException(argument.command().commandLine(), refused.getMessage(), refused);
    }
}
