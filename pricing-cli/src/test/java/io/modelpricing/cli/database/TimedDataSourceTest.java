package io.modelpricing.cli.database;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelpricing.cli.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

class TimedDataSourceTest {

    private static TimedDataSource dataSource(TestDatabase database, String parameters) {
        TimedDataSource dataSource = new TimedDataSource();
        dataSource.setUrl(database.environment().get("PRICING_URL") + parameters);
        dataSource.setPassword(database.environment().get("PRICING_PASSWORD"));
        dataSource.limitTimes();
        return dataSource;
    }

    @Test
    void connectingIsLimitedAndAnOpenConnectionIsNot() throws SQLException {
        try (TestDatabase database = TestDatabase.empty()) {
            TimedDataSource dataSource = dataSource(database, "");

            assertThat(dataSource.getConnectTimeout()).isEqualTo(10);
            assertThat(dataSource.getSocketTimeout()).isEqualTo(10);
            try (Connection connection = dataSource.getConnection()) {
                assertThat(connection.getNetworkTimeout()).isZero();
            }
        }
    }

    @Test
    void limitsOfTheUrlStay() throws SQLException {
        try (TestDatabase database = TestDatabase.empty();
                Connection connection = dataSource(database, "&connectTimeout=3&socketTimeout=7")
                        .getConnection()) {
            assertThat(connection.getNetworkTimeout()).isEqualTo(7_000);
        }
    }
}
