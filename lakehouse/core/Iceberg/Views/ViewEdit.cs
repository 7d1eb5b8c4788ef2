using System.Globalization;
using System.Text.Json;
using Dart.Lake.Lakehouse.Iceberg.Spec;

namespace Dart.Lake.Lakehouse.Iceberg.Views;

/// <summary>A client's updates (REST specification, "ViewUpdate"), applied in order to a view's metadata.</summary>
sealed class ViewEdit
{
    /// <summary>In place of an id: that which was added last.</summary>
    const int Last = -1;

    const string HistorySize = "version.history.num-entries", DropDialect = "replace.drop-dialect.allowed";
    const int UsualHistorySize = 10;

    readonly long nowMs;
    readonly HashSet<int> added = [];
    int? lastSchema, lastVersion;
    ViewMetadata view;

    ViewEdit(ViewMetadata view, long nowMs) => (this.view, this.nowMs) = (view, nowMs);

    /// <summary>The view after the updates; the very same metadata when they change nothing.</summary>
    /// <exception cref="LakeException">Conflict: it is another view than a requirement says;
    /// Invalid: what is not known or contradicts.</exception>
    public static ViewMetadata Apply(
        ViewMetadata view, IReadOnlyList<JsonElement> requirements, IReadOnlyList<JsonElement> updates, long nowMs)
    {
        foreach (var requirement in requirements)
            if (requirement.Text("type") is not "assert-view-uuid" and var type)
                throw LakeException.Invalid($"the requirement '{type}' is not known for a view");
            else if (!string.Equals(requirement.Text("uuid"), view.ViewUuid, StringComparison.OrdinalIgnoreCase))
                throw LakeException.Conflict($"Requirement failed: view UUID does not match: expected {requirement.Text("uuid")}, the view has {view.ViewUuid}");
        var edit = new ViewEdit(view, nowMs);
        foreach (var update in updates)
            edit.Apply(update);
        return edit.Finish(view);
    }

    /// <summary>The first metadata of a view out of a client's request ("CreateViewRequest").</summary>
    public static ViewMetadata Create(JsonElement request, string location, Guid uuid, long nowMs)
    {
        var empty = new ViewMetadata { ViewUuid = uuid.ToString("D"), Location = location, Properties = request.Texts("properties") };
        var edit = new ViewEdit(empty, nowMs);
        edit.AddSchema(SchemaJson.Read(request.Need("schema")));
        edit.AddVersion(ViewJson.ReadVersion(request.Need("view-version")) with { SchemaId = Last });
        edit.SetCurrent(Last);
        return edit.Finish(empty);
    }

    void Apply(JsonElement update)
    {
        switch (update.Text("action"))
        {
            case "assign-uuid":
                if (!string.Equals(update.Text("uuid"), view.ViewUuid, StringComparison.OrdinalIgnoreCase))
                    throw LakeException.Invalid($"the view is {view.ViewUuid}; it cannot become {update.Text("uuid")}");
                break;
            case "upgrade-format-version":
                if (update.Int("format-version") != 1)
                    throw LakeException.Invalid("views have format version 1 only");
                break;
            case "add-schema":
                AddSchema(SchemaJson.Read(update.Need("schema")));
                break;
            case "set-location":
                SetLocation(update.Text("location").TrimEnd('/'));
                break;
            case "set-properties":
                SetProperties(update.Texts(update.Optional("updates") is null ? "updated" : "updates"), []);
                break;
            case "remove-properties":
                SetProperties([], update.Items(update.Optional("removals") is null ? "removed" : "removals"));
                break;
            case "add-view-version":
                AddVersion(ViewJson.ReadVersion(update.Need("view-version")));
                break;
            case "set-current-view-version":
                SetCurrent(update.Int("view-version-id"));
                break;
            case var action:
                throw LakeException.Invalid($"the update '{action}' is not known for a view; nothing was changed");
        }
    }

    void SetLocation(string location)
    {
        if (location.Length == 0)
            throw LakeException.Invalid("a view's location cannot be empty");
        if (location != view.Location)
            view = view with { Location = location };
    }

    void SetProperties(IEnumerable<KeyValuePair<string, string>> updates, IEnumerable<JsonElement> removals)
    {
        var properties = new Dictionary<string, string>(view.Properties, StringComparer.Ordinal);
        foreach (var (key, value) in updates)
            properties[key] = value;
        foreach (var key in removals)
            properties.Remove(key.GetString() ?? "");
        view = view with { Properties = properties };
    }

    void AddSchema(IcebergSchema schema)
    {
        if (view.Schemas.FirstOrDefault(s => s.SameAs(schema)) is { } known)
        {
            lastSchema = known.SchemaId;
            return;
        }
        lastSchema = view.Schemas.Select(s => s.SchemaId + 1).DefaultIfEmpty(0).Max();
        view = view with { Schemas = [.. view.Schemas, schema with { SchemaId = lastSchema.Value }] };
    }

    void AddVersion(ViewVersion version)
    {
        if (version.SchemaId == Last)
            version = version with { SchemaId = lastSchema ?? throw LakeException.Invalid("Cannot set last added schema: no schema has been added") };
        if (view.Schemas.All(s => s.SchemaId != version.SchemaId))
            throw LakeException.Invalid($"Cannot add version with unknown schema: {version.SchemaId}");
        if (version.Dialects.GroupBy(d => d.ToLowerInvariant()).FirstOrDefault(g => g.Skip(1).Any()) is { } twice)
            throw LakeException.Invalid($"Invalid view version: Cannot add multiple queries for dialect {twice.Key}");
        if (view.Versions.FirstOrDefault(v => v.SameAs(version)) is { } known)
        {
            lastVersion = known.VersionId;
            return;
        }
        lastVersion = view.Versions.Select(v => v.VersionId + 1).Append(version.VersionId).Append(1).Max();
        added.Add(lastVersion.Value);
        view = view with { Versions = [.. view.Versions, version with { VersionId = lastVersion.Value }] };
    }

    void SetCurrent(int id)
    {
        if (id == Last)
            id = lastVersion ?? throw LakeException.Invalid("Cannot set last version id: no version has been added");
        if (view.Find(id) is not { } version)
            throw LakeException.Invalid($"Cannot set current version to unknown version: {id}");
        if (id == view.CurrentVersionId)
            return;
        view = view with { CurrentVersionId = id, Log = [.. view.Log, new(added.Contains(id) ? version.TimestampMs : nowMs, id)] };
    }

    ViewMetadata Finish(ViewMetadata before)
    {
        if (ReferenceEquals(view, before))
            return before;
        CheckDialects(before);
        // the newest stay, and what the request itself has added
        var keep = Math.Max(added.Count, HistorySizeOf(view));
        if (view.Versions.Count <= keep)
            return view;
        var kept = view.Versions.OrderByDescending(v => v.VersionId == view.CurrentVersionId).ThenByDescending(v => v.VersionId)
            .Take(keep).Select(v => v.VersionId).ToHashSet();
        var log = new List<ViewLogEntry>();
        foreach (var entry in view.Log)
            if (kept.Contains(entry.VersionId))
                log.Add(entry);
            else
                log.Clear();
        return view with { Versions = [.. view.Versions.Where(v => kept.Contains(v.VersionId))], Log = log };
    }

    /// <summary>An engine does not lose its view because another one has replaced it.</summary>
    void CheckDialects(ViewMetadata before)
    {
        if (before.Find(before.CurrentVersionId) is not { } old || view.CurrentVersionId == old.VersionId
            || string.Equals(view.Properties.GetValueOrDefault(DropDialect), "true", StringComparison.OrdinalIgnoreCase))
            return;
        var now = view.Find(view.CurrentVersionId)!.Dialects;
        if (old.Dialects.Except(now, StringComparer.OrdinalIgnoreCase).Any())
            throw LakeException.Invalid($"Cannot replace view due to loss of view dialects ({DropDialect}=false): before {string.Join(", ", old.Dialects)}, now {string.Join(", ", now)}");
    }

    static int HistorySizeOf(ViewMetadata view) =>
        !view.Properties.TryGetValue(HistorySize, out var text) ? UsualHistorySize
        : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var size) && size > 0 ? size
        : throw LakeException.Invalid($"{HistorySize} must be positive but was {text}");
}
