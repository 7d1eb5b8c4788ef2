using System.Text.Json;
using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Lakehouse.Iceberg.Updates;

/// <summary>
/// A client's updates (REST specification, "TableUpdate"), applied in order to a table's metadata. What is added in one can be named by
/// the next with -1. Nothing is left out: an update that is not known refuses them all.
/// </summary>
sealed class TableEdit
{
    /// <summary>In place of an id: that which was added last.</summary>
    public const int Last = -1;

    readonly SchemaEdit schemas;
    readonly SpecEdit specs;
    readonly SnapshotEdit snapshots;
    readonly bool isNew;

    TableEdit(TableMetadata table, bool isNew, long nowMs)
    {
        (Table, this.isNew) = (table, isNew);
        (schemas, specs, snapshots) = (new(this), new(this), new(this, nowMs));
    }

    /// <summary>As far as it is edited.</summary>
    public TableMetadata Table { get; set; }

    /// <summary>The table after the updates; the very same metadata when they change nothing.</summary>
    /// <param name="table">As it is.</param>
    /// <param name="updates">In their order.</param>
    /// <param name="nowMs">Milliseconds since 1970, UTC.</param>
    /// <exception cref="LakeException">Invalid: an update that is not known, or that contradicts the table;
    /// Conflict: one that was made for an older state.</exception>
    public static TableMetadata Apply(TableMetadata table, IReadOnlyList<JsonElement> updates, long nowMs)
    {
        var edit = new TableEdit(table, isNew: false, nowMs);
        foreach (var update in updates)
            edit.Apply(update);
        return edit.snapshots.Finish();
    }

    /// <summary>A table that updates make from nothing.</summary>
    /// <param name="updates">In their order.</param>
    /// <param name="location">Where it lies if they do not say it.</param>
    /// <param name="uuid">Which it is if they do not say it.</param>
    /// <param name="nowMs">Milliseconds since 1970, UTC.</param>
    /// <exception cref="LakeException">Invalid: they do not make a table.</exception>
    public static TableMetadata Create(IReadOnlyList<JsonElement> updates, string location, Guid uuid, long nowMs)
    {
        var version = updates.FirstOrDefault(u => u.Text("action") == "upgrade-format-version");
        var format = version.ValueKind == JsonValueKind.Object ? version.Int("format-version") : 2;
        var edit = new TableEdit(Empty(format, nowMs), isNew: true, nowMs);
        foreach (var update in updates)
            edit.Apply(update);
        if (edit.Table.Schemas.Count == 0 || edit.Table.CurrentSchemaId == Last)
            throw LakeException.Invalid("a table needs a schema: add one, and set it as the current one");
        if (edit.Table.DefaultSpecId == Last)
            edit.specs.SetUnpartitioned();
        if (edit.Table.DefaultSortOrderId == Last)
            edit.specs.SetUnsorted();
        var table = edit.snapshots.Finish();
        return table with
        {
            TableUuid = table.TableUuid.Length > 0 ? table.TableUuid : uuid.ToString("D"),
            Location = table.Location.Length > 0 ? table.Location : location,
        };
    }

    static TableMetadata Empty(int version, long nowMs) => FormatVersions.Raise(new TableMetadata
    {
        FormatVersion = 1,
        TableUuid = "",
        Location = "",
        LastUpdatedMs = nowMs,
        LastColumnId = 0,
        Schemas = [],
        CurrentSchemaId = Last,
        PartitionSpecs = [],
        DefaultSpecId = Last,
        LastPartitionId = SpecJson.FirstPartitionFieldId - 1,
        SortOrders = [],
        DefaultSortOrderId = Last,
        Properties = new Dictionary<string, string>(),
    }, version);

    void Apply(JsonElement update)
    {
        var action = update.Text("action");
        var isKnown = ApplyToTable(action, update)
            || schemas.Apply(action, update)
            || specs.Apply(action, update)
            || snapshots.Apply(action, update);
        if (!isKnown)
            throw LakeException.Invalid($"the update '{action}' is not known; nothing was changed");
    }

    bool ApplyToTable(string action, JsonElement update)
    {
        switch (action)
        {
            case "assign-uuid":
                AssignUuid(update.Text("uuid"));
                return true;
            case "upgrade-format-version":
                Table = FormatVersions.Raise(Table, update.Int("format-version"));
                return true;
            case "set-location":
                SetLocation(update.Text("location"));
                return true;
            case "set-properties":
                Table = TableProperties.With(Table, update.Texts(update.Optional("updates") is null ? "updated" : "updates"));
                return true;
            case "remove-properties":
                Table = TableProperties.Without(Table, update.Items(update.Optional("removals") is null ? "removed" : "removals"));
                return true;
            case "add-encryption-key":
                Table = EncryptionKeys.With(Table, update.Need("encryption-key"));
                return true;
            case "remove-encryption-key":
                Table = EncryptionKeys.Without(Table, update.Text("key-id"));
                return true;
            default:
                return false;
        }
    }

    void AssignUuid(string uuid)
    {
        if (!Guid.TryParseExact(uuid, "D", out _))
            throw LakeException.Invalid($"'{uuid}' is not a UUID");
        if (string.Equals(uuid, Table.TableUuid, StringComparison.OrdinalIgnoreCase))
            return;
        if (!isNew && Table.TableUuid.Length > 0)
            throw LakeException.Invalid($"the table is {Table.TableUuid}; it cannot become {uuid}");
        Table = Table with { TableUuid = uuid };
    }

    void SetLocation(string location)
    {
        location = location.TrimEnd('/');
        if (location.Length == 0)
            throw LakeException.Invalid("a table's location cannot be empty");
        if (location != Table.Location)
            Table = Table with { Location = location };
    }
}
