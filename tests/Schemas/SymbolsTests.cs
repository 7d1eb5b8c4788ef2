using System.Text;
using System.Text.Json;
using Dart.Lake.Schemas.Permit;

namespace Dart.Lake.Schemas.Tests;

/// <summary>The words of the kinds, against the schemas that go over the wire.</summary>
public class SymbolsTests
{
    [Fact]
    public void Every_enum_of_a_schema_has_its_words_in_the_schema_s_order()
    {
        var known = new Dictionary<string, IReadOnlyList<string>>
        {
            [nameof(MarketDataKind)] = Symbols.Of<MarketDataKind>(),
            [nameof(TradeKind)] = Symbols.Of<TradeKind>(),
            [nameof(ReferenceKind)] = Symbols.Of<ReferenceKind>(),
            [nameof(Side)] = Symbols.Of<Side>(),
            [nameof(InstrumentKind)] = Symbols.Of<InstrumentKind>(),
            [nameof(OptionRight)] = Symbols.Of<OptionRight>(),
            [nameof(ExerciseStyle)] = Symbols.Of<ExerciseStyle>(),
            [nameof(ActionKind)] = Symbols.Of<ActionKind>(),
        };
        var written = Topics.Schemas.Where(s => !s.IsProtobuf).SelectMany(Enums).ToDictionary(e => e.Name, e => e.Symbols);
        Assert.Equal(known.Keys.Order(), written.Keys.Order());
        Assert.All(written, e => Assert.Equal(e.Value, known[e.Key]));
    }

    [Fact]
    public void The_kinds_of_permit_are_the_bodies_of_the_message_in_their_order() => Assert.Equal(
        PermitEvent.Descriptor.Oneofs.Single().Fields
            .OrderBy(f => f.FieldNumber)
            .Select(f => f.Name.ToUpperInvariant()), Symbols.Of<PermitKind>());

    [Fact]
    public void A_word_names_its_value_and_any_other_word_none()
    {
        Assert.Equal("FX_FIXING", ReferenceKind.FxFixing.Word());
        Assert.Equal((ReferenceKind.FxFixing, null), (Symbols.Read<ReferenceKind>("FX_FIXING"), Symbols.Read<ReferenceKind>("FX")));
        Assert.Equal(
            (TradeKind.Correct, null),
            (Symbols.Read<TradeKind>(Encoding.UTF8.GetBytes("CORRECT")), Symbols.Read<TradeKind>(Encoding.UTF8.GetBytes("CORR"))));
    }

    static IEnumerable<(string Name, string[] Symbols)> Enums(WireSchema schema)
    {
        using var json = JsonDocument.Parse(schema.Text);
        return [.. Within(json.RootElement)];

        static IEnumerable<(string, string[])> Within(JsonElement at) => at.ValueKind switch
        {
            JsonValueKind.Array => at.EnumerateArray().SelectMany(Within),
            JsonValueKind.Object when at.TryGetProperty("symbols", out var symbols) =>
                [(at.GetProperty("name").GetString()!, [.. symbols.EnumerateArray().Select(s => s.GetString()!)])],
            JsonValueKind.Object => at.EnumerateObject().SelectMany(p => Within(p.Value)),
            _ => [],
        };
    }
}
