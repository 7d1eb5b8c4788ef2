using System.Globalization;
using System.Text.Json.Nodes;
using Apache.Arrow;
using Dart.Lake.Lakehouse.Engines;

namespace Dart.Lake.Lakehouse.Tests.Engines.Spark;

/// <summary>A cell in the form that the recorded vectors have for it; see their README.</summary>
static class VectorValue
{
    public static JsonNode? Of(IArrowArray array, int row)
    {
        if (array.IsNull(row))
            return null;
        switch (array)
        {
            case MapArray map:
                var entries = (StructArray)map.GetSlicedValues(row);
                return new JsonArray([.. Enumerable.Range(0, entries.Length)
                    .Select(i => (JsonNode?)new JsonArray(Of(entries.Fields[0], i), Of(entries.Fields[1], i)))]);
            case ListArray list:
                var items = list.GetSlicedValues(row);
                return new JsonArray([.. Enumerable.Range(0, items.Length).Select(i => Of(items, i))]);
            case StructArray fields:
                var type = (Apache.Arrow.Types.StructType)fields.Data.DataType;
                return new JsonObject(type.Fields.Select((f, i) => KeyValuePair.Create(f.Name, Of(fields.Fields[i], row))));
            default:
                return Scalar(ArrowValue.At(array, row));
        }
    }

    static JsonNode? Scalar(object? value) => value switch
    {
        bool v => JsonValue.Create(v),
        double v when double.IsFinite(v) => JsonValue.Create(v),
        double v => JsonValue.Create(double.IsNaN(v) ? "nan" : v > 0 ? "inf" : "-inf"),
        byte[] v => JsonValue.Create(Convert.ToHexStringLower(v)),
        DateOnly v => Text(v.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber),
        DateTimeOffset v => Text((v - DateTimeOffset.UnixEpoch).Ticks / 10),
        DateTime v => Text((v - DateTime.UnixEpoch).Ticks / 10),
        var v => Text(v!),
    };

    static JsonValue Text(object value) => JsonValue.Create(Convert.ToString(value, CultureInfo.InvariantCulture)!);
}
