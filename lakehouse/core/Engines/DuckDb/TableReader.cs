using System.Globalization;
using Dart.Lake.Lakehouse.Iceberg.Manifests;
using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;
using Dart.Lake.Lakehouse.Storage;

namespace Dart.Lake.Lakehouse.Engines.DuckDb;

/// <summary>
/// An Iceberg table as a DuckDB relation: its planned files, each column from where <see cref="ColumnSource"/> says. Files whose
/// columns come from the same places are read together. Where a column is called in the file what it is called in the table, it is read by
/// name: DuckDB 1.5.6 takes a table that is read by ids for a few thousand rows, and then holds the larger side of a join in memory.
/// </summary>
public sealed class TableReader
{
    readonly Table table;
    readonly IReadOnlyList<SchemaField> fields;
    readonly IReadOnlyList<string> names;
    readonly Lazy<NameMapping?> mapping;

    TableReader(Table table, IcebergSchema schema)
    {
        this.table = table;
        fields = schema.Fields;
        names = ShownNames(schema);
        mapping = new(() => NameMapping.Of(table.Metadata));
    }

    /// <summary>A SELECT of all columns in the schema's order. What a column cannot give is refused when a query asks for it.</summary>
    /// <exception cref="LakeException">Invalid or Corrupt: files without field ids in a table without a name mapping, or a
    /// file's path that the engine would take for a pattern; Unavailable: a file that is not there.</exception>
    public static async Task<string> SqlForAsync(
        DuckDbSession session, Table table, IcebergSchema schema, IReadOnlyList<DataFile> files, CancellationToken cancel)
    {
        if (files.Count == 0)
            return Empty(schema);
        var paths = await session.Files.PathsAsync(files, cancel);
        foreach (var path in paths)
            RefusePattern(path);
        IReadOnlyList<FileShape> shapes;
        try
        {
            shapes = await session.Shapes.OfAsync(session, paths, cancel);
        }
        catch (LakeException e)
        {
            throw new LakeException(e.Kind, $"{table.Ident}: {e.Message}", e);
        }
        return new TableReader(table, schema).Sql(files, paths, shapes);
    }

    /// <summary>The columns and types of a table without files, and no row.</summary>
    public static string Empty(IcebergSchema schema) =>
        $"SELECT {string.Join(", ", schema.Fields.Zip(ShownNames(schema), (f, name) => $"NULL::{SqlText.ShownType(f.Type)} AS {SqlText.Name(name)}"))} WHERE false";

    /// <summary>What a column of the schema is called in the SELECT.</summary>
    internal static string ShownName(IcebergSchema schema, SchemaField field) =>
        schema.Fields.Zip(ShownNames(schema)).First(f => f.First.Id == field.Id).Second;

    /// <summary>Names that differ in case only, which DuckDB does not tell apart, have their field ids behind them.</summary>
    static IReadOnlyList<string> ShownNames(IcebergSchema schema)
    {
        var twice = schema.Fields
            .GroupBy(f => f.Name, StringComparer.OrdinalIgnoreCase)
            .Where(g => g.Count() > 1)
            .SelectMany(g => g)
            .ToHashSet();
        return [.. schema.Fields.Select(f => twice.Contains(f) ? string.Create(CultureInfo.InvariantCulture, $"{f.Name}#{f.Id}") : f.Name)];
    }

    string Sql(IReadOnlyList<DataFile> files, IReadOnlyList<string> paths, IReadOnlyList<FileShape> shapes)
    {
        var groups = new Dictionary<string, (FileShape Shape, ColumnSource[] Sources, List<(string Path, long Rows)> Files)>(
            StringComparer.Ordinal);
        var known = new Dictionary<(FileShape, int, PartitionKey), string>();
        for (var i = 0; i < files.Count; i++)
        {
            var place = (shapes[i], files[i].SpecId, PartitionOf(files[i], shapes[i]));
            if (!known.TryGetValue(place, out var key))
            {
                var sources = SourcesOf(files[i], shapes[i]);
                known[place] = key = Key(shapes[i], sources);
                groups.TryAdd(key, (shapes[i], sources, []));
            }
            groups[key].Files.Add((paths[i], files[i].RecordCount));
        }
        return Union([.. groups.Values.Select(g => Select(g.Shape, g.Sources, [.. MostUsualFirst(g.Files)]))]);
    }

    /// <summary>DuckDB takes all files to be as long as the first.</summary>
    static IEnumerable<string> MostUsualFirst(List<(string Path, long Rows)> files)
    {
        var mean = files.Sum(f => f.Rows) / files.Count;
        var first = files.Index().MinBy(f => Math.Abs(f.Item.Rows - mean));
        return files.Where((_, i) => i != first.Index).Prepend(first.Item).Select(f => f.Path);
    }

    /// <summary>The partition, as far as columns need it that the file lacks.</summary>
    PartitionKey PartitionOf(DataFile file, FileShape shape) =>
        file.Partition.Values.Count > 0 && fields.Any(f => shape.Columns.All(c => c.FieldId != f.Id))
            ? file.Partition
            : PartitionKey.Unpartitioned;

    ColumnSource[] SourcesOf(DataFile file, FileShape shape)
    {
        var where = $"{table.Ident}: {FileLocation.Shown(file.Path)}";
        if (!shape.HasIds && mapping.Value is null)
            throw LakeException.Corrupt($"{where} has no field ids, and the table has no name mapping to tell its columns by; set {NameMapping.Property}");
        var partition = PartitionType.Of(table.Metadata, file.SpecId);
        var byName = shape.Columns.Any(c => c.FieldId is null) ? mapping.Value : null;
        ColumnSource[] sources =
            [.. fields.Select(f => ColumnSource.Of(f, shape, byName, id => IdentityValue(partition, file, id), where))];
        return NeedsNames(sources) && shape.IsAmbiguous
            ? throw LakeException.Invalid($"{where} has no field ids, and column names that differ in case only; read it with another engine")
            : sources;
    }

    static string? IdentityValue(PartitionType partition, DataFile file, int fieldId)
    {
        for (var i = 0; i < partition.Fields.Count && i < file.Partition.Values.Count; i++)
            if (partition.Fields[i] is { Field: { Transform.Kind: TransformKind.Identity } field, Result: { } type }
                && field.SourceId == fieldId)
                return SqlValue.Of(type, PartitionValues.ToLiteral(type, file.Partition.Values[i]));
        return null;
    }

    /// <summary>Files with the same key are read by one SELECT. By ids their other columns do not matter, by names they do.</summary>
    string Key(FileShape shape, ColumnSource[] sources) => string.Join('\n', [
        .. sources.Select(s => s is ColumnSource.Constant constant ? constant.Sql : ""),
        .. NeedsNames(sources) || HasNames(shape, sources) ? shape.Columns.Select(c => c.ToString()) : [],
    ]);

    /// <summary>Whether each column that the file has is called in it what the table calls it, and is of its type.</summary>
    bool HasNames(FileShape shape, ColumnSource[] sources) => !shape.IsAmbiguous && sources.Index().All(s =>
        s.Item is not ColumnSource.Stored { Column: var column }
        || column.Name == names[s.Index] && column.Type == SqlText.ShownType(fields[s.Index].Type));

    static bool NeedsNames(ColumnSource[] sources) => Array.Exists(sources, s => s is ColumnSource.Stored { ById: false });

    string Select(FileShape shape, ColumnSource[] sources, IReadOnlyList<string> paths)
    {
        var list = string.Join(", ", paths.Select(SqlText.Literal));
        // Folders are named like Hive's; columns of that name come from the files, not from the path.
        if (NeedsNames(sources) || HasNames(shape, sources) || Array.TrueForAll(sources, s => s is ColumnSource.Constant))
            return $"SELECT {Columns(sources, ByName)} FROM read_parquet([{list}], hive_partitioning = false)";
        var stored = fields.Zip(names).Where((_, i) => sources[i] is not ColumnSource.Constant).Select(f => ById(f.First, f.Second));
        return $"SELECT {Columns(sources, (_, _, name) => name)} FROM read_parquet([{list}], schema = MAP {{{string.Join(", ", stored)}}}, hive_partitioning = false)";
    }

    string Columns(ColumnSource[] sources, Func<ColumnSource, SchemaField, string, string> stored) =>
        string.Join(", ", sources.Select((source, i) =>
        {
            var name = SqlText.Name(names[i]);
            var value = source is ColumnSource.Constant constant ? constant.Sql : WithNans(fields[i].Type, stored(source, fields[i], name));
            return value == name ? name : $"{value} AS {name}";
        }));

    /// <summary>
    /// DuckDB takes the greatest number of a file's statistics for the greatest value, and so loses NaN, which is greater; it does not
    /// look through a product.
    /// </summary>
    static string WithNans(IcebergType type, string value) =>
        type.Name is "float" or "double" ? $"{value} * CAST(1 AS {SqlText.Type(type)})" : value;

    static string ByName(ColumnSource source, SchemaField field, string name)
    {
        var type = SqlText.ShownType(field.Type);
        if (source is not ColumnSource.Stored { Column: var column })
            return $"CAST(NULL AS {type})";
        return column.Type == type ? SqlText.Name(column.Name) : $"CAST({SqlText.Name(column.Name)} AS {type})";
    }

    static string ById(SchemaField field, string name) => string.Create(CultureInfo.InvariantCulture,
        $"{field.Id}: {{name: {SqlText.Literal(name)}, type: {SqlText.Literal(SqlText.ShownType(field.Type))}, default_value: NULL}}");

    /// <summary>As a tree, since the parser's depth is limited.</summary>
    static string Union(IReadOnlyList<string> selects)
    {
        if (selects.Count == 1)
            return selects[0];
        var half = selects.Count / 2;
        return $"({Union([.. selects.Take(half)])}) UNION ALL ({Union([.. selects.Skip(half)])})";
    }

    static void RefusePattern(string path)
    {
        if (path.AsSpan().IndexOfAny("*?[") >= 0)
            throw LakeException.Invalid($"the data file {path} has a *, ? or [ in its path, which DuckDB reads as a pattern; rewrite the table's files to another folder");
    }
}
