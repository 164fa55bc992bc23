package caravan.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GroupFilterTest {

    @ParameterizedTest
    @CsvSource({
        "'.*', billing, true",
        "'.*', caravan-xmhAsnyhQEm67KB7hLKaeg, false",
        "'caravan-.*', caravan-xmhAsnyhQEm67KB7hLKaeg, false",
        "caravan-mine, caravan-mine, true",
        "'billing, app-.*', billing, true",
        "'billing, app-.*', app-7, true",
        "'billing, app-.*', billing-2, false",
        "'app{1,2}', app, true",
        "billing.eu, billing-eu, false",
        "'', billing, false"
    })
    void aGroupIsMeantOrNot(String groups, String group, boolean meant) {
        assertThat(GroupFilter.of(groups).matches(group)).isEqualTo(meant);
    }

    @Test
    void anEmptyListMeansNoGroup() {
        assertThat(GroupFilter.of("").isEmpty()).isTrue();
        assertThat(GroupFilter.of(" , ").isEmpty()).isTrue();
        assertThat(GroupFilter.of("billing").isEmpty()).isFalse();
        assertThat(GroupFilter.of(GroupFilter.ALL).isEmpty()).isFalse();
    }

    @Test
    void whatIsNoExpressionIsRefused() {
        assertThatThrownBy(() -> GroupFilter.of("app.(*"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'app.(*' is not a regular expression");
    }
}
