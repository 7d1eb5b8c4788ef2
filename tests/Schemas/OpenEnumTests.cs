using System.Text.Json;

namespace Dart.Lake.Schemas.Tests;

/// <summary>Enumerations are open: bronze keeps any symbol, and a row rule says which ones ours are.</summary>
public class OpenEnumTests
{
    /// <summary>Every enum field of every topic's schema: the table and the column that it comes to, and the symbols.</summary>
    public static TheoryData<string, string, string[]> Fields
    {
        get
        {
            var fields = new TheoryData<string, string, string[]>();
            foreach (var topic in Topics.All.Where(t => !t.Schema.IsProtobuf))
            {
                using var schema = JsonDocument.Parse(topic.Schema.Text);
                foreach (var written in schema.RootElement.GetProperty("fields").EnumerateArray())
                    if (Symbols(written.GetProperty("type")) is { } symbols)
                        fields.Add(topic.Table, written.GetProperty("name").GetString()!, symbols);
            }
            return fields;
        }
    }

    [Theory]
    [MemberData(nameof(Fields))]
    public void Each_enum_field_has_a_row_rule_that_names_its_symbols(string table, string column, string[] symbols)
    {
        var contract = TableContracts.Get(table);
        Assert.Equal(ColumnKind.String, contract.Column(column).Type.Kind);
        Assert.Equal(symbols, Assert.Single(contract.RowRules.OfType<InRule>(), rule => rule.Column == column).Values);
    }

    [Fact]
    public void There_are_eight_such_fields() => Assert.Equal(8, Fields.Count);

    static string[]? Symbols(JsonElement type) => type.ValueKind switch
    {
        JsonValueKind.Array => type.EnumerateArray().Select(Symbols).FirstOrDefault(s => s is not null),
        JsonValueKind.Object when type.TryGetProperty("symbols", out var symbols) => [.. symbols.EnumerateArray().Select(s => s.GetString()!)],
        _ => null,
    };
}
