using Dart.Lake.Schemas;

namespace Dart.Lake.Lakehouse.Tests.Columns;

/// <summary>Contracts made up for tests.</summary>
static class Contracts
{
    public static TableContract Of(
        string name, params (string Name, string Type, bool Nullable, ColumnEncoding Encoding)[] columns) => new()
        {
            Name = name,
            Table = name,
            Key = null,
            Description = "made up for a test",
            Columns = [
                .. columns.Select((c, i) => new ContractColumn(i + 1, c.Name, ColumnType.Parse(c.Type), c.Nullable, "", "", c.Encoding)),
            ],
        };

    /// <summary>A nullable column of every type, and two required ones.</summary>
    public static TableContract AllTypes { get; } = Of("bronze.all_types",
        ("day", "date", false, ColumnEncoding.Default),
        ("sequence", "long", false, ColumnEncoding.Delta),
        ("code", "string", true, ColumnEncoding.Dictionary),
        ("detail", "string", true, ColumnEncoding.Default),
        ("whole", "int", true, ColumnEncoding.Default),
        ("big", "long", true, ColumnEncoding.Default),
        ("ratio", "double", true, ColumnEncoding.Default),
        ("flag", "boolean", true, ColumnEncoding.Default),
        ("date", "date", true, ColumnEncoding.Delta),
        ("at", "timestamptz", true, ColumnEncoding.Delta),
        ("bytes", "binary", true, ColumnEncoding.Default),
        ("price", "decimal(18, 6)", true, ColumnEncoding.Default),
        ("cents", "decimal(9, 2)", true, ColumnEncoding.Default),
        ("amount", "decimal(38, 10)", true, ColumnEncoding.Default));
}
