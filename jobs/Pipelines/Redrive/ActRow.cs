using Dart.Lake.Schemas;

namespace Dart.Lake.Jobs.Pipelines.Redrive;

/// <summary>What ops.acts keeps of one record of an act.</summary>
sealed record ActRow(string Verb, string Kind, string? Table, LogPosition At, string Reason, string Detail)
{
    public const string Release = "RELEASE", Drop = "DROP", DeadLetter = "DEAD_LETTER", Quarantine = "QUARANTINE";

    public DateOnly? TradeDate { get; init; }
    public int? SchemaId { get; init; }
    public byte[]? Key { get; init; }
    public byte[]? Value { get; init; }
    public string? Json { get; init; }

    public static ActRow Of(DeadLetter letter, string verb, string? table) =>
        new(verb, DeadLetter, table, letter.At, letter.Reason, letter.Detail)
        {
            SchemaId = letter.SchemaId,
            Key = letter.Key,
            Value = letter.Value,
        };
}
