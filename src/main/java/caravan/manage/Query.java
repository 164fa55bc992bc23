package caravan.manage;

import static java.nio.charset.StandardCharsets.UTF_8;

import caravan.manage.TaskException.Kind;
import java.net.URLDecoder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/** The query of a request, decoded as browsers encode it. What an operation does not know was meant, and would be without effect. */
final class Query {
    private final Map<String, String> given = new HashMap<>();

    /**
     * @param query as it was sent, without the question mark
     * @param known names of the parameters that the operation takes
     * @throws TaskException {@link Kind#INVALID} where there is another one, or one twice
     */
    Query(String query, String... known) {
        List<String> names = List.of(known);
        for (String pair : query.split("&")) {
            if (!pair.isEmpty()) {
                String[] parts = pair.split("=", 2);
                String name = decoded(parts[0]);
                if (!names.contains(name)) {
                    throw invalid("there is no query parameter '" + name + "'", names);
                }
                if (given.put(name, parts.length == 1 ? "" : decoded(parts[1])) != null) {
                    throw invalid(name + " is given twice", names);
                }
            }
        }
    }

    private static TaskException invalid(String error, List<String> names) {
        String all = names.stream().map(name -> name + "=…").collect(Collectors.joining(", "));
        return new TaskException(Kind.INVALID, error, names.size() == 1 ? "there is only " + all : "there are " + all);
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, UTF_8);
        } catch (IllegalArgumentException e) {
            throw new TaskException(
                    Kind.INVALID, "the query can't be read: '" + text + "'", "write name=value, with '%' as %25");
        }
    }

    Optional<String> text(String name) {
        return Optional.ofNullable(given.get(name));
    }

    /** False where it is not given. */
    boolean flag(String name) {
        String value = text(name).orElse("false");
        if (!value.equals("true") && !value.equals("false")) {
            throw new TaskException(
                    Kind.INVALID, name + " is neither true nor false", "leave it out, or write " + name + "=true");
        }
        return value.equals("true");
    }

    /**
     * A number from {@code least} to {@code most}, both inclusive.
     *
     * @throws TaskException {@link Kind#INVALID} where it is none
     */
    OptionalLong number(String name, long least, long most) {
        return text(name).map(value -> number(name, value, least, most)).orElseGet(OptionalLong::empty);
    }

    private static OptionalLong number(String name, String value, long least, long most) {
        try {
            long number = Long.parseLong(value);
            if (number >= least && number <= most) {
                return OptionalLong.of(number);
            }
        } catch (NumberFormatException e) {
            // The same answer as to a number that is too small or too large.
        }
        throw new TaskException(
                Kind.INVALID,
                name + " can't be '" + value + "'",
                "it is a number from " + least + (most == Long.MAX_VALUE ? " on" : " to " + most));
    }
}
