package caravan.kafka;

import java.util.Set;

/** Which consumer groups are meant: a {@link NameList}. Caravan's own groups are only ever named, never matched. */
public final class GroupFilter {
    /** All groups but Caravan's own. */
    public static final String ALL = ".*";

    /** What the names of Caravan's own groups begin with, unless a user names them otherwise. */
    private static final String OWN = "caravan-";

    private final NameList groups;

    private GroupFilter(NameList groups) {
        this.groups = groups;
    }

    /**
     * @param groups what is meant; nothing where it is empty
     * @throws IllegalArgumentException where an expression is not one
     */
    public static GroupFilter of(String groups) {
        return new GroupFilter(NameList.parse(groups));
    }

    public boolean matches(String group) {
        return groups.names().contains(group) || !group.startsWith(OWN) && groups.expressionMatches(group);
    }

    /** Groups that are meant by name, in the order given. */
    public Set<String> names() {
        return groups.names();
    }

    /** Whether groups are meant that only the cluster can name. */
    public boolean hasExpressions() {
        return !groups.expressions().isEmpty();
    }

    /** Whether no group is meant. */
    public boolean isEmpty() {
        return groups.names().isEmpty() && groups.expressions().isEmpty();
    }
}
