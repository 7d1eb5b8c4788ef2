using Apache.Arrow;

namespace Dart.Lake.Lakehouse.Engines.DuckDb;

/// <summary>A row of an answer whose columns are BIGINT, VARCHAR or BOOLEAN.</summary>
public sealed class ArrowRow(RecordBatch batch)
{
    public int Index { get; set; }

    public string? Text(int column) => ((StringArray)batch.Column(column)).GetString(Index);

    public long? MayBeLong(int column) => ((Int64Array)batch.Column(column)).GetValue(Index);

    public long Long(int column) => MayBeLong(column) ?? throw LakeException.Corrupt($"column {batch.Schema.GetFieldByIndex(column).Name} has a null where none may be");

    public bool Flag(int column) => ((BooleanArray)batch.Column(column)).GetValue(Index) ?? false;
}
