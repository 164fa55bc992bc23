package caravan.manage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A query as browsers write it. */
class QueryTest {

    @Test
    void whateverABrowserEncodesIsDecoded() {
        Query query = new Query(
                "key=%5Ea%2Bb%3D%26%7Bc%7D%25+%D0%BA%D0%BB%D1%8E%D1%87&end=true&limit=5&&from=",
                "key", "end", "limit", "from");

        assertThat(query.text("key")).contains("^a+b=&{c}% ключ");
        assertThat(query.flag("end")).isTrue();
        assertThat(query.number("limit", 1, 500)).hasValue(5);
        assertThat(query.text("from")).contains("");
    }

    @Test
    void whatCamelWouldReadAsRawIsAValueLikeOthers() {
        assertThat(new Query("key=RAW(a&limit=1", "key", "limit").text("key")).contains("RAW(a");
    }

    @Test
    void whatIsNotGivenIsNotThere() {
        Query query = new Query("", "key", "end", "limit");

        assertThat(query.text("key")).isEmpty();
        assertThat(query.flag("end")).isFalse();
        assertThat(query.number("limit", 1, 500)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "kye=a; there is no query parameter 'kye'",
                "key=a&key=b; key is given twice",
                "key=%zz; the query can't be read: '%zz'",
                "key=%; the query can't be read: '%'",
                "limit=0; limit can't be '0'",
                "limit=501; limit can't be '501'",
                "limit=many; limit can't be 'many'",
                "limit=99999999999999999999; limit can't be '99999999999999999999'",
                "end=yes; end is neither true nor false"
            })
    void whatCantBeMeantIsRefused(String text, String error) {
        assertThatThrownBy(() -> {
                    Query query = new Query(text, "key", "end", "limit");
                    query.flag("end");
                    query.number("limit", 1, 500);
                })
                .isInstanceOf(TaskException.class)
                .hasMessageStartingWith(error);
    }
}
