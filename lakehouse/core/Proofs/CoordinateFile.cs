using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Storage;
using Dart.Lake.Schemas;
using Parquet;
using Parquet.Schema;

namespace Dart.Lake.Lakehouse.Proofs;

/// <summary>
/// Coordinates of the rows of one row group, column by column; <paramref name="To"/> and <paramref name="Reasons"/> only for holes.
/// </summary>
sealed record CoordinateRows(string?[] LogIds, string?[] Topics, int[] Partitions, long[] From, long[]? To, string?[]? Reasons)
{
    public LogPartition PlaceOf(int row) => new(LogIds[row]!, Topics[row]!, Partitions[row]);

    public bool SamePlace(int row, int other) =>
        Partitions[row] == Partitions[other]
        && string.Equals(Topics[row], Topics[other], StringComparison.Ordinal)
        && string.Equals(LogIds[row], LogIds[other], StringComparison.Ordinal);

    /// <exception cref="InvalidDataException">A value that no job writes.</exception>
    public void Check()
    {
        for (var i = 0; i < From.Length; i++)
            if (LogIds[i] is null || Topics[i] is null || Partitions[i] < 0 || From[i] < 0 || To is not null && To[i] <= From[i])
                throw new InvalidDataException($"row {i} has the coordinates {LogIds[i]}, {Topics[i]}, {Partitions[i]}, {From[i]}");
    }
}

/// <summary>
/// Reads the coordinate columns of a data file by field id, with Parquet.Net: managed code that shares nothing with what wrote
/// the file. One row group is in memory at a time.
/// </summary>
static class CoordinateFile
{
    /// <summary>
    /// The columns that give a row its place; <paramref name="To"/> and <paramref name="Reason"/> are null where a row is one offset.
    /// </summary>
    public sealed record Columns(int LogId, int Topic, int Partition, int From, int? To, int? Reason)
    {
        public static Columns OfRows(IcebergSchema schema) => Of(schema, "_offset", null, null);

        /// <summary>Whether rows of that schema have a place in a log.</summary>
        public static bool AreIn(IcebergSchema schema) =>
            Array.TrueForAll(["_log_id", "_topic", "_kafka_partition", "_offset"], name => schema.Find(name) is not null);

        public static Columns OfHoles(IcebergSchema schema) => Of(schema, "from_offset", "to_offset", "reason");

        static Columns Of(IcebergSchema schema, string from, string? to, string? reason) => new(
            Id(schema, "_log_id"),
            Id(schema, "_topic"),
            Id(schema, "_kafka_partition"),
            Id(schema, from),
            to is null ? null : Id(schema, to),
            reason is null ? null : Id(schema, reason));

        static int Id(IcebergSchema schema, string name) => schema.Fields.FirstOrDefault(f => f.Name == name)?.Id
            ?? throw LakeException.Corrupt($"the table has no column {name}; it is not one that a bronze job writes");
    }

    /// <summary>Calls <paramref name="see"/> for each row group.</summary>
    /// <exception cref="FileNotFoundException">The file is not there.</exception>
    /// <exception cref="LakeException">Corrupt: it cannot be read, lacks a column, or holds a null in one.</exception>
    public static async Task ReadAsync(
        IObjectStore store, string location, Columns columns, Action<CoordinateRows> see, CancellationToken cancel)
    {
        try
        {
            await using var file = await store.TryOpenAsync(location, cancel) ?? throw new FileNotFoundException("", location);
            await using var reader = await ParquetReader.CreateAsync(file, cancellationToken: cancel);
            var fields = FieldsById(reader);
            for (var g = 0; g < reader.RowGroupCount; g++)
            {
                using var group = reader.OpenRowGroupReader(g);
                see(await ReadGroupAsync(group, fields, columns, cancel));
            }
        }
        catch (LakeException e) when (e.Kind == LakeErrorKind.Unavailable)
        {
            throw Corrupt(location, e.InnerException ?? e);
        }
        catch (Exception e) when (e is not (LakeException or FileNotFoundException or OperationCanceledException))
        {
            // Whatever a damaged file makes of a decoder: the file is what is wrong.
            throw Corrupt(location, e);
        }
    }

    static LakeException Corrupt(string location, Exception e) => LakeException.Corrupt(
        $"{FileLocation.Shown(location)} cannot be read ({FirstLine(e.Message)}); restore the file, or roll the table back", e);

    static async Task<CoordinateRows> ReadGroupAsync(
        ParquetRowGroupReader group, Dictionary<int, DataField> fields, Columns columns, CancellationToken cancel)
    {
        var rows = checked((int)group.RowCount);
        var logIds = new string?[rows];
        var topics = new string?[rows];
        var partitions = new int[rows];
        var from = new long[rows];
        var to = columns.To is null ? null : new long[rows];
        var reasons = columns.Reason is null ? null : new string?[rows];
        await group.ReadAsync(Field(fields, columns.LogId), logIds.AsMemory(), cancellationToken: cancel);
        await group.ReadAsync(Field(fields, columns.Topic), topics.AsMemory(), cancellationToken: cancel);
        await ReadAsync(group, Field(fields, columns.Partition), partitions, cancel);
        await ReadAsync(group, Field(fields, columns.From), from, cancel);
        if (to is not null)
            await ReadAsync(group, Field(fields, columns.To!.Value), to, cancel);
        if (reasons is not null)
            await group.ReadAsync(Field(fields, columns.Reason!.Value), reasons.AsMemory(), cancellationToken: cancel);
        var read = new CoordinateRows(logIds, topics, partitions, from, to, reasons);
        read.Check();
        return read;
    }

    /// <summary>Our jobs write required columns as such; other engines, when they rewrite a file, do not.</summary>
    static async Task ReadAsync<T>(ParquetRowGroupReader group, DataField field, T[] into, CancellationToken cancel) where T : struct
    {
        if (!field.IsNullable)
        {
            await group.ReadAsync<T>(field, into.AsMemory(), cancellationToken: cancel);
            return;
        }
        var values = new T?[into.Length];
        await group.ReadAsync<T>(field, values.AsMemory(), cancellationToken: cancel);
        for (var i = 0; i < into.Length; i++)
            into[i] = values[i] ?? throw new InvalidDataException($"row {i} has no {field.Name}");
    }

    /// <summary>Flat columns: the footer's leaves are the fields in order. <see cref="DataField"/> itself does not know the id.</summary>
    static Dictionary<int, DataField> FieldsById(ParquetReader reader)
    {
        var fields = new Dictionary<int, DataField>();
        foreach (var element in reader.Metadata!.Schema)
            if (element.FieldId is { } id && reader.Schema.DataFields.FirstOrDefault(f => f.Name == element.Name) is { } field)
                fields[id] = field;
        return fields;
    }

    static DataField Field(Dictionary<int, DataField> fields, int id) =>
        fields.GetValueOrDefault(id) ?? throw new InvalidDataException($"it has no column with field id {id}");

    static string FirstLine(string message) => message.Split('\n', 2)[0].TrimEnd('\r', ' ', '.');
}
