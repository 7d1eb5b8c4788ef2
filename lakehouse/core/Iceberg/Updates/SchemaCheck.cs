using Dart.Lake.Lakehouse.Iceberg.Spec;
using Dart.Lake.Lakehouse.Iceberg.Values;

namespace Dart.Lake.Lakehouse.Iceberg.Updates;

/// <summary>What a schema of a client must hold before it is kept.</summary>
static class SchemaCheck
{
    const int HighestFieldId = 2_147_483_447;

    static readonly string[] OfV3 = ["timestamp_ns", "timestamptz_ns", "unknown", "variant", "geometry", "geography"];

    /// <exception cref="LakeException">Invalid: names or ids that cannot be, or what the format version does not have.</exception>
    public static void Check(IcebergSchema schema, int version)
    {
        CheckNames(schema.Fields);
        foreach (var field in schema.AllFields)
        {
            if (field.Id is < 0 or > HighestFieldId)
                throw LakeException.Invalid($"field id {field.Id} of '{field.Name}' is out of range");
            if (version < 3 && (field.InitialDefault is not null || field.WriteDefault is not null))
                throw LakeException.Invalid($"'{field.Name}' has a default, which format v{version} does not have");
            if (version < 3 && OfV3.Any(type => field.Type.Name.StartsWith(type, StringComparison.Ordinal)))
                throw LakeException.Invalid($"'{field.Name}' is {field.Type}, which format v{version} does not have");
        }
        foreach (var id in schema.IdentifierFieldIds)
            if (schema.Find(id) is not { Type.IsPrimitive: true, Required: true })
                throw LakeException.Invalid($"the identifier field {id} is no required primitive field of the schema");
    }

    /// <summary>At every depth: elements of lists, keys and values of maps have names too, each once.</summary>
    static void CheckNames(IReadOnlyList<SchemaField> fields)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var field in fields)
        {
            if (field.Name.Length == 0 || !names.Add(field.Name))
                throw LakeException.Invalid($"the column name '{field.Name}' is empty or used twice");
            CheckNames(field.Type.Children);
        }
    }
}
