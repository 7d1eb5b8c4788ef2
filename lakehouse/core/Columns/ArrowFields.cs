using System.Globalization;
using Apache.Arrow;
using Apache.Arrow.Types;
using Dart.Lake.Schemas;

namespace Dart.Lake.Lakehouse.Columns;

/// <summary>Arrow fields that carry Iceberg field ids, in the key that Arrow's Parquet writers read.</summary>
internal static class ArrowFields
{
    public const string FieldIdKey = "PARQUET:field_id";

    public static Field Of(ContractColumn column, IArrowType type) =>
        new(column.Name, type, column.Nullable, [new(FieldIdKey, column.Id.ToString(CultureInfo.InvariantCulture))]);
}
