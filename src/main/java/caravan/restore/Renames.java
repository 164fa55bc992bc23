package caravan.restore;

import caravan.kafka.NameList;
import caravan.restore.RestoreException.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.internals.Topic;

/**
 * Names that topics get when they are restored. A topic that is named gets the name given for it; of the expressions, the first one
 * that matches the whole name counts.
 */
public final class Renames {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]+");

    private record Expression(Pattern source, String target) {}

    private final Map<String, String> names = new LinkedHashMap<>();
    private final List<Expression> expressions = new ArrayList<>();

    private Renames() {}

    /**
     * @param text {@code old=new}, comma-separated; may be empty. An {@code old} of other characters than
     *     {@code [A-Za-z0-9._-]} is a regular expression, whose groups {@code new} can use as {@code $1}. Commas inside of
     *     braces, brackets and parentheses belong to the expression
     * @throws RestoreException where it is something else
     */
    public static Renames parse(String text) {
        Renames renames = new Renames();
        NameList.entries(text).forEach(renames::add);
        return renames;
    }

    private void add(String entry) {
        // An expression may have one, as in (?=...); a name can't.
        int equals = entry.lastIndexOf('=');
        if (equals < 1 || equals == entry.length() - 1) {
            throw new RestoreException(
                    Kind.CHOICE_NEEDED,
                    "'" + entry + "' does not say which topic gets which name",
                    "write --rename old=new, or --rename 'old-(.*)=new-$1'");
        }
        String source = entry.substring(0, equals);
        String target = entry.substring(equals + 1);
        if (!NAME.matcher(source).matches()) {
            try {
                expressions.add(new Expression(Pattern.compile(source), target));
            } catch (PatternSyntaxException e) {
                throw new RestoreException(
                        Kind.CHOICE_NEEDED,
                        "'" + source + "' is not a regular expression: " + e.getDescription(),
                        "write --rename 'old-(.*)=new-$1'",
                        e);
            }
        } else if (names.put(source, checked(source, target)) != null) {
            throw new RestoreException(Kind.CHOICE_NEEDED, "two names for the topic " + source, "give it one");
        }
    }

    private static String checked(String source, String target) {
        try {
            Topic.validate(target);
            return target;
        } catch (InvalidTopicException e) {
            throw new RestoreException(
                    Kind.CHOICE_NEEDED,
                    "the topic " + source + " can't become '" + target + "': " + e.getMessage(),
                    "give it a name of at most 249 letters, digits, '.', '_' and '-'",
                    e);
        }
    }

    /** The topics of the archive that get another name, of those that are named. */
    Set<String> sources() {
        return names.keySet();
    }

    /**
     * The name in the cluster of a topic of the archive.
     *
     * @throws RestoreException where an expression makes a name of it that a topic can't have
     */
    public String target(String source) {
        String named = names.get(source);
        if (named != null) {
            return named;
        }
        for (Expression expression : expressions) {
            Matcher matcher = expression.source().matcher(source);
            if (matcher.matches()) {
                return checked(source, expanded(expression, matcher));
            }
        }
        return source;
    }

    private static String expanded(Expression expression, Matcher matcher) {
        try {
            StringBuilder target = new StringBuilder();
            matcher.appendReplacement(target, expression.target());
            return target.toString();
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new RestoreException(
                    Kind.CHOICE_NEEDED,
                    "'" + expression.target() + "' can't be filled from '" + expression.source() + "': "
                            + e.getMessage(),
                    "write $1 for what the first pair of parentheses matches",
                    e);
        }
    }
}
