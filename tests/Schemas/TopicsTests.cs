namespace Dart.Lake.Schemas.Tests;

/// <summary>The topics, against what they name.</summary>
public class TopicsTests
{
    [Fact]
    public void Every_topic_has_a_table_its_key_s_columns_and_a_schema_and_stands_at_its_index()
    {
        foreach (var topic in Topics.All)
        {
            Assert.Same(topic, Topics.All[topic.Index]);
            Assert.All(topic.Key, column => topic.Contract.Column(column));
            Assert.Contains(topic.Schema.RecordName.Split('.')[^1], topic.Schema.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_new_registry_gives_ids_in_the_order_that_it_always_did() => Assert.Equal(
        ["market_data_raw-value", "trades_raw-value", "reference_raw-value", "end_of_day-value", "permit_raw-value"], Topics.Schemas.Select(s => s.Subject));
}
