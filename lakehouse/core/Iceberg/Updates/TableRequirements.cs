using System.Text.Json;
using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Lakehouse.Iceberg.Updates;

/// <summary>
/// What a client has seen of a table and wants to be so still when its updates are applied (REST specification, "TableRequirement").
/// </summary>
static class TableRequirements
{
    /// <summary>Whether the client means a table that is not there yet.</summary>
    public static bool Creates(IReadOnlyList<JsonElement> requirements) => requirements.Any(r => r.Text("type") == "assert-create");

    /// <param name="table">As it is; null: there is none.</param>
    /// <param name="requirements">Of the client.</param>
    /// <exception cref="LakeException">Conflict: one does not hold; Invalid: one that is not known.</exception>
    public static void Check(TableMetadata? table, IReadOnlyList<JsonElement> requirements)
    {
        foreach (var requirement in requirements)
        {
            var type = requirement.Text("type");
            if (type == "assert-create")
                Need(table is null, "table already exists");
            else if (table is null)
                throw Failed($"there is no table that '{type}' could hold for");
            else
                Check(table, type, requirement);
        }
    }

    static void Check(TableMetadata table, string type, JsonElement requirement)
    {
        switch (type)
        {
            case "assert-table-uuid":
                var uuid = requirement.Text("uuid");
                Need(
                    string.Equals(uuid, table.TableUuid, StringComparison.OrdinalIgnoreCase),
                    $"UUID does not match: expected {uuid}, the table has {table.TableUuid}");
                break;
            case "assert-ref-snapshot-id":
                CheckRef(table, requirement.Text("ref"), requirement.OptionalLong("snapshot-id"));
                break;
            case "assert-last-assigned-field-id":
                Same("last assigned field id", requirement.Int("last-assigned-field-id"), table.LastColumnId);
                break;
            case "assert-current-schema-id":
                Same("current schema", requirement.Int("current-schema-id"), table.CurrentSchemaId);
                break;
            case "assert-last-assigned-partition-id":
                Same("last assigned partition id", requirement.Int("last-assigned-partition-id"), table.LastPartitionId);
                break;
            case "assert-default-spec-id":
                Same("default partition spec", requirement.Int("default-spec-id"), table.DefaultSpecId);
                break;
            case "assert-default-sort-order-id":
                Same("default sort order", requirement.Int("default-sort-order-id"), table.DefaultSortOrderId);
                break;
            default:
                throw LakeException.Invalid($"the requirement '{type}' is not known");
        }
    }

    static void CheckRef(TableMetadata table, string name, long? expected)
    {
        var known = table.Refs.GetValueOrDefault(name);
        Need(
            known?.SnapshotId == expected,
            known is null ? $"branch or tag {name} is missing, expected {expected}"
            : expected is null ? $"{known.Type} {name} was created concurrently"
            : $"{known.Type} {name} has changed: expected id {expected} != {known.SnapshotId}");
    }

    static void Same(string what, int expected, int found) => Need(expected == found, $"{what} changed: expected id {expected} != {found}");

    static void Need(bool holds, string otherwise)
    {
        if (!holds)
            throw Failed(otherwise);
    }

    static LakeException Failed(string why) => LakeException.Conflict($"Requirement failed: {why}");
}
