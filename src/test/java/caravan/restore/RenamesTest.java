package caravan.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RenamesTest {

    @Test
    void aTopicThatIsNotNamedKeepsItsName() {
        assertThat(Renames.parse("").target("orders")).isEqualTo("orders");
        assertThat(Renames.parse("orders=copy").target("orders-2")).isEqualTo("orders-2");
    }

    @Test
    void aNameComesBeforeExpressionsAndOfTheseTheFirst() {
        Renames renames = Renames.parse("orders-(.*)=first-$1, orders-a=named, or.*=second");

        assertThat(renames.target("orders-a")).isEqualTo("named");
        assertThat(renames.target("orders-b")).isEqualTo("first-b");
        assertThat(renames.target("orc")).isEqualTo("second");
    }

    @Test
    void anExpressionIsForTheWholeName() {
        assertThat(Renames.parse("(a|ab)=x-$1").target("ab")).isEqualTo("x-ab");
        assertThat(Renames.parse("a+=x").target("aab")).isEqualTo("aab");
    }

    @Test
    void commasInBracesBelongToTheExpression() {
        assertThat(Renames.parse("o{1,2}=x,b=c").target("oo")).isEqualTo("x");
    }

    @ParameterizedTest
    @ValueSource(strings = {"orders", "=x", "a=", "a(=b", "orders=a/b", "orders=x,orders=y"})
    void whatIsNoRenameIsRefused(String text) {
        assertThatThrownBy(() -> Renames.parse(text)).isInstanceOf(RestoreException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"or(.*)=$2", "or(.*)=..", "or(.*)=a b"})
    void whatCanNotBecomeANameIsRefused(String text) {
        Renames renames = Renames.parse(text);

        assertThatThrownBy(() -> renames.target("orders")).isInstanceOf(RestoreException.class);
    }
}
