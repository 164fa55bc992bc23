package caravan.manage;

import caravan.manage.TaskException.Kind;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Writes a task as the route file that makes the same task. */
final class RouteText {
    /** Names that are the same with and without quotes. */
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z][A-Za-z0-9_-]*");

    /** Of these, YAML makes something else than a name. */
    private static final Set<String> WORDS = Set.of("true", "false", "null", "yes", "no", "on", "off", "y", "n");

    private RouteText() {}

    /**
     * @param format {@code yaml} or {@code xml}
     * @throws TaskException {@link Kind#INVALID} for another one, and for a value that can't be written in it
     */
    static String of(TaskDefinition task, String format) {
        return switch (format) {
            case "yaml" -> yaml(task);
            case "xml" -> xml(task);
            default ->
                throw new TaskException(
                        Kind.INVALID, "format can't be '" + format + "'", "write format=yaml or format=xml");
        };
    }

    private static String yaml(TaskDefinition task) {
        StringBuilder text = new StringBuilder("- templatedRoute:\n");
        text.append("    routeTemplateRef: ").append(name(task.template())).append('\n');
        text.append("    routeId: ").append(name(task.name())).append('\n');
        if (!task.parameters().isEmpty()) {
            text.append("    parameters:\n");
        }
        new TreeMap<>(task.parameters()).forEach((name, value) -> text.append("      - name: ")
                .append(name(name))
                .append("\n        value: ")
                .append(quoted(value))
                .append('\n'));
        return text.toString();
    }

    private static String name(String name) {
        return PLAIN.matcher(name).matches() && !WORDS.contains(name.toLowerCase(Locale.ROOT)) ? name : quoted(name);
    }

    /** Between double quotes, where YAML knows the escapes of JSON. */
    private static String quoted(String text) {
        StringBuilder quoted = new StringBuilder("\"");
        text.codePoints().forEach(c -> {
            if (c == '"' || c == '\\') {
                quoted.append('\\').appendCodePoint(c);
            } else if (printable(c)) {
                quoted.appendCodePoint(c);
            } else {
                quoted.append(String.format("\\u%04X", c));
            }
        });
        return quoted.append('"').toString();
    }

    /** Without what ends a line, and what no text should have. */
    private static boolean printable(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.UNASSIGNED -> c > 0xFFFF;
            default -> true;
        };
    }

    private static String xml(TaskDefinition task) {
        StringBuilder text = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<camel>\n");
        text.append("  <templatedRoute routeTemplateRef=\"").append(attribute(task.template()));
        text.append("\" routeId=\"").append(attribute(task.name())).append("\">\n");
        for (Map.Entry<String, String> parameter : new TreeMap<>(task.parameters()).entrySet()) {
            text.append("    <parameter name=\"")
                    .append(attribute(parameter.getKey()))
                    .append("\" value=\"")
                    .append(attribute(parameter.getValue()))
                    .append("\"/>\n");
        }
        return text.append("  </templatedRoute>\n</camel>\n").toString();
    }

    private static String attribute(String text) {
        StringBuilder attribute = new StringBuilder();
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> attribute.append("&amp;");
                case '<' -> attribute.append("&lt;");
                case '>' -> attribute.append("&gt;");
                case '"' -> attribute.append("&quot;");
                default -> {
                    if (c < 0x20 && c != '\t' && c != '\n' && c != '\r' || c == 0xFFFE || c == 0xFFFF) {
                        throw new TaskException(
                                Kind.INVALID, "a value has a character that XML can't have", "ask for format=yaml");
                    }
                    if (printable(c)) {
                        attribute.appendCodePoint(c);
                    } else if (Character.getType(c) == Character.SURROGATE) {
                        throw new TaskException(Kind.INVALID, "a value has half a character", "write it in whole ones");
                    } else {
                        attribute.append("&#").append(c).append(';');
                    }
                }
            }
        });
        return attribute.toString();
    }
}
